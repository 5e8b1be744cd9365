
#include "nginx/ngx_http_pyexec_conf.h"
#include "nginx/ngx_http_pyexec_ctx.h"
#include "nginx/ngx_http_pyexec_error.h"
#include "nginx/ngx_http_pyexec_job.h"
#include "nginx/ngx_http_pyexec_supervisor.h"
#include "nginx/ngx_http_pyexec_variables.h"
#include "nginx/pyexec_request.h"

#include "wire/pyexec_name.h"


#define NGX_HTTP_PYEXEC_LIST_DEFAULT    50
#define NGX_HTTP_PYEXEC_LIST_MAX        200


static ngx_int_t ngx_http_pyexec_execute_handler(ngx_http_request_t *r);
static void ngx_http_pyexec_execute_body(ngx_http_request_t *r);
static ngx_int_t ngx_http_pyexec_execute(ngx_http_request_t *r,
    pyexec_request_t *request);
static ngx_int_t ngx_http_pyexec_read_body(ngx_http_request_t *r,
    pyexec_request_t *request);
static int64_t ngx_http_pyexec_clamp(int64_t value, int64_t preset,
    int64_t max);
static ngx_int_t ngx_http_pyexec_results_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_pyexec_list(ngx_http_request_t *r);
static ngx_int_t ngx_http_pyexec_limit(ngx_http_request_t *r,
    uint32_t *limit);
static ngx_int_t ngx_http_pyexec_fetch(ngx_http_request_t *r);
static ngx_int_t ngx_http_pyexec_cleanup_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_pyexec_begin(ngx_http_request_t *r,
    ngx_uint_t methods, const char *allow, uint32_t *workspace,
    pyexec_str_t *session);
static ngx_int_t ngx_http_pyexec_submit(ngx_http_request_t *r,
    pyexec_msg_e type, const void *msg);
static ngx_int_t ngx_http_pyexec_session(ngx_http_request_t *r,
    pyexec_str_t *session);
static ngx_int_t ngx_http_pyexec_set_session(ngx_http_pyexec_ctx_t *ctx,
    const pyexec_str_t *session);
static ngx_int_t ngx_http_pyexec_not_allowed(ngx_http_request_t *r,
    const char *allow);


ngx_http_pyexec_directive_t  ngx_http_pyexec_directives[] = {
    { "pyexec_execute", NGX_HTTP_PYEXEC_EXECUTE,
      ngx_http_pyexec_execute_handler },
    { "pyexec_results", NGX_HTTP_PYEXEC_RESULTS,
      ngx_http_pyexec_results_handler },
    { "pyexec_cleanup", NGX_HTTP_PYEXEC_CLEANUP,
      ngx_http_pyexec_cleanup_handler },
    { NULL, 0, NULL }
};


static ngx_conf_enum_t  ngx_http_pyexec_accesses[] = {
    { ngx_string("read"), 0 },
    { ngx_string("write"), 1 },
    { ngx_null_string, 0 }
};


static ngx_conf_post_t  ngx_http_pyexec_seconds_post = {
    ngx_http_pyexec_seconds
};

static ngx_conf_num_bounds_t  ngx_http_pyexec_attempts_bounds = {
    ngx_conf_check_num_bounds, 1, 10
};

static ngx_conf_num_bounds_t  ngx_http_pyexec_files_bounds = {
    ngx_conf_check_num_bounds, 1, 1000000
};

static ngx_conf_num_bounds_t  ngx_http_pyexec_open_files_bounds = {
    ngx_conf_check_num_bounds, 16, 65536
};

static ngx_conf_num_bounds_t  ngx_http_pyexec_threads_bounds = {
    ngx_conf_check_num_bounds, 1, 32768
};


#define ngx_http_pyexec_anywhere                                              \
    NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF


