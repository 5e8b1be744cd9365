
#include "nginx/ngx_http_pyexec_ctx.h"


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
