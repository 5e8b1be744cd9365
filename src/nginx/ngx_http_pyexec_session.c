
#include "nginx/ngx_http_pyexec_conf.h"
#include "nginx/ngx_http_pyexec_ctx.h"
#include "nginx/ngx_http_pyexec_error.h"
#include "nginx/ngx_http_pyexec_job.h"
#include "nginx/ngx_http_pyexec_session.h"
#include "wire/pyexec_name.h"


static ngx_int_t ngx_http_pyexec_session_name(ngx_http_request_t *r,
    pyexec_str_t *session);


ngx_int_t
ngx_http_pyexec_session_begin(ngx_http_request_t *r, ngx_uint_t methods,
    const char *allow, uint32_t *workspace, pyexec_str_t *session)
{
    ngx_int_t                    rc;
    ngx_http_pyexec_loc_conf_t  *plcf;

    if (!(r->method & methods)) {
        return ngx_http_pyexec_not_allowed(r, allow);
    }

    rc = r->method == NGX_HTTP_PUT ? NGX_OK
                                   : ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);
    *workspace = plcf->index;

    return ngx_http_pyexec_session_name(r, session);
}


static ngx_int_t
ngx_http_pyexec_session_name(ngx_http_request_t *r, pyexec_str_t *session)
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

    return ngx_http_pyexec_ctx_session(ctx, session);
}


ngx_int_t
ngx_http_pyexec_session_limit(ngx_http_request_t *r, uint32_t preset,
    uint32_t most, uint32_t *limit)
{
    ngx_int_t   n;
    ngx_uint_t  negative;
    ngx_str_t   arg;

    static char  wrong[] = "limit must be an integer";

    *limit = preset;

    if (ngx_http_arg(r, (u_char *) "limit", 5, &arg) != NGX_OK) {
        return NGX_OK;
    }

    negative = arg.len > 1 && arg.data[0] == '-';

    /* nine digits are over the maximum, and do not overflow */

    n = ngx_atoi(arg.data + negative, ngx_min(arg.len - negative, 9));

    if (n == NGX_ERROR) {
        return ngx_http_pyexec_error(r, NGX_HTTP_PYEXEC_UNPROCESSABLE, wrong,
                                     sizeof(wrong) - 1);
    }

    if (negative || n < 1) {
        n = 1;
    }

    *limit = ngx_min(n, (ngx_int_t) most);

    return NGX_OK;
}


/* a job that was submitted keeps the request, and finalizes it itself */

ngx_int_t
ngx_http_pyexec_session_submit(ngx_http_request_t *r, pyexec_msg_e type,
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
