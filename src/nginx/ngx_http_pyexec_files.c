
#include "nginx/ngx_http_pyexec_conf.h"
#include "nginx/ngx_http_pyexec_ctx.h"
#include "nginx/ngx_http_pyexec_error.h"
#include "nginx/ngx_http_pyexec_files.h"
#include "nginx/ngx_http_pyexec_job.h"
#include "nginx/ngx_http_pyexec_session.h"
#include "wire/pyexec_name.h"


#define NGX_HTTP_PYEXEC_FILES_DEFAULT   1000
#define NGX_HTTP_PYEXEC_FILES_MAX       10000


static ngx_int_t ngx_http_pyexec_files_job(ngx_http_request_t *r,
    pyexec_file_job_t *job, ngx_uint_t *directory);
static ngx_int_t ngx_http_pyexec_files_path(ngx_http_request_t *r,
    pyexec_file_job_t *job, ngx_uint_t *directory);
static ngx_int_t ngx_http_pyexec_files_list(ngx_http_request_t *r,
    pyexec_file_job_t *job);
static ngx_int_t ngx_http_pyexec_files_change(ngx_http_request_t *r,
    pyexec_file_job_t *job, ngx_uint_t directory);
static ngx_int_t ngx_http_pyexec_files_put(ngx_http_request_t *r,
    pyexec_file_job_t *job);
static ngx_int_t ngx_http_pyexec_files_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static void ngx_http_pyexec_files_body(ngx_http_request_t *r);
static ngx_int_t ngx_http_pyexec_files_large(ngx_http_request_t *r);
static ngx_uint_t ngx_http_pyexec_files_part(ngx_http_request_t *r);
static ngx_int_t ngx_http_pyexec_files_refuse(ngx_http_request_t *r,
    ngx_int_t status, const char *detail);
static ngx_str_t ngx_http_pyexec_files_url(const ngx_str_t *location,
    const ngx_str_t *session, const ngx_str_t *path);


static ngx_http_request_body_filter_pt  ngx_http_pyexec_next_filter;


ngx_int_t
ngx_http_pyexec_files_handler(ngx_http_request_t *r)
{
    ngx_int_t          rc;
    ngx_uint_t         directory;
    pyexec_file_job_t  job;

    rc = ngx_http_pyexec_files_job(r, &job, &directory);
    if (rc != NGX_OK) {
        return rc;
    }

    if (r->method & (NGX_HTTP_PUT|NGX_HTTP_DELETE)) {
        return ngx_http_pyexec_files_change(r, &job, directory);
    }

    return directory ? ngx_http_pyexec_files_list(r, &job)
                     : ngx_http_pyexec_session_submit(r, PYEXEC_MSG_OPEN,
                                                      &job);
}


static ngx_int_t
ngx_http_pyexec_files_job(ngx_http_request_t *r, pyexec_file_job_t *job,
    ngx_uint_t *directory)
{
    ngx_int_t                    rc;
    ngx_http_headers_in_t       *in;
    ngx_http_pyexec_loc_conf_t  *plcf;

    ngx_memzero(job, sizeof(pyexec_file_job_t));

    rc = ngx_http_pyexec_session_begin(r, NGX_HTTP_GET|NGX_HTTP_HEAD
                                          |NGX_HTTP_PUT|NGX_HTTP_DELETE,
                                       "GET, HEAD, PUT, DELETE",
                                       &job->workspace, &job->session);
    if (rc != NGX_OK) {
        return rc;
    }

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    job->url.data = plcf->url.data;
    job->url.len = plcf->url.len;
    job->max_session = plcf->max_session;

    in = &r->headers_in;

    if (in->if_match) {
        job->if_match.data = in->if_match->value.data;
        job->if_match.len = in->if_match->value.len;
    }

    if (in->if_none_match) {
        job->if_none_match.data = in->if_none_match->value.data;
        job->if_none_match.len = in->if_none_match->value.len;
    }

    return ngx_http_pyexec_files_path(r, job, directory);
}


/* NGX_OK or a status; directory is 1 if the path ends with "/", or is empty */