static ngx_command_t  ngx_http_pyexec_commands[] = {

    { ngx_string("pyexec_pool"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_pyexec_pool,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_execute"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_pyexec_endpoint,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_pyexec_directives[0] },

    { ngx_string("pyexec_results"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE23,
      ngx_http_pyexec_endpoint,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_pyexec_directives[1] },

    { ngx_string("pyexec_cleanup"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE2,
      ngx_http_pyexec_endpoint,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_pyexec_directives[2] },

    { ngx_string("pyexec_workspace"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_http_pyexec_workspace,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, workspace),
      NULL },

    { ngx_string("pyexec_timeout"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, timeout),
      &ngx_http_pyexec_seconds_post },

    { ngx_string("pyexec_max_timeout"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_timeout),
      &ngx_http_pyexec_seconds_post },

    { ngx_string("pyexec_max_cpu"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_cpu),
      NULL },

    { ngx_string("pyexec_max_attempts"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_attempts),
      &ngx_http_pyexec_attempts_bounds },

    { ngx_string("pyexec_max_memory"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_off_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_memory),
      NULL },

    { ngx_string("pyexec_max_file_size"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_off_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_file_size),
      NULL },

    { ngx_string("pyexec_max_disk"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_off_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_disk),
      NULL },

    { ngx_string("pyexec_max_files"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_files),
      &ngx_http_pyexec_files_bounds },

    { ngx_string("pyexec_max_open_files"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_open_files),
      &ngx_http_pyexec_open_files_bounds },

    { ngx_string("pyexec_max_threads"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, max_threads),
      &ngx_http_pyexec_threads_bounds },

    { ngx_string("pyexec_max_output"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE12,
      ngx_http_pyexec_max_output,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_queue_timeout"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, queue_timeout),
      NULL },

    { ngx_string("pyexec_retain"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, retain),
      NULL },

    { ngx_string("pyexec_session_access"),
      ngx_http_pyexec_anywhere|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, session_access),
      ngx_http_pyexec_accesses },

    { ngx_string("pyexec_policy"),
      ngx_http_pyexec_anywhere|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, policy),
      NULL },

    { ngx_string("pyexec_deny_import"),
      ngx_http_pyexec_anywhere|NGX_CONF_1MORE,
      ngx_http_pyexec_imports,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, deny),
      NULL },

    { ngx_string("pyexec_allow_import"),
      ngx_http_pyexec_anywhere|NGX_CONF_1MORE,
      ngx_http_pyexec_imports,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, allow),
      NULL },

    { ngx_string("pyexec_ignore_client_abort"),
      ngx_http_pyexec_anywhere|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, ignore_client_abort),
      NULL },

    { ngx_string("pyexec_json_errors"),
      ngx_http_pyexec_anywhere|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pyexec_loc_conf_t, json_errors),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_pyexec_module_ctx = {
    ngx_http_pyexec_add_variables,         /* preconfiguration */
    ngx_http_pyexec_error_init,            /* postconfiguration */

    ngx_http_pyexec_create_main_conf,      /* create main configuration */
    ngx_http_pyexec_init_main_conf,        /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_pyexec_create_loc_conf,       /* create location configuration */
    ngx_http_pyexec_merge_loc_conf         /* merge location configuration */
};


ngx_module_t  ngx_http_pyexec_module = {
    NGX_MODULE_V1,
    &ngx_http_pyexec_module_ctx,           /* module context */
    ngx_http_pyexec_commands,              /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_http_pyexec_pools_init_module,     /* init module */
    ngx_http_pyexec_pools_init_process,    /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_pyexec_pools_exit_process,    /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_pyexec_execute_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    if (r->method != NGX_HTTP_POST) {
        return ngx_http_pyexec_not_allowed(r, "POST");
    }

    rc = ngx_http_read_client_request_body(r, ngx_http_pyexec_execute_body);

    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}


static void
ngx_http_pyexec_execute_body(ngx_http_request_t *r)
{
    ngx_int_t          rc;
    pyexec_request_t  *request;

    request = pyexec_request_begin();

    if (request == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    rc = ngx_http_pyexec_read_body(r, request);

    if (rc == NGX_OK) {
        rc = ngx_http_pyexec_execute(r, request);
    }

    pyexec_request_free(request);

    /* a job that was submitted keeps the request, and finalizes it itself */

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


static ngx_int_t
ngx_http_pyexec_execute(ngx_http_request_t *r, pyexec_request_t *request)
{
    ngx_msec_t                   limit;
    pyexec_execute_t             msg;
    ngx_http_pyexec_ctx_t       *ctx;
    ngx_http_pyexec_loc_conf_t  *plcf;

    ctx = ngx_http_pyexec_ctx(r);

    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (pyexec_request_end(request) == -1) {
        return ngx_http_pyexec_error(r, request->status, request->detail,
                                     ngx_strlen(request->detail));
    }

    if (ngx_http_pyexec_set_session(ctx, &request->session) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    ngx_memzero(&msg, sizeof(pyexec_execute_t));

    msg.workspace = plcf->index;
    msg.session = request->session;
    msg.code = request->code;

    msg.timeout = ngx_http_pyexec_clamp(request->timeout, plcf->timeout,
                                        plcf->max_timeout);
    msg.max_attempts = ngx_http_pyexec_clamp(request->max_attempts,
                                             plcf->max_attempts,
                                             plcf->max_attempts);
    msg.auto_correct = request->auto_correct != 0;

    msg.max_memory = plcf->max_memory;
    msg.max_file_size = plcf->max_file_size;
    msg.max_disk = plcf->max_disk;
    msg.max_files = plcf->max_files;
    msg.max_open_files = plcf->max_open_files;
    msg.max_threads = plcf->max_threads;
    msg.max_cpu = plcf->max_cpu;
    msg.max_output = plcf->max_output;
    msg.max_flood = plcf->max_flood;
    msg.session_write = plcf->session_access;
    msg.policy = plcf->policy;
    msg.deny = plcf->deny_list;
    msg.allow = plcf->allow_list;

    limit = (ngx_msec_t) msg.timeout * msg.max_attempts * 1000;

    return ngx_http_pyexec_job_submit(r, plcf->pool, NGX_HTTP_PYEXEC_RUNS,
                                      PYEXEC_MSG_EXECUTE, &msg, limit);
}


/*
 * From memory, or from the temporary file that it was too large for; in one
 * piece, since yajl begins a string anew with every piece of it.
 */

static ngx_int_t
ngx_http_pyexec_read_body(ngx_http_request_t *r, pyexec_request_t *request)
{
    u_char       *body, *p;
    off_t         offset;
    size_t        size;
    ssize_t       n;
    ngx_buf_t    *b;
    ngx_chain_t  *in, *cl;

    in = r->request_body ? r->request_body->bufs : NULL;
    size = 0;

    for (cl = in; cl; cl = cl->next) {
        size += ngx_buf_size(cl->buf);
    }

    if (size == 0) {
        return NGX_OK;
    }

    body = ngx_alloc(size, r->connection->log);
    if (body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = body;

    for (cl = in; cl; cl = cl->next) {
        b = cl->buf;

        if (ngx_buf_in_memory(b)) {
            p = ngx_cpymem(p, b->pos, b->last - b->pos);
            continue;
        }

        for (offset = b->file_pos; offset < b->file_last; offset += n) {

            n = ngx_read_file(b->file, p, b->file_last - offset, offset);

            if (n <= 0) {
                ngx_free(body);
                return NGX_HTTP_INTERNAL_SERVER_ERROR;
            }

            p += n;
        }
    }

    pyexec_request_feed(request, body, size);
    ngx_free(body);

    return NGX_OK;
}


static int64_t
ngx_http_pyexec_clamp(int64_t value, int64_t preset, int64_t max)
{
    if (value == PYEXEC_UNSET) {
        return preset;
    }

    return value < 1 ? 1 : ngx_min(value, max);
}


static ngx_int_t
ngx_http_pyexec_results_handler(ngx_http_request_t *r)
{
    ngx_http_pyexec_loc_conf_t  *plcf;

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    return plcf->run ? ngx_http_pyexec_fetch(r) : ngx_http_pyexec_list(r);
}


static ngx_int_t
ngx_http_pyexec_list(ngx_http_request_t *r)
{
    ngx_int_t           rc;
    pyexec_list_runs_t  list;

    rc = ngx_http_pyexec_begin(r, NGX_HTTP_GET|NGX_HTTP_HEAD, "GET, HEAD",
                               &list.workspace, &list.session);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_http_pyexec_limit(r, &list.limit);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_http_pyexec_submit(r, PYEXEC_MSG_LIST, &list);
}


static ngx_int_t
ngx_http_pyexec_limit(ngx_http_request_t *r, uint32_t *limit)
{
    ngx_int_t   n;
    ngx_uint_t  negative;
    ngx_str_t   arg;

    static char  wrong[] = "limit must be an integer";

    *limit = NGX_HTTP_PYEXEC_LIST_DEFAULT;

    if (ngx_http_arg(r, (u_char *) "limit", 5, &arg) != NGX_OK) {
        return NGX_OK;
    }

    negative = arg.len > 1 && arg.data[0] == '-';

    /* of a number that is too large for nginx the first digits are enough */

    n = ngx_atoi(arg.data + negative, ngx_min(arg.len - negative, 9));

    if (n == NGX_ERROR) {
        return ngx_http_pyexec_error(r, NGX_HTTP_PYEXEC_UNPROCESSABLE, wrong,
                                     sizeof(wrong) - 1);
    }

    if (negative || n < 1) {
        n = 1;
    }

    *limit = ngx_min(n, NGX_HTTP_PYEXEC_LIST_MAX);

    return NGX_OK;
}


static ngx_int_t
ngx_http_pyexec_fetch(ngx_http_request_t *r)
{
    ngx_int_t                    rc;
    ngx_str_t                    run;
    pyexec_fetch_t               fetch;
    ngx_http_pyexec_loc_conf_t  *plcf;

    static char  missing[] = "no such run";

    rc = ngx_http_pyexec_begin(r, NGX_HTTP_GET|NGX_HTTP_HEAD, "GET, HEAD",
                               &fetch.workspace, &fetch.session);
    if (rc != NGX_OK) {
        return rc;
    }

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    if (ngx_http_complex_value(r, plcf->run, &run) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    fetch.run_id.data = run.data;
    fetch.run_id.len = run.len;

    if (!pyexec_run_id_valid(&fetch.run_id)) {
        return ngx_http_pyexec_error(r, NGX_HTTP_NOT_FOUND, missing,
                                     sizeof(missing) - 1);
    }

    return ngx_http_pyexec_submit(r, PYEXEC_MSG_FETCH, &fetch);
}


static ngx_int_t
ngx_http_pyexec_cleanup_handler(ngx_http_request_t *r)
{
    ngx_int_t         rc;
    pyexec_cleanup_t  cleanup;

    rc = ngx_http_pyexec_begin(r, NGX_HTTP_DELETE, "DELETE",
                               &cleanup.workspace, &cleanup.session);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_http_pyexec_submit(r, PYEXEC_MSG_CLEANUP, &cleanup);
}


/* what these endpoints begin with: NGX_OK, or the status of a refusal */

static ngx_int_t
ngx_http_pyexec_begin(ngx_http_request_t *r, ngx_uint_t methods,
    const char *allow, uint32_t *workspace, pyexec_str_t *session)
{
    ngx_int_t                    rc;
    ngx_http_pyexec_loc_conf_t  *plcf;

    if (!(r->method & methods)) {
        return ngx_http_pyexec_not_allowed(r, allow);
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);
    *workspace = plcf->index;

    return ngx_http_pyexec_session(r, session);
}


/* a job that was submitted keeps the request, and finalizes it itself */

static ngx_int_t
ngx_http_pyexec_submit(ngx_http_request_t *r, pyexec_msg_e type,
    const void *msg)
{
    ngx_int_t                    rc;
    ngx_http_pyexec_loc_conf_t  *plcf;

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    rc = ngx_http_pyexec_job_submit(r, plcf->pool, NGX_HTTP_PYEXEC_FILES, type,
                                    msg, 0);

    if (rc == NGX_DONE) {
        r->main->count++;
    }

    return rc;
}


static ngx_int_t
ngx_http_pyexec_session(ngx_http_request_t *r, pyexec_str_t *session)
{
    u_char                       detail[128], *last;
    ngx_str_t                    value;
    const char                  *why;
    ngx_http_pyexec_ctx_t       *ctx;
    ngx_http_pyexec_loc_conf_t  *plcf;

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);
    ctx = ngx_http_pyexec_ctx(r);

    if (ctx == NULL
        || ngx_http_complex_value(r, plcf->session, &value) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    session->data = value.data;
    session->len = value.len;

    why = pyexec_session_error(session);

    if (why) {
        last = ngx_snprintf(detail, sizeof(detail), "session_id %s", why);

        return ngx_http_pyexec_error(r, NGX_HTTP_BAD_REQUEST, (char *) detail,
                                     last - detail);
    }

    return ngx_http_pyexec_set_session(ctx, session);
}


static ngx_int_t
ngx_http_pyexec_set_session(ngx_http_pyexec_ctx_t *ctx,
    const pyexec_str_t *session)
{
    ctx->session.data = ngx_pnalloc(ctx->request->pool, session->len);
    if (ctx->session.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(ctx->session.data, session->data, session->len);
    ctx->session.len = session->len;

    return NGX_OK;
}


static ngx_int_t
ngx_http_pyexec_not_allowed(ngx_http_request_t *r, const char *allow)
{
    u_char  detail[64], *last;

    if (ngx_http_pyexec_header(r, "Allow", allow) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    last = ngx_snprintf(detail, sizeof(detail), "the method must be %s",
                        allow);

    return ngx_http_pyexec_error(r, NGX_HTTP_NOT_ALLOWED, (char *) detail,
                                 last - detail);
}
