
/*
 * What the pool answers a job with, and what the client gets of it: START,
 * for what may take long only, EVENT, if the client wants them, and then
 * RESULT, FILE, STORED or ERROR.
 */

#include "nginx/ngx_http_pyexec_answer.h"
#include "nginx/ngx_http_pyexec_error.h"
#include "nginx/ngx_http_pyexec_file.h"
#include "nginx/ngx_http_pyexec_stream.h"
#include "base/pyexec_io.h"

#include <sys/mman.h>


/*
 * Clients that read slowly hold their answers in the worker.  Together, those
 * that are not short have so many bytes of its memory; one for which there is
 * no room goes to a temporary file.
 */

#define NGX_HTTP_PYEXEC_SHORT           (64 * 1024)
#define NGX_HTTP_PYEXEC_IN_MEMORY       (16 * 1024 * 1024)


static size_t ngx_http_pyexec_answer_room(ngx_http_pyexec_ctx_t *ctx,
    u_char **p);
static ssize_t ngx_http_pyexec_answer_recv(ngx_http_pyexec_ctx_t *ctx,
    u_char *p, size_t want);
static ngx_int_t ngx_http_pyexec_answer_begin(ngx_http_pyexec_ctx_t *ctx);
static ngx_int_t ngx_http_pyexec_answer_hold(ngx_http_pyexec_ctx_t *ctx);
static void ngx_http_pyexec_answer_free(void *data);
static ngx_int_t ngx_http_pyexec_answer_buffer(ngx_http_pyexec_ctx_t *ctx,
    u_char *p, size_t n);
static ngx_int_t ngx_http_pyexec_answer_start(ngx_http_pyexec_ctx_t *ctx);
static ngx_int_t ngx_http_pyexec_answer_result(ngx_http_pyexec_ctx_t *ctx);
static ngx_int_t ngx_http_pyexec_answer_stored(ngx_http_pyexec_ctx_t *ctx);
static ngx_int_t ngx_http_pyexec_answer_map(ngx_http_pyexec_ctx_t *ctx);
static ngx_int_t ngx_http_pyexec_answer_error(ngx_http_pyexec_ctx_t *ctx);
static ngx_int_t ngx_http_pyexec_answer_malformed(ngx_http_pyexec_ctx_t *ctx,
    const char *what);
static ngx_int_t ngx_http_pyexec_answer_send(ngx_http_pyexec_ctx_t *ctx,
    ngx_uint_t status, size_t offset, size_t len);


static size_t  ngx_http_pyexec_held;


ngx_int_t
ngx_http_pyexec_answer_receive(ngx_http_pyexec_ctx_t *ctx)
{
    u_char            *p;
    size_t             want;
    ssize_t            n;
    ngx_int_t          rc;
    ngx_connection_t  *c;

    c = ctx->connection;

    for ( ;; ) {

        want = ngx_http_pyexec_answer_room(ctx, &p);

        if (want == 0) {
            ctx->received = 0;
            return NGX_OK;
        }

        n = ngx_http_pyexec_answer_recv(ctx, p, want);

        if (n == -1 && ngx_socket_errno == NGX_EINTR) {
            continue;
        }

        if (n == -1 && pyexec_not_yet(ngx_socket_errno)) {

            if (ngx_socket_errno != NGX_EAGAIN) {
                ngx_add_timer(c->read, NGX_HTTP_PYEXEC_AGAIN);
            }

            c->read->ready = 0;
            return NGX_AGAIN;
        }

        if (n <= 0) {
            return NGX_DECLINED;
        }

        rc = NGX_OK;

        if (ctx->received >= PYEXEC_WIRE_HEADER && ctx->file) {
            rc = ngx_http_pyexec_answer_buffer(ctx, p, n);
        }

        ctx->received += n;

        if (ctx->received == PYEXEC_WIRE_HEADER) {
            rc = ngx_http_pyexec_answer_begin(ctx);
        }

        if (rc != NGX_OK) {
            return rc;
        }
    }
}


/*
 * A file's descriptor comes with the first byte.  If it can't be taken, returns
 * 0, as if the other end were closed.
 */

