
/*
 * Events reach the client as fast as it reads, and the runner never waits for
 * it: what the client has not taken yet waits here, the first of it in memory,
 * all that follows in a temporary file.  nginx's filters get the next part when
 * they have sent the last one.
 */

#include "nginx/ngx_http_pyexec_conf.h"
#include "nginx/ngx_http_pyexec_error.h"
#include "nginx/ngx_http_pyexec_stream.h"
#include "nginx/pyexec_accept.h"


/* bytes that wait in memory; more for a client that has taken all so far */

#define NGX_HTTP_PYEXEC_STREAM_SLOW     (64 * 1024)
#define NGX_HTTP_PYEXEC_STREAM_QUICK    (512 * 1024)

/* a piece of memory; the request's pool frees only what is of this size */

#define NGX_HTTP_PYEXEC_STREAM_PIECE    (2 * NGX_MAX_ALLOC_FROM_POOL)


typedef struct {
    ngx_str_t                  type;
    ngx_str_t                  before;     /* the event's name */
    ngx_str_t                  between;    /* that and its JSON */
    ngx_str_t                  after;
    ngx_str_t                  beat;
} ngx_http_pyexec_format_t;


struct ngx_http_pyexec_stream_s {
    ngx_http_pyexec_ctx_t     *ctx;
    ngx_http_pyexec_format_t  *format;
    ngx_event_t                heartbeat;
    ngx_chain_t               *sending;    /* in nginx's filters */
    ngx_chain_t               *waiting;
    ngx_chain_t              **last;       /* the end of waiting */
    ngx_chain_t               *free;
    ngx_buf_t                 *tail;       /* the last one of waiting */
    size_t                     size;       /* bytes of waiting, in memory */
    ngx_file_t                *file;       /* or NULL */
    off_t                      end;        /* of the file */
    unsigned                   begun:1;    /* the header was sent */
    unsigned                   within:1;   /* an event: more of it comes */
    unsigned                   gone:1;     /* nobody reads any more */
};


static ngx_int_t ngx_http_pyexec_stream_header(ngx_http_request_t *r,
    ngx_http_pyexec_format_t *format);
static ngx_int_t ngx_http_pyexec_stream_name(ngx_http_pyexec_stream_t *s,
    const u_char *name, size_t len);
static ngx_int_t ngx_http_pyexec_stream_put(ngx_http_pyexec_stream_t *s,
    const u_char *p, size_t len);
static ngx_int_t ngx_http_pyexec_stream_spill(ngx_http_pyexec_stream_t *s,
    const u_char *p, size_t len);
static ngx_buf_t *ngx_http_pyexec_stream_buf(ngx_http_pyexec_stream_t *s);
static ngx_int_t ngx_http_pyexec_stream_send(ngx_http_pyexec_stream_t *s);
static void ngx_http_pyexec_stream_sent(ngx_http_pyexec_stream_t *s);
static ngx_int_t ngx_http_pyexec_stream_wait(ngx_http_request_t *r);
static ngx_int_t ngx_http_pyexec_stream_last(ngx_http_pyexec_stream_t *s,
    ngx_buf_t *b);
static void ngx_http_pyexec_stream_write(ngx_http_request_t *r);
static void ngx_http_pyexec_stream_beat(ngx_event_t *ev);


static ngx_http_pyexec_format_t  ngx_http_pyexec_formats[] = {

    [PYEXEC_ACCEPT_SSE] = {
        ngx_string("text/event-stream"),
        ngx_string("event: "),
        ngx_string("\ndata: "),
        ngx_string("\n\n"),
        ngx_string(":\n\n")
    },

    [PYEXEC_ACCEPT_NDJSON] = {
        ngx_string("application/x-ndjson"),
        ngx_string("{\"event\":\""),
        ngx_string("\",\"data\":"),
        ngx_string("}\n"),
        ngx_string("\n")
    }
};


ngx_int_t
ngx_http_pyexec_stream_choose(ngx_http_pyexec_ctx_t *ctx)
{
    ngx_uint_t                 i;
    ngx_list_part_t           *part;
    ngx_table_elt_t           *h;
    pyexec_accept_e            choice;
    pyexec_accept_t            accept;
    ngx_http_request_t        *r;
    ngx_http_pyexec_stream_t  *s;

    r = ctx->request;

    if (r != r->main) {
        return NGX_OK;
    }

    ngx_memzero(&accept, sizeof(pyexec_accept_t));

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        for (h = part->elts, i = 0; i < part->nelts; i++) {
            if (h[i].key.len == sizeof("Accept") - 1
                && ngx_strncasecmp(h[i].key.data, (u_char *) "Accept",
                                   sizeof("Accept") - 1)
                   == 0)
            {
                pyexec_accept(&accept, h[i].value.data, h[i].value.len);
            }
        }
    }

    choice = pyexec_accept_choice(&accept);

    if (choice == PYEXEC_ACCEPT_JSON) {
        return NGX_OK;
    }

    s = ngx_pcalloc(r->pool, sizeof(ngx_http_pyexec_stream_t));
    if (s == NULL) {
        return NGX_ERROR;
    }

    s->ctx = ctx;
    s->format = &ngx_http_pyexec_formats[choice];
    s->last = &s->waiting;

    ctx->stream = s;

    return NGX_OK;
}


