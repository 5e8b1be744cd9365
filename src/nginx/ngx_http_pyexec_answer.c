
/*
 * What the pool answers a job with, and what the client gets of it: START,
 * for a run only, and then RESULT or ERROR.
 */

#include "nginx/ngx_http_pyexec_answer.h"
#include "nginx/ngx_http_pyexec_error.h"


static ngx_int_t ngx_http_pyexec_answer_start(ngx_http_pyexec_ctx_t *ctx);
static ngx_int_t ngx_http_pyexec_answer_result(ngx_http_pyexec_ctx_t *ctx);
static ngx_int_t ngx_http_pyexec_answer_error(ngx_http_pyexec_ctx_t *ctx);
static ngx_int_t ngx_http_pyexec_answer_malformed(ngx_http_pyexec_ctx_t *ctx,
    const char *what);
static ngx_int_t ngx_http_pyexec_answer_send(ngx_http_pyexec_ctx_t *ctx,
    pyexec_str_t *json);


ngx_int_t
ngx_http_pyexec_answer_receive(ngx_http_pyexec_ctx_t *ctx)
{
    u_char            *p;
    size_t             want;
    ssize_t            n;
    ngx_connection_t  *c;

    c = ctx->connection;

    for ( ;; ) {

        if (ctx->received < PYEXEC_WIRE_HEADER) {
            p = ctx->header + ctx->received;
            want = PYEXEC_WIRE_HEADER - ctx->received;

        } else {
            p = ctx->payload + (ctx->received - PYEXEC_WIRE_HEADER);
            want = ctx->len - (ctx->received - PYEXEC_WIRE_HEADER);
        }

        if (want == 0) {
            ctx->received = 0;
            return NGX_OK;
        }

        n = recv(c->fd, p, want, 0);

        if (n == -1 && ngx_socket_errno == NGX_EINTR) {
            continue;
        }

        if (n == -1 && ngx_socket_errno == NGX_EAGAIN) {
            c->read->ready = 0;
            return NGX_AGAIN;
        }

        if (n <= 0) {
            return NGX_DECLINED;
        }

        ctx->received += n;

        if (ctx->received != PYEXEC_WIRE_HEADER) {
            continue;
        }

        if (pyexec_wire_header(ctx->header, &ctx->type, &ctx->len) == -1) {
            return ngx_http_pyexec_answer_malformed(ctx, "header");
        }

        ctx->payload = ngx_palloc(ctx->request->pool, ctx->len + 1);
        if (ctx->payload == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }
}


ngx_int_t
ngx_http_pyexec_answer(ngx_http_pyexec_ctx_t *ctx)
{
    switch (ctx->type) {

    case PYEXEC_MSG_START:
        return ngx_http_pyexec_answer_start(ctx);

    case PYEXEC_MSG_RESULT:
        return ngx_http_pyexec_answer_result(ctx);

    case PYEXEC_MSG_ERROR:
        return ngx_http_pyexec_answer_error(ctx);

    default:
        ngx_log_error(NGX_LOG_ERR, ctx->request->connection->log, 0,
                      "pyexec pool \"%V\" sent an unexpected message %ui",
                      &ctx->pool->name, (ngx_uint_t) ctx->type);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}


static ngx_int_t
ngx_http_pyexec_answer_start(ngx_http_pyexec_ctx_t *ctx)
{
    pyexec_start_t  start;

    if (ctx->state != NGX_HTTP_PYEXEC_QUEUED
        || pyexec_wire_decode(ctx->type, ctx->payload, ctx->len, &start) == -1)
    {
        return ngx_http_pyexec_answer_malformed(ctx, "START");
    }

    ctx->run_id.data = (u_char *) start.run_id.data;
    ctx->run_id.len = start.run_id.len;
    ctx->queue_time = (ngx_msec_int_t) (ngx_current_msec - ctx->submitted);

    return NGX_OK;
}


static ngx_int_t
ngx_http_pyexec_answer_result(ngx_http_pyexec_ctx_t *ctx)
{
    pyexec_result_t  result;

    if (pyexec_wire_decode(ctx->type, ctx->payload, ctx->len, &result) == -1) {
        return ngx_http_pyexec_answer_malformed(ctx, "RESULT");
    }

    if (result.status.len) {
        ctx->status.data = (u_char *) result.status.data;
        ctx->status.len = result.status.len;
        ctx->attempts = result.attempts;
        ctx->run_time = (ngx_msec_int_t) (result.run_time / 1000);
    }

    return ngx_http_pyexec_answer_send(ctx, &result.json);
}


static ngx_int_t
ngx_http_pyexec_answer_error(ngx_http_pyexec_ctx_t *ctx)
{
    u_char          *value;
    pyexec_error_t   error;

    if (pyexec_wire_decode(ctx->type, ctx->payload, ctx->len, &error) == -1
        || error.code < NGX_HTTP_BAD_REQUEST || error.code > 599)
    {
        return ngx_http_pyexec_answer_malformed(ctx, "ERROR");
    }

    if (error.code == NGX_HTTP_INTERNAL_SERVER_ERROR) {
        ngx_log_error(NGX_LOG_ERR, ctx->request->connection->log, 0,
                      "pyexec pool \"%V\": %*s", &ctx->pool->name,
                      error.cause.len, error.cause.data);
    }

    if (error.retry_after) {
        value = ngx_pnalloc(ctx->request->pool, NGX_INT32_LEN + 1);

        if (value) {
            ngx_sprintf(value, "%uD%Z", error.retry_after);
            (void) ngx_http_pyexec_header(ctx->request, "Retry-After",
                                          (char *) value);
        }
    }

    return ngx_http_pyexec_error(ctx->request, error.code,
                                 (char *) error.detail.data,
                                 error.detail.len);
}


static ngx_int_t
ngx_http_pyexec_answer_malformed(ngx_http_pyexec_ctx_t *ctx, const char *what)
{
    ngx_log_error(NGX_LOG_ERR, ctx->request->connection->log, 0,
                  "pyexec pool \"%V\" sent a malformed %s", &ctx->pool->name,
                  what);

    return NGX_HTTP_INTERNAL_SERVER_ERROR;
}


static ngx_int_t
ngx_http_pyexec_answer_send(ngx_http_pyexec_ctx_t *ctx, pyexec_str_t *json)
{
    ngx_int_t            rc;
    ngx_buf_t           *b;
    ngx_chain_t          out;
    ngx_http_request_t  *r;

    r = ctx->request;
    ctx->answered = 1;

    r->disable_not_modified = 1;           /* it has no date and no tag */

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = json->len;
    ngx_str_set(&r->headers_out.content_type, "application/json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK) {
        return rc;
    }

    /* NGX_DONE, as NGX_OK stands for a START, behind which more comes */

    if (r->header_only) {
        return NGX_DONE;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = (u_char *) json->data;
    b->last = b->pos + json->len;
    b->memory = 1;
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    rc = ngx_http_output_filter(r, &out);

    /* after NGX_AGAIN, a slow client, nginx itself sends the rest */

    return rc == NGX_ERROR ? NGX_ERROR : NGX_DONE;
}
