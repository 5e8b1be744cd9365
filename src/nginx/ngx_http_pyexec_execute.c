
#include "nginx/ngx_http_pyexec_conf.h"
#include "nginx/ngx_http_pyexec_ctx.h"
#include "nginx/ngx_http_pyexec_error.h"
#include "nginx/ngx_http_pyexec_execute.h"
#include "nginx/ngx_http_pyexec_job.h"
#include "nginx/ngx_http_pyexec_stream.h"
#include "nginx/pyexec_request.h"

#include <sys/mman.h>


static void ngx_http_pyexec_execute_body(ngx_http_request_t *r);
static ngx_int_t ngx_http_pyexec_execute(ngx_http_request_t *r,
    pyexec_request_t *request);
static ngx_int_t ngx_http_pyexec_read_body(ngx_http_request_t *r,
    pyexec_request_t *request);
static ngx_int_t ngx_http_pyexec_map_body(ngx_http_request_t *r, ngx_buf_t *b,
    pyexec_request_t *request);
static ngx_int_t ngx_http_pyexec_join_body(ngx_http_request_t *r,
    ngx_chain_t *in, pyexec_request_t *request);
static int64_t ngx_http_pyexec_clamp(int64_t value, int64_t preset,
    int64_t max);


ngx_int_t
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
    ngx_int_t                    rc;
    pyexec_request_t            *request;
    ngx_http_pyexec_loc_conf_t  *plcf;

    request = pyexec_request_begin();

    if (request == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    request->max_inline = plcf->max_inline;
    request->max_files = plcf->max_files;

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
    ngx_str_t                    url;
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

    if (ngx_http_pyexec_ctx_session(ctx, &request->session) != NGX_OK
        || ngx_http_pyexec_ctx_given(ctx, &request->given) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_pyexec_stream_choose(ctx) != NGX_OK) {
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
    msg.events = ctx->stream != NULL;

    msg.max_memory = plcf->max_memory;
    msg.max_file_size = plcf->max_file_size;
    msg.max_disk = plcf->max_disk;
    msg.max_session = plcf->max_session;
    msg.max_files = plcf->max_files;
    msg.max_open_files = plcf->max_open_files;
    msg.max_threads = plcf->max_threads;
    msg.max_cpu = plcf->max_cpu;
    msg.max_output = plcf->max_output;
    msg.max_flood = plcf->max_flood;
    msg.max_inline = plcf->max_inline;
    msg.return_files = request->return_files;
    msg.session_write = plcf->session_access;
    msg.policy = plcf->policy;
    url = ngx_http_pyexec_url(r);
    msg.url.data = url.data;
    msg.url.len = url.len;

    msg.deny = plcf->deny_list;
    msg.allow = plcf->allow_list;
    msg.hints = plcf->hints;
    msg.language = plcf->language;

    limit = (ngx_msec_t) msg.timeout * msg.max_attempts * 1000;

    return ngx_http_pyexec_job_submit(r, plcf->pool, NGX_HTTP_PYEXEC_RUNS,
                                      PYEXEC_MSG_EXECUTE, &msg, limit);
}


/*
 * The parser gets the body in one piece: with each further piece yajl scans a
 * string from its start.  A body over client_body_buffer_size is in a temporary
 * file, which is mapped.
 */

static ngx_int_t
ngx_http_pyexec_read_body(ngx_http_request_t *r, pyexec_request_t *request)
{
    ngx_buf_t    *b;
    ngx_chain_t  *in;

    in = r->request_body ? r->request_body->bufs : NULL;

    if (in == NULL) {
        return NGX_OK;
    }

    b = in->buf;

    if (in->next) {
        return ngx_http_pyexec_join_body(r, in, request);
    }

    if (ngx_buf_in_memory(b)) {
        pyexec_request_feed(request, b->pos, b->last - b->pos);
        return NGX_OK;
    }

    return ngx_http_pyexec_map_body(r, b, request);
}


static ngx_int_t
ngx_http_pyexec_map_body(ngx_http_request_t *r, ngx_buf_t *b,
    pyexec_request_t *request)
{
    u_char  *body;
    size_t   size;

    size = b->file_last;

    if (ngx_buf_size(b) == 0) {
        return NGX_OK;
    }

    body = mmap(NULL, size, PROT_READ, MAP_PRIVATE, b->file->fd, 0);

    if (body == MAP_FAILED) {
        ngx_log_error(NGX_LOG_CRIT, r->connection->log, ngx_errno,
                      "mmap() of a request body failed");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    pyexec_request_feed(request, body + b->file_pos, size - b->file_pos);

    (void) munmap(body, size);

    return NGX_OK;
}


static ngx_int_t
ngx_http_pyexec_join_body(ngx_http_request_t *r, ngx_chain_t *in,
    pyexec_request_t *request)
{
    u_char       *body, *p;
    off_t         offset;
    size_t        size;
    ssize_t       n;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    size = 0;

    for (cl = in; cl; cl = cl->next) {
        size += ngx_buf_size(cl->buf);
    }

    body = ngx_alloc(size + 1, r->connection->log);
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
