
/*
 * Errors as JSON.  A handler of this module returns a status, as any handler
 * does, so that error_page works.  Where nginx would send the page that is
 * built into it, filters replace that by {"detail": ".."}, whichever module
 * refused the request.
 */

#include "nginx/ngx_http_pyexec_conf.h"
#include "nginx/ngx_http_pyexec_ctx.h"
#include "nginx/ngx_http_pyexec_error.h"


static ngx_int_t ngx_http_pyexec_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_pyexec_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_uint_t ngx_http_pyexec_is_error_page(ngx_http_request_t *r);
static ngx_int_t ngx_http_pyexec_error_json(ngx_http_request_t *r,
    ngx_http_pyexec_ctx_t *ctx);


typedef struct {
    ngx_uint_t                 status;
    ngx_str_t                  detail;
} ngx_http_pyexec_reason_t;


/* for refusals by other modules; those of this one set a detail */

static ngx_http_pyexec_reason_t  ngx_http_pyexec_reasons[] = {
    { 400, ngx_string("the request is malformed") },
    { 401, ngx_string("authorization is required") },
    { 403, ngx_string("access is forbidden") },
    { 404, ngx_string("not found") },
    { 405, ngx_string("the method is not allowed") },
    { 408, ngx_string("the request did not come in time") },
    { 409, ngx_string("the request conflicts with what is there") },
    { 411, ngx_string("the request needs a length") },
    { 412, ngx_string("a precondition of the request does not hold") },
    { 413, ngx_string("the request body is larger than "
                      "client_max_body_size") },
    { 414, ngx_string("the request URI is too long") },
    { 415, ngx_string("the media type is not supported") },
    { 416, ngx_string("the range is not in the file") },
    { 429, ngx_string("too many requests") },
    { 494, ngx_string("the request header is too large") },
    { 500, ngx_string("internal server error") },
    { 501, ngx_string("not implemented") },
    { 502, ngx_string("bad gateway") },
    { 503, ngx_string("service temporarily unavailable") },
    { 504, ngx_string("gateway timeout") },
    { 507, ngx_string("the disk is full") },
    { 0, ngx_string("the request failed") }
};


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


ngx_int_t
ngx_http_pyexec_error_init(ngx_conf_t *cf)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_pyexec_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_pyexec_body_filter;

    return NGX_OK;
}


ngx_int_t
ngx_http_pyexec_error(ngx_http_request_t *r, ngx_int_t status,
    const char *detail, size_t len)
{
    ngx_http_pyexec_ctx_t  *ctx;

    ctx = ngx_http_pyexec_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->detail.data = ngx_pnalloc(r->pool, len);
    if (ctx->detail.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memcpy(ctx->detail.data, detail, len);
    ctx->detail.len = len;

    return status;
}


ngx_int_t
ngx_http_pyexec_later(ngx_http_request_t *r, ngx_int_t status,
    ngx_uint_t seconds, const char *detail)
{
    u_char  *value;

    value = ngx_pnalloc(r->pool, NGX_INT_T_LEN + 1);
    if (value == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_sprintf(value, "%ui%Z", seconds);

    if (ngx_http_pyexec_header(r, "Retry-After", (char *) value) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_pyexec_error(r, status, detail, ngx_strlen(detail));
}


ngx_int_t
ngx_http_pyexec_busy(ngx_http_request_t *r, const char *detail)
{
    return ngx_http_pyexec_later(r, NGX_HTTP_SERVICE_UNAVAILABLE, 1, detail);
}


ngx_int_t
ngx_http_pyexec_header(ngx_http_request_t *r, const char *name,
    const char *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value.data = (u_char *) value;
    h->value.len = ngx_strlen(value);
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif

    return NGX_OK;
}


ngx_int_t
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


static ngx_int_t
ngx_http_pyexec_header_filter(ngx_http_request_t *r)
{
    ngx_http_pyexec_ctx_t  *ctx;

    if (!ngx_http_pyexec_is_error_page(r)) {
        return ngx_http_next_header_filter(r);
    }

    ctx = ngx_http_pyexec_ctx(r);

    if (ctx == NULL || ngx_http_pyexec_error_json(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_str_set(&r->headers_out.content_type, "application/json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.charset.len = 0;
    r->headers_out.content_length_n = ctx->error_page.len;

    if (r->headers_out.content_length) {
        r->headers_out.content_length->hash = 0;
        r->headers_out.content_length = NULL;
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_pyexec_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_buf_t              *b;
    ngx_chain_t             out;
    ngx_http_pyexec_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_pyexec_module);

    if (ctx == NULL || ctx->error_page.len == 0 || in == NULL) {
        return ngx_http_next_body_filter(r, in);
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = ctx->error_page.data;
    b->last = b->pos + ctx->error_page.len;
    b->memory = 1;
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    /* nginx sends its page by one call, so that all of it is replaced here */

    ctx->error_page.len = 0;

    for ( /* void */ ; in; in = in->next) {
        in->buf->pos = in->buf->last;
    }

    out.buf = b;
    out.next = NULL;

    return ngx_http_next_body_filter(r, &out);
}


/*
 * A page of nginx's own comes from ngx_http_special_response_handler(), which
 * sets err_status, and text/html where it has a page for the status.  After an
 * internal redirect the page is that of an error_page, and stays, unless this
 * module has set a detail since.
 */

static ngx_uint_t
ngx_http_pyexec_is_error_page(ngx_http_request_t *r)
{
    ngx_flag_t                   on;
    ngx_str_t                   *type;
    ngx_http_pyexec_ctx_t       *ctx;
    ngx_http_pyexec_loc_conf_t  *plcf;

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    on = plcf->json_errors == NGX_CONF_UNSET
         ? plcf->handler != NULL : plcf->json_errors;

    if (!on || r->err_status < NGX_HTTP_BAD_REQUEST
        || r->upstream || r->headers_out.last_modified_time != -1)
    {
        return 0;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_pyexec_module);

    if (ctx && (ctx->answered || ctx->detail.len)) {
        return !ctx->answered;
    }

    type = &r->headers_out.content_type;

    return !r->internal
           && (type->len == 0
               || (type->len == sizeof("text/html") - 1
                   && ngx_strncmp(type->data, "text/html", type->len) == 0));
}


static ngx_int_t
ngx_http_pyexec_error_json(ngx_http_request_t *r, ngx_http_pyexec_ctx_t *ctx)
{
    u_char                    *p;
    size_t                     escaped;
    ngx_str_t                 *detail;
    ngx_http_pyexec_reason_t  *reason;

    detail = &ctx->detail;

    if (detail->len == 0) {
        reason = ngx_http_pyexec_reasons;

        while (reason->status && reason->status != r->headers_out.status) {
            reason++;
        }

        detail = &reason->detail;
    }

    escaped = ngx_escape_json(NULL, detail->data, detail->len);

    p = ngx_pnalloc(r->pool, sizeof("{\"detail\": \"\"}") + detail->len
                             + escaped);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ctx->error_page.data = p;

    p = ngx_cpymem(p, "{\"detail\": \"", sizeof("{\"detail\": \"") - 1);
    p = (u_char *) ngx_escape_json(p, detail->data, detail->len);
    *p++ = '"';
    *p++ = '}';

    ctx->error_page.len = p - ctx->error_page.data;

    return NGX_OK;
}