static ssize_t
ngx_http_pyexec_answer_recv(ngx_http_pyexec_ctx_t *ctx, u_char *p, size_t want)
{
    ssize_t   n;
    ngx_fd_t  fd;

    if (ctx->queue != NGX_HTTP_PYEXEC_FILES || ctx->received) {
        return recv(ctx->connection->fd, p, want, 0);
    }

    n = pyexec_recv_fds(ctx->connection->fd, p, want, &fd, 1, 0);

    if (n > 0 && fd != NGX_INVALID_FILE
        && ngx_http_pyexec_file_take(ctx, fd) != NGX_OK)
    {
        return 0;
    }

    return n;
}


/* where the next bytes of the message go, and how many there are at most */

static size_t
ngx_http_pyexec_answer_room(ngx_http_pyexec_ctx_t *ctx, u_char **p)
{
    size_t         got;

    static u_char  piece[NGX_HTTP_PYEXEC_SHORT];

    if (ctx->received < PYEXEC_WIRE_HEADER) {
        *p = ctx->header + ctx->received;
        return PYEXEC_WIRE_HEADER - ctx->received;
    }

    got = ctx->received - PYEXEC_WIRE_HEADER;

    if (ctx->file) {
        *p = piece;
        return ngx_min(ctx->len - got, sizeof(piece));
    }

    *p = ctx->payload + got;
    return ctx->len - got;
}


/* the header is whole: gets memory or a file for the payload */