ngx_int_t
ngx_http_pyexec_stream_start(ngx_http_pyexec_ctx_t *ctx)
{
    ngx_int_t                    rc;
    ngx_http_request_t          *r;
    ngx_http_pyexec_stream_t    *s;
    ngx_http_pyexec_loc_conf_t  *plcf;

    s = ctx->stream;
    r = ctx->request;

    if (s == NULL) {
        return NGX_OK;
    }

    rc = ngx_http_pyexec_stream_header(r, s->format);

    if (rc == NGX_ERROR || rc > NGX_OK) {
        return rc;
    }

    s->begun = 1;
    ctx->answered = 1;

    r->write_event_handler = ngx_http_pyexec_stream_write;

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    s->heartbeat.handler = ngx_http_pyexec_stream_beat;
    s->heartbeat.data = s;
    s->heartbeat.log = r->connection->log;
    ngx_add_timer(&s->heartbeat, plcf->heartbeat);

    return NGX_OK;
}


/* proxies are told not to buffer, nor to keep the answer */

static ngx_int_t
ngx_http_pyexec_stream_header(ngx_http_request_t *r,
    ngx_http_pyexec_format_t *format)
{
    r->disable_not_modified = 1;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_type = format->type;
    r->headers_out.content_type_len = format->type.len;
    r->headers_out.content_type_lowcase = NULL;

    if (ngx_http_pyexec_header(r, "Cache-Control", "no-cache") != NGX_OK
        || ngx_http_pyexec_header(r, "X-Accel-Buffering", "no") != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_send_header(r);
}


ngx_int_t
ngx_http_pyexec_stream_event(ngx_http_pyexec_ctx_t *ctx)
{
    pyexec_event_t             event;
    ngx_http_pyexec_stream_t  *s;

    s = ctx->stream;

    if (s == NULL || !s->begun
        || pyexec_wire_decode(ctx->type, ctx->payload, ctx->len, &event) == -1
        || s->within != (event.name.len == 0))
    {
        ngx_log_error(NGX_LOG_ERR, ctx->request->connection->log, 0,
                      "pyexec pool \"%V\" sent a malformed EVENT",
                      &ctx->pool->name);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if ((!s->within
         && ngx_http_pyexec_stream_name(s, event.name.data, event.name.len)
            != NGX_OK)
        || ngx_http_pyexec_stream_put(s, event.json.data, event.json.len)
           != NGX_OK
        || (!event.more
            && ngx_http_pyexec_stream_put(s, s->format->after.data,
                                          s->format->after.len)
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    s->within = event.more != 0;

    (void) ngx_pfree(ctx->request->pool, ctx->payload);
    ctx->payload = NULL;

    return NGX_OK;
}


/* what is before an event's JSON */

static ngx_int_t
ngx_http_pyexec_stream_name(ngx_http_pyexec_stream_t *s, const u_char *name,
    size_t len)
{
    ngx_http_pyexec_format_t  *f;

    f = s->format;

    if (ngx_http_pyexec_stream_put(s, f->before.data, f->before.len) != NGX_OK
        || ngx_http_pyexec_stream_put(s, name, len) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_pyexec_stream_put(s, f->between.data, f->between.len);
}


static ngx_int_t
ngx_http_pyexec_stream_put(ngx_http_pyexec_stream_t *s, const u_char *p,
    size_t len)
{
    size_t      max;
    ngx_buf_t  *b;

    if (s->gone || len == 0) {
        return NGX_OK;
    }

    b = s->tail;
    max = s->sending ? NGX_HTTP_PYEXEC_STREAM_SLOW
                     : NGX_HTTP_PYEXEC_STREAM_QUICK;

    if ((b && b->in_file) || s->size + len > max) {
        return ngx_http_pyexec_stream_spill(s, p, len);
    }

    if (b == NULL || (size_t) (b->end - b->last) < len) {

        b = ngx_http_pyexec_stream_buf(s);
        if (b == NULL) {
            return NGX_ERROR;
        }

        max = ngx_max(len, NGX_HTTP_PYEXEC_STREAM_PIECE);

        b->start = ngx_palloc(s->ctx->request->pool, max);
        if (b->start == NULL) {
            return NGX_ERROR;
        }

        b->pos = b->start;
        b->last = b->start;
        b->end = b->start + max;
        b->temporary = 1;
    }

    b->last = ngx_cpymem(b->last, p, len);
    s->size += len;

    return NGX_OK;
}


static ngx_int_t
ngx_http_pyexec_stream_spill(ngx_http_pyexec_stream_t *s, const u_char *p,
    size_t len)
{
    ngx_buf_t  *b;

    if (s->file == NULL) {
        s->file = ngx_http_pyexec_ctx_file(s->ctx->request);
        if (s->file == NULL) {
            return NGX_ERROR;
        }
    }

    b = s->tail;

    if (b == NULL || !b->in_file) {

        b = ngx_http_pyexec_stream_buf(s);
        if (b == NULL) {
            return NGX_ERROR;
        }

        b->file = s->file;
        b->file_pos = s->end;
        b->file_last = s->end;
        b->in_file = 1;
        b->temp_file = 1;
    }

    if (ngx_write_file(s->file, (u_char *) p, len, s->end) != (ssize_t) len) {
        return NGX_ERROR;
    }

    s->end += len;
    b->file_last = s->end;

    return NGX_OK;
}


/* a new one, at the end of those that wait */

static ngx_buf_t *
ngx_http_pyexec_stream_buf(ngx_http_pyexec_stream_t *s)
{
    ngx_chain_t  *cl;

    cl = ngx_chain_get_free_buf(s->ctx->request->pool, &s->free);
    if (cl == NULL) {
        return NULL;
    }

    ngx_memzero(cl->buf, sizeof(ngx_buf_t));

    *s->last = cl;
    s->last = &cl->next;
    s->tail = cl->buf;

    return cl->buf;
}


ngx_int_t
ngx_http_pyexec_stream_flush(ngx_http_pyexec_ctx_t *ctx)
{
    ngx_http_pyexec_stream_t    *s;
    ngx_http_pyexec_loc_conf_t  *plcf;

    s = ctx->stream;

    if (s == NULL || !s->begun || s->gone) {
        return NGX_OK;
    }

    if (ngx_http_pyexec_stream_send(s) == NGX_OK) {
        return NGX_OK;
    }

    plcf = ngx_http_get_module_loc_conf(ctx->request, ngx_http_pyexec_module);

    s->gone = plcf->ignore_client_abort;

    return s->gone ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_pyexec_stream_send(ngx_http_pyexec_stream_t *s)
{
    ngx_chain_t                 *out;
    ngx_http_request_t          *r;
    ngx_http_pyexec_loc_conf_t  *plcf;

    r = s->ctx->request;

    do {
        out = NULL;

        if (s->sending == NULL && s->waiting) {
            out = s->waiting;
            s->tail->flush = 1;

            s->sending = out;
            s->waiting = NULL;
            s->last = &s->waiting;
            s->tail = NULL;
            s->size = 0;

            plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);
            ngx_add_timer(&s->heartbeat, plcf->heartbeat);
        }

        if (out == NULL && s->sending == NULL && !r->connection->buffered) {
            break;
        }

        if (ngx_http_output_filter(r, out) == NGX_ERROR) {
            return NGX_ERROR;
        }

        ngx_http_pyexec_stream_sent(s);

    } while (s->sending == NULL && s->waiting);

    return ngx_http_pyexec_stream_wait(r);
}


static void
ngx_http_pyexec_stream_sent(ngx_http_pyexec_stream_t *s)
{
    ngx_chain_t  *cl;

    while (s->sending && ngx_buf_size(s->sending->buf) == 0) {

        cl = s->sending;
        s->sending = cl->next;

        if (cl->buf->start) {
            (void) ngx_pfree(s->ctx->request->pool, cl->buf->start);
        }

        cl->next = s->free;
        s->free = cl;
    }
}


/* for the client, send_timeout at most */

static ngx_int_t
ngx_http_pyexec_stream_wait(ngx_http_request_t *r)
{
    ngx_event_t               *wev;
    ngx_http_core_loc_conf_t  *clcf;

    wev = r->connection->write;
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (wev->delayed) {
        return ngx_handle_write_event(wev, clcf->send_lowat);
    }

    if (r->buffered || r->connection->buffered) {
        ngx_add_timer(wev, clcf->send_timeout);

    } else if (wev->timer_set) {
        ngx_del_timer(wev);
    }

    return ngx_handle_write_event(wev, clcf->send_lowat);
}


static void
ngx_http_pyexec_stream_write(ngx_http_request_t *r)
{
    ngx_int_t               rc;
    ngx_event_t            *wev;
    ngx_http_pyexec_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_pyexec_module);
    wev = r->connection->write;

    if (wev->timedout) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, NGX_ETIMEDOUT,
                      "client timed out");
        r->connection->timedout = 1;
        rc = NGX_HTTP_REQUEST_TIME_OUT;

    } else {
        rc = ngx_http_pyexec_stream_flush(ctx);
    }

    if (rc != NGX_OK) {
        ctx->end(ctx, rc);
    }
}


/* nothing was sent for a while */

static void
ngx_http_pyexec_stream_beat(ngx_event_t *ev)
{
    ngx_http_pyexec_ctx_t       *ctx;
    ngx_http_pyexec_stream_t    *s = ev->data;
    ngx_http_pyexec_loc_conf_t  *plcf;

    ctx = s->ctx;
    plcf = ngx_http_get_module_loc_conf(ctx->request, ngx_http_pyexec_module);

    ngx_add_timer(ev, plcf->heartbeat);

    if (s->sending == NULL && !s->within
        && (ngx_http_pyexec_stream_put(s, s->format->beat.data,
                                       s->format->beat.len)
            != NGX_OK
            || ngx_http_pyexec_stream_flush(ctx) != NGX_OK))
    {
        ctx->end(ctx, NGX_ERROR);
    }
}


ngx_int_t
ngx_http_pyexec_stream_result(ngx_http_pyexec_ctx_t *ctx, size_t offset,
    size_t len)
{
    ngx_buf_t                 *b;
    ngx_http_pyexec_stream_t  *s;
    ngx_http_pyexec_format_t  *f;

    static u_char              name[] = "result";

    s = ctx->stream;
    f = s->format;

    if (ngx_http_pyexec_stream_name(s, name, sizeof(name) - 1) != NGX_OK) {
        return NGX_ERROR;
    }

    b = ngx_http_pyexec_stream_buf(s);
    if (b == NULL) {
        return NGX_ERROR;
    }

    ngx_http_pyexec_ctx_payload(ctx, b, offset, len);

    b = ngx_http_pyexec_stream_buf(s);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = f->after.data;
    b->last = b->pos + f->after.len;
    b->memory = 1;

    return ngx_http_pyexec_stream_last(s, b);
}


ngx_int_t
ngx_http_pyexec_stream_error(ngx_http_pyexec_ctx_t *ctx, ngx_int_t status)
{
    u_char                    *p;
    size_t                     size;
    ngx_buf_t                 *b;
    ngx_str_t                 *detail;
    ngx_http_pyexec_stream_t  *s;
    ngx_http_pyexec_format_t  *f;

    static ngx_str_t           failed = ngx_string("the run failed");

    s = ctx->stream;

    if (s == NULL || !s->begun || status < NGX_HTTP_BAD_REQUEST
        || status == NGX_HTTP_REQUEST_TIME_OUT
        || status == NGX_HTTP_CLIENT_CLOSED_REQUEST)
    {
        return status;
    }

    f = s->format;
    detail = ctx->detail.len ? &ctx->detail : &failed;

    size = f->before.len + f->between.len + f->after.len + detail->len
           + ngx_escape_json(NULL, detail->data, detail->len)
           + sizeof("error{\"detail\":\"\",\"status\":}") + NGX_INT_T_LEN;

    b = ngx_http_pyexec_stream_buf(s);
    p = ngx_pnalloc(ctx->request->pool, size);

    if (b == NULL || p == NULL) {
        return NGX_ERROR;
    }

    b->pos = p;
    b->memory = 1;

    p = ngx_sprintf(p, "%Verror%V{\"detail\":\"", &f->before, &f->between);
    p = (u_char *) ngx_escape_json(p, detail->data, detail->len);
    b->last = ngx_sprintf(p, "\",\"status\":%i}%V", status, &f->after);

    return ngx_http_pyexec_stream_last(s, b);
}


/*
 * Behind b nothing comes; nginx itself sends what the client is to read yet.
 * It can't follow half of an event, after which a runner has died.
 */

static ngx_int_t
ngx_http_pyexec_stream_last(ngx_http_pyexec_stream_t *s, ngx_buf_t *b)
{
    if (s->gone || s->within) {
        return NGX_ERROR;
    }

    b->last_buf = 1;
    b->last_in_chain = 1;

    return ngx_http_output_filter(s->ctx->request, s->waiting) == NGX_ERROR
           ? NGX_ERROR : NGX_DONE;
}


void
ngx_http_pyexec_stream_close(ngx_http_pyexec_ctx_t *ctx)
{
    if (ctx->stream && ctx->stream->heartbeat.timer_set) {
        ngx_del_timer(&ctx->stream->heartbeat);
    }
}
