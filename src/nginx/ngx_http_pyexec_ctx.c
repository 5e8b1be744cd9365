
#include "nginx/ngx_http_pyexec_ctx.h"


static void ngx_http_pyexec_ctx_close(void *data);


ngx_http_pyexec_ctx_t *
ngx_http_pyexec_ctx(ngx_http_request_t *r)
{
    ngx_http_pyexec_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_pyexec_module);
    if (ctx) {
        return ctx;
    }

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_http_pyexec_ctx_t));
    if (ctx == NULL) {
        return NULL;
    }

    ctx->request = r;
    ctx->state = NGX_HTTP_PYEXEC_DONE;
    ctx->peer = -1;
    ctx->given = (pyexec_given_t) PYEXEC_NOTHING_GIVEN;
    ctx->queue_time = -1;
    ctx->run_time = -1;

    ngx_http_set_ctx(r, ctx, ngx_http_pyexec_module);

    return ctx;
}


ngx_int_t
ngx_http_pyexec_ctx_session(ngx_http_pyexec_ctx_t *ctx,
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


ngx_int_t
ngx_http_pyexec_ctx_given(ngx_http_pyexec_ctx_t *ctx, pyexec_given_t *given)
{
    ngx_pool_cleanup_t  *cln;

    if (given->fds[0] == -1) {
        return NGX_OK;
    }

    cln = ngx_pool_cleanup_add(ctx->request->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    ctx->given = *given;
    *given = (pyexec_given_t) PYEXEC_NOTHING_GIVEN;

    cln->handler = ngx_http_pyexec_ctx_close;
    cln->data = &ctx->given;

    return NGX_OK;
}


static void
ngx_http_pyexec_ctx_close(void *data)
{
    pyexec_given_close(data);
}


ngx_file_t *
ngx_http_pyexec_ctx_file(ngx_http_request_t *r)
{
    ngx_file_t                *file;
    ngx_http_core_loc_conf_t  *clcf;

    file = ngx_pcalloc(r->pool, sizeof(ngx_file_t));
    if (file == NULL) {
        return NULL;
    }

    file->fd = NGX_INVALID_FILE;
    file->log = r->connection->log;

    /* it has no name any more when this returns: "clean" */

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (ngx_create_temp_file(file, clcf->client_body_temp_path, r->pool, 0, 1,
                             0)
        != NGX_OK)
    {
        return NULL;
    }

    return file;
}


void
ngx_http_pyexec_ctx_payload(ngx_http_pyexec_ctx_t *ctx, ngx_buf_t *b,
    size_t offset, size_t len)
{
    if (ctx->file) {
        b->file = ctx->file;
        b->file_pos = offset;
        b->file_last = offset + len;
        b->in_file = 1;
        b->temp_file = 1;

    } else {
        b->pos = ctx->payload + offset;
        b->last = b->pos + len;
        b->memory = 1;
    }
}
