
/*
 * A file of a session goes out as one of nginx's own does, through its filters
 * for ranges, conditions and compression.  Its name and contents are the work
 * of code that nobody has read: the header tells browsers to make nothing of
 * them that could act on the site's behalf.
 */

#include "nginx/ngx_http_pyexec_error.h"
#include "nginx/ngx_http_pyexec_file.h"


static ngx_int_t ngx_http_pyexec_file_header(ngx_http_request_t *r,
    const pyexec_file_answer_t *file);
static ngx_int_t ngx_http_pyexec_file_disposition(ngx_http_request_t *r,
    const pyexec_str_t *type);
static u_char *ngx_http_pyexec_file_named(ngx_http_request_t *r);
static ngx_uint_t ngx_http_pyexec_file_plain(u_char c);
static void ngx_http_pyexec_file_hints(ngx_http_request_t *r, ngx_file_t *file,
    off_t size);


static struct {
    const char                *name;
    const char                *value;
} ngx_http_pyexec_file_headers[] = {
    { "X-Content-Type-Options", "nosniff" },
    { "Content-Security-Policy", "sandbox; default-src 'none'; img-src data:; "
                                 "style-src 'unsafe-inline'" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { NULL, NULL }
};


/* what browsers may show, as none of it can have a script that runs */

static const char  *ngx_http_pyexec_file_inline[] = {
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "application/pdf",
    "text/plain",
    "text/csv",
    "application/json",
    "text/markdown",
    NULL
};


ngx_int_t
ngx_http_pyexec_file_take(ngx_http_pyexec_ctx_t *ctx, ngx_fd_t fd)
{
    ngx_pool_t               *pool;
    ngx_pool_cleanup_t       *cln;
    ngx_pool_cleanup_file_t  *clnf;

    pool = ctx->request->pool;

    ctx->opened = ngx_pcalloc(pool, sizeof(ngx_file_t));
    cln = ngx_pool_cleanup_add(pool, sizeof(ngx_pool_cleanup_file_t));

    if (ctx->opened == NULL || cln == NULL) {
        ctx->opened = NULL;
        (void) ngx_close_file(fd);
        return NGX_ERROR;
    }

    ngx_str_set(&ctx->opened->name, "a session's file");
    ctx->opened->fd = fd;
    ctx->opened->log = ctx->request->connection->log;

    clnf = cln->data;
    clnf->fd = fd;
    clnf->name = ctx->opened->name.data;
    clnf->log = pool->log;
    cln->handler = ngx_pool_cleanup_file;

    return NGX_OK;
}


ngx_int_t
ngx_http_pyexec_file_send(ngx_http_pyexec_ctx_t *ctx)
{
    ngx_int_t              rc;
    ngx_buf_t             *b;
    ngx_chain_t            out;
    ngx_http_request_t    *r;
    pyexec_file_answer_t   file;

    r = ctx->request;

    if (ctx->opened == NULL
        || pyexec_wire_decode(ctx->type, ctx->payload, ctx->len, &file) == -1)
    {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "pyexec pool \"%V\" sent a malformed FILE",
                      &ctx->pool->name);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b = ngx_calloc_buf(r->pool);

    if (b == NULL || ngx_http_pyexec_file_header(r, &file) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->answered = 1;

    rc = ngx_http_send_header(r);

    if (rc > NGX_OK) {
        ctx->answered = 0;                 /* 416: the error's JSON follows */
        return rc;
    }

    if (rc == NGX_ERROR || r->header_only) {
        return rc == NGX_ERROR ? rc : NGX_DONE;
    }

    ngx_http_pyexec_file_hints(r, ctx->opened, file.size);

    b->file = ctx->opened;
    b->file_last = file.size;
    b->in_file = file.size ? 1 : 0;
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;
    b->sync = (b->last_buf || b->in_file) ? 0 : 1;

    out.buf = b;
    out.next = NULL;

    rc = ngx_http_output_filter(r, &out);

    return rc == NGX_ERROR ? NGX_ERROR : NGX_DONE;
}


static ngx_int_t
ngx_http_pyexec_file_header(ngx_http_request_t *r,
    const pyexec_file_answer_t *file)
{
    ngx_uint_t   i;
    const char  *cache;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = file->size;
    r->headers_out.last_modified_time = (time_t) file->modified;
    r->allow_ranges = 1;

    ngx_str_set(&r->headers_out.content_type, "application/octet-stream");

    if (file->type.len) {
        r->headers_out.content_type.data = (u_char *) file->type.data;
        r->headers_out.content_type.len = file->type.len;
    }

    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    for (i = 0; ngx_http_pyexec_file_headers[i].name; i++) {
        if (ngx_http_pyexec_header(r, ngx_http_pyexec_file_headers[i].name,
                                   ngx_http_pyexec_file_headers[i].value)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    cache = file->final ? "private, max-age=31536000, immutable"
                        : "private, no-cache";

    if (ngx_http_pyexec_header(r, "Cache-Control", cache) != NGX_OK
        || ngx_http_pyexec_file_etag(r, &file->etag) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_pyexec_file_disposition(r, &file->type);
}


ngx_int_t
ngx_http_pyexec_file_etag(ngx_http_request_t *r, const pyexec_str_t *etag)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    ngx_str_set(&h->key, "ETag");
    h->value.data = (u_char *) etag->data;
    h->value.len = etag->len;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif

    r->headers_out.etag = h;

    return NGX_OK;
}


static ngx_int_t
ngx_http_pyexec_file_disposition(ngx_http_request_t *r,
    const pyexec_str_t *type)
{
    u_char       *value;
    ngx_str_t     arg;
    ngx_uint_t    i;
    const char   *shown;

    if (ngx_http_arg(r, (u_char *) "download", 8, &arg) == NGX_OK
        && arg.len == 1 && arg.data[0] == '1')
    {
        value = ngx_http_pyexec_file_named(r);

        return value == NULL ? NGX_ERROR
               : ngx_http_pyexec_header(r, "Content-Disposition",
                                        (char *) value);
    }

    for (i = 0; ngx_http_pyexec_file_inline[i]; i++) {
        shown = ngx_http_pyexec_file_inline[i];

        if (type->len == ngx_strlen(shown)
            && ngx_strncmp(type->data, shown, type->len) == 0)
        {
            return NGX_OK;
        }
    }

    return ngx_http_pyexec_header(r, "Content-Disposition", "attachment");
}


/*
 * RFC 6266: "filename" has what is safe in any client, and "filename*" all of
 * the name.  The name is the URI's last part.
 */

static u_char *
ngx_http_pyexec_file_named(ngx_http_request_t *r)
{
    size_t      len, i;
    u_char     *value, *p, *name, c;

    static char     first[] = "attachment; filename=\"";
    static char     second[] = "\"; filename*=UTF-8''";
    static u_char   hex[] = "0123456789ABCDEF";

    name = r->uri.data + r->uri.len;

    while (name > r->uri.data && name[-1] != '/') {
        name--;
    }

    len = r->uri.data + r->uri.len - name;

    value = ngx_pnalloc(r->pool, sizeof(first) + sizeof(second) + 4 * len);
    if (value == NULL) {
        return NULL;
    }

    p = ngx_cpymem(value, first, sizeof(first) - 1);

    for (i = 0; i < len; i++) {
        c = name[i];
        *p++ = c == ' ' || ngx_http_pyexec_file_plain(c) ? c : '_';
    }

    p = ngx_cpymem(p, second, sizeof(second) - 1);

    for (i = 0; i < len; i++) {
        c = name[i];

        if (ngx_http_pyexec_file_plain(c)) {
            *p++ = c;

        } else {
            *p++ = '%';
            *p++ = hex[c >> 4];
            *p++ = hex[c & 0xf];
        }
    }

    *p = '\0';

    return value;
}


static ngx_uint_t
ngx_http_pyexec_file_plain(u_char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9')
           || c == '-' || c == '.' || c == '_';
}


/* what the location says of reading files */

static void
ngx_http_pyexec_file_hints(ngx_http_request_t *r, ngx_file_t *file, off_t size)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->read_ahead
        && ngx_read_ahead(file->fd, clcf->read_ahead) == NGX_ERROR)
    {
        ngx_log_error(NGX_LOG_ALERT, file->log, ngx_errno,
                      ngx_read_ahead_n " failed");
    }

    if (clcf->directio <= size) {

        if (ngx_directio_on(file->fd) == NGX_FILE_ERROR) {
            ngx_log_error(NGX_LOG_ALERT, file->log, ngx_errno,
                          ngx_directio_on_n " failed");

        } else {
            file->directio = 1;
        }
    }
}