static ngx_int_t
ngx_http_pyexec_files_path(ngx_http_request_t *r, pyexec_file_job_t *job,
    ngx_uint_t *directory)
{
    u_char                       detail[64], *last;
    ngx_str_t                    value;
    const char                  *why;
    ngx_http_pyexec_loc_conf_t  *plcf;

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    if (ngx_http_complex_value(r, plcf->item, &value) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    *directory = value.len == 0;

    if (value.len && value.data[value.len - 1] == '/') {
        *directory = 1;
        value.len--;

        /* the path "/" is not that of the session, whose path is empty */

        if (value.len == 0) {
            value.len++;
        }
    }

    job->path.data = value.data;
    job->path.len = value.len;

    why = pyexec_path_error(&job->path);

    if (why) {
        last = ngx_snprintf(detail, sizeof(detail), "path %s", why);

        return ngx_http_pyexec_error(r, NGX_HTTP_BAD_REQUEST, (char *) detail,
                                     last - detail);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_pyexec_files_list(ngx_http_request_t *r, pyexec_file_job_t *job)
{
    u_char     *p, *glob;
    ngx_int_t   rc;
    ngx_str_t   arg;

    rc = ngx_http_pyexec_session_limit(r, NGX_HTTP_PYEXEC_FILES_DEFAULT,
                                       NGX_HTTP_PYEXEC_FILES_MAX,
                                       &job->limit);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_http_arg(r, (u_char *) "glob", 4, &arg) == NGX_OK) {

        glob = ngx_pnalloc(r->pool, arg.len);
        if (glob == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        p = glob;
        ngx_unescape_uri(&p, &arg.data, arg.len, 0);

        job->glob.data = glob;
        job->glob.len = p - glob;
    }

    return ngx_http_pyexec_session_submit(r, PYEXEC_MSG_FILES, job);
}


static ngx_int_t
ngx_http_pyexec_files_change(ngx_http_request_t *r, pyexec_file_job_t *job,
    ngx_uint_t directory)
{
    ngx_int_t  rc;
    ngx_str_t  arg;

    if (pyexec_path_runs(&job->path)) {
        return ngx_http_pyexec_files_refuse(r, NGX_HTTP_FORBIDDEN,
                                            "code_exec, and what is in it, is "
                                            "not changed so");
    }

    if (job->path.len == 0) {
        return ngx_http_pyexec_files_refuse(r, NGX_HTTP_FORBIDDEN,
                                            "the session itself is not "
                                            "changed so");
    }

    if (r->method == NGX_HTTP_PUT) {
        return directory
               ? ngx_http_pyexec_files_refuse(r, NGX_HTTP_CONFLICT,
                                              "a file's name has no slash at "
                                              "its end")
               : ngx_http_pyexec_files_put(r, job);
    }

    rc = ngx_http_arg(r, (u_char *) "recursive", 9, &arg);

    job->recursive = rc == NGX_OK && arg.len == 1 && arg.data[0] == '1';

    return ngx_http_pyexec_session_submit(r, PYEXEC_MSG_DELETE, job);
}


/*
 * nginx receives the body into a temporary file, however slowly the client
 * sends it, and the pool copies that when it is whole.
 */

static ngx_int_t
ngx_http_pyexec_files_put(ngx_http_request_t *r, pyexec_file_job_t *job)
{
    ngx_int_t               rc;
    ngx_http_pyexec_ctx_t  *ctx;

    if (ngx_http_pyexec_files_part(r)) {
        return ngx_http_pyexec_files_refuse(r, NGX_HTTP_BAD_REQUEST,
                                            "a file is stored as a whole, "
                                            "without Content-Range");
    }

    if (job->max_session
        && r->headers_in.content_length_n > (off_t) job->max_session)
    {
        return ngx_http_pyexec_files_large(r);
    }

    ctx = ngx_http_pyexec_ctx(r);
    ctx->body_room = job->max_session ? (off_t) job->max_session + 1 : 0;

    r->request_body_in_file_only = 1;
    r->request_body_in_clean_file = 1;
    r->request_body_file_log_level = 0;

    rc = ngx_http_read_client_request_body(r, ngx_http_pyexec_files_body);

    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}


/* of a body that comes in chunks nothing else tells how long it will be */

static ngx_int_t
ngx_http_pyexec_files_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    off_t                   size;
    ngx_chain_t            *cl;
    ngx_http_pyexec_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_pyexec_module);

    if (ctx && ctx->body_room) {

        for (cl = in; cl; cl = cl->next) {
            size = ngx_buf_size(cl->buf);

            if (size >= ctx->body_room) {
                return ngx_http_pyexec_files_large(r);
            }

            ctx->body_room -= size;
        }
    }

    return ngx_http_pyexec_next_filter(r, in);
}


static ngx_int_t
ngx_http_pyexec_files_large(ngx_http_request_t *r)
{
    return ngx_http_pyexec_files_refuse(r, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                                        "the session would hold more than "
                                        "pyexec_max_session");
}


static void
ngx_http_pyexec_files_body(ngx_http_request_t *r)
{
    ngx_int_t                    rc;
    ngx_uint_t                   directory;
    ngx_temp_file_t             *tf;
    pyexec_file_job_t            job;
    ngx_http_pyexec_ctx_t       *ctx;
    ngx_http_pyexec_loc_conf_t  *plcf;

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);
    ctx = ngx_http_pyexec_ctx(r);

    rc = ctx ? ngx_http_pyexec_files_job(r, &job, &directory)
             : NGX_HTTP_INTERNAL_SERVER_ERROR;

    if (rc == NGX_OK) {
        tf = r->request_body ? r->request_body->temp_file : NULL;
        ctx->body = tf ? &tf->file : NULL;

        /* the pool has a second for each MB */

        rc = ngx_http_pyexec_job_submit(r, plcf->pool, NGX_HTTP_PYEXEC_FILES,
                                        PYEXEC_MSG_PUT, &job,
                                        tf ? tf->offset / 1024 : 0);
    }

    /* a job that was submitted keeps the request, and finalizes it itself */

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


/* RFC 9110, 14.5: what has a Content-Range must not be taken for the whole */

static ngx_uint_t
ngx_http_pyexec_files_part(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len == sizeof("Content-Range") - 1
                && ngx_strncasecmp(h[i].key.data, (u_char *) "Content-Range",
                                   h[i].key.len)
                   == 0)
            {
                return 1;
            }
        }
    }

    return 0;
}