static ngx_int_t
ngx_http_pyexec_answer_begin(ngx_http_pyexec_ctx_t *ctx)
{
    if (pyexec_wire_header(ctx->header, &ctx->type, &ctx->len) == -1) {
        return ngx_http_pyexec_answer_malformed(ctx, "header");
    }

    if (ctx->type == PYEXEC_MSG_EVENT) {

        /* one after the other comes: large enough to be freed by itself */

        ctx->payload = ngx_palloc(ctx->request->pool,
                                  ngx_max(ctx->len,
                                          NGX_MAX_ALLOC_FROM_POOL + 1));

        return ctx->payload ? NGX_OK : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->len > NGX_HTTP_PYEXEC_SHORT) {

        if (ctx->len > NGX_HTTP_PYEXEC_IN_MEMORY - ngx_http_pyexec_held) {
            ctx->file = ngx_http_pyexec_ctx_file(ctx->request);
            return ctx->file ? NGX_OK : NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        if (ngx_http_pyexec_answer_hold(ctx) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    ctx->payload = ngx_palloc(ctx->request->pool, ctx->len + 1);

    return ctx->payload ? NGX_OK : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


/* counts the payload as held, until the request is freed */

static ngx_int_t
ngx_http_pyexec_answer_hold(ngx_http_pyexec_ctx_t *ctx)
{
    size_t              *len;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(ctx->request->pool, sizeof(size_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    len = cln->data;
    *len = ctx->len;
    cln->handler = ngx_http_pyexec_answer_free;

    ngx_http_pyexec_held += ctx->len;

    return NGX_OK;
}


static void
ngx_http_pyexec_answer_free(void *data)
{
    ngx_http_pyexec_held -= *(size_t *) data;
}


static ngx_int_t
ngx_http_pyexec_answer_buffer(ngx_http_pyexec_ctx_t *ctx, u_char *p, size_t n)
{
    off_t        offset;

    static char  detail[] = "the answer cannot be buffered";

    offset = ctx->received - PYEXEC_WIRE_HEADER;

    if (ngx_write_file(ctx->file, p, n, offset) != (ssize_t) n) {
        return ngx_http_pyexec_error(ctx->request,
                                     NGX_HTTP_INTERNAL_SERVER_ERROR,
                                     detail, sizeof(detail) - 1);
    }

    return NGX_OK;
}


ngx_uint_t
ngx_http_pyexec_answer_began(ngx_http_pyexec_ctx_t *ctx)
{
    char  c;

    return ctx->state == NGX_HTTP_PYEXEC_QUEUED
           && recv(ctx->connection->fd, &c, 1, MSG_PEEK) != -1;
}


ngx_int_t
ngx_http_pyexec_answer(ngx_http_pyexec_ctx_t *ctx)
{
    switch (ctx->type) {

    case PYEXEC_MSG_START:
        return ngx_http_pyexec_answer_start(ctx);

    case PYEXEC_MSG_EVENT:
        return ngx_http_pyexec_stream_event(ctx);

    case PYEXEC_MSG_RESULT:
        return ngx_http_pyexec_answer_result(ctx);

    case PYEXEC_MSG_FILE:
        return ngx_http_pyexec_file_send(ctx);

    case PYEXEC_MSG_STORED:
        return ngx_http_pyexec_answer_stored(ctx);

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

    return ngx_http_pyexec_stream_start(ctx);
}


static ngx_int_t
ngx_http_pyexec_answer_result(ngx_http_pyexec_ctx_t *ctx)
{
    size_t            offset;
    ngx_int_t         rc;
    pyexec_result_t   result;

    if (ngx_http_pyexec_answer_map(ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = pyexec_wire_decode(ctx->type, ctx->payload, ctx->len, &result);

    if (rc == 0 && result.status.len) {
        ctx->status.data = ngx_pnalloc(ctx->request->pool, result.status.len);

        if (ctx->status.data) {
            ctx->status.len = result.status.len;
            ngx_memcpy(ctx->status.data, result.status.data, ctx->status.len);
        }

        ctx->attempts = result.attempts;
        ctx->run_time = (ngx_msec_int_t) (result.run_time / 1000);
    }

    offset = rc == 0 ? result.json.data - ctx->payload : 0;

    if (ctx->file) {
        (void) munmap(ctx->payload, ctx->len);
        ctx->payload = NULL;
    }

    if (rc == -1) {
        return ngx_http_pyexec_answer_malformed(ctx, "RESULT");
    }

    if (ctx->stream) {
        return ngx_http_pyexec_stream_result(ctx, offset, result.json.len);
    }

    return ngx_http_pyexec_answer_send(ctx, NGX_HTTP_OK, offset,
                                       result.json.len);
}


static ngx_int_t
ngx_http_pyexec_answer_stored(ngx_http_pyexec_ctx_t *ctx)
{
    pyexec_stored_t  stored;

    if (ctx->file
        || pyexec_wire_decode(ctx->type, ctx->payload, ctx->len, &stored)
           == -1)
    {
        return ngx_http_pyexec_answer_malformed(ctx, "STORED");
    }

    if (ngx_http_pyexec_file_etag(ctx->request, &stored.etag) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_pyexec_answer_send(ctx, stored.code,
                                       stored.json.data - ctx->payload,
                                       stored.json.len);
}


/* a payload in a file is mapped for its decoding */

static ngx_int_t
ngx_http_pyexec_answer_map(ngx_http_pyexec_ctx_t *ctx)
{
    if (ctx->file == NULL) {
        return NGX_OK;
    }

    ctx->payload = mmap(NULL, ctx->len, PROT_READ, MAP_SHARED, ctx->file->fd,
                        0);

    if (ctx->payload == MAP_FAILED) {
        ngx_log_error(NGX_LOG_ALERT, ctx->request->connection->log, ngx_errno,
                      "mmap() failed");
        return NGX_ERROR;
    }

    return NGX_OK;
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
ngx_http_pyexec_answer_send(ngx_http_pyexec_ctx_t *ctx, ngx_uint_t status,
    size_t offset, size_t len)
{
    ngx_int_t            rc;
    ngx_buf_t           *b;
    ngx_chain_t          out;
    ngx_http_request_t  *r;

    r = ctx->request;
    ctx->answered = 1;

    r->disable_not_modified = 1;           /* they have no date */

    r->headers_out.status = status;
    r->headers_out.content_length_n = len;
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

    ngx_http_pyexec_ctx_payload(ctx, b, offset, len);

    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    rc = ngx_http_output_filter(r, &out);

    /* after NGX_AGAIN, a slow client, nginx itself sends the rest */

    return rc == NGX_ERROR ? NGX_ERROR : NGX_DONE;
}