static ngx_int_t
ngx_http_pyexec_files_refuse(ngx_http_request_t *r, ngx_int_t status,
    const char *detail)
{
    return ngx_http_pyexec_error(r, status, detail, ngx_strlen(detail));
}


ngx_int_t
ngx_http_pyexec_files_init(ngx_conf_t *cf)
{
    ngx_http_pyexec_next_filter = ngx_http_top_request_body_filter;
    ngx_http_top_request_body_filter = ngx_http_pyexec_files_filter;

    return NGX_OK;
}


char *
ngx_http_pyexec_files(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_pyexec_loc_conf_t  *plcf = conf;

    char                      *rc;
    ngx_str_t                 *value;
    ngx_http_core_loc_conf_t  *clcf;

    rc = ngx_http_pyexec_endpoint(cf, cmd, conf);

    if (rc == NGX_CONF_OK) {
        value = cf->args->elts;
        clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

        plcf->url = ngx_http_pyexec_files_url(&clcf->name, &value[2],
                                              &value[3]);
    }

    return rc;
}


/*
 * The regular expression "^/api/files/(?<session>[^/]+)/(?<path>..", with these
 * two as the directive's parameters, tells where the URLs of files are.  From
 * any other location it is not known: then items have no "url".
 */

static ngx_str_t
ngx_http_pyexec_files_url(const ngx_str_t *location, const ngx_str_t *session,
    const ngx_str_t *path)
{
    u_char     *p, *end, c, groups[256];
    size_t      len;
    ngx_str_t   url;

    ngx_str_null(&url);

    if (location->len < 2 || ngx_strncmp(location->data, "^/", 2) != 0
        || session->data[0] != '$' || path->data[0] != '$')
    {
        return url;
    }

    end = location->data + location->len;

    for (p = location->data + 1; p < end; p++) {
        c = *p;

        if (!(((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
              || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '/'))
        {
            break;
        }
    }

    len = ngx_snprintf(groups, sizeof(groups), "(?<%*s>[^/]+)/(?<%*s>",
                       session->len - 1, session->data + 1, path->len - 1,
                       path->data + 1)
          - groups;

    if (p[-1] == '/' && (size_t) (end - p) > len
        && ngx_strncmp(p, groups, len) == 0)
    {
        url.data = location->data + 1;
        url.len = p - url.data;
    }

    return url;
}
