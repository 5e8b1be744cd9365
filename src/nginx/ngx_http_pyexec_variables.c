
#include "nginx/ngx_http_pyexec_ctx.h"
#include "nginx/ngx_http_pyexec_variables.h"


static ngx_int_t ngx_http_pyexec_variable_str(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_pyexec_variable_attempts(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_pyexec_variable_time(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


static ngx_http_variable_t  ngx_http_pyexec_variables[] = {

    { ngx_string("pyexec_run_id"), NULL, ngx_http_pyexec_variable_str,
      offsetof(ngx_http_pyexec_ctx_t, run_id), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("pyexec_session_id"), NULL, ngx_http_pyexec_variable_str,
      offsetof(ngx_http_pyexec_ctx_t, session), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("pyexec_status"), NULL, ngx_http_pyexec_variable_str,
      offsetof(ngx_http_pyexec_ctx_t, status), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("pyexec_attempts"), NULL, ngx_http_pyexec_variable_attempts,
      0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("pyexec_queue_time"), NULL, ngx_http_pyexec_variable_time,
      offsetof(ngx_http_pyexec_ctx_t, queue_time),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("pyexec_run_time"), NULL, ngx_http_pyexec_variable_time,
      offsetof(ngx_http_pyexec_ctx_t, run_time),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_http_pyexec_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_pyexec_variables; v->name.len; v++) {

        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_pyexec_variable_str(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t              *s;
    ngx_http_pyexec_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_pyexec_module);
    s = ctx ? (ngx_str_t *) ((char *) ctx + data) : NULL;

    if (s == NULL || s->len == 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->data = s->data;
    v->len = s->len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


static ngx_int_t
ngx_http_pyexec_variable_attempts(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_pyexec_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_pyexec_module);

    if (ctx == NULL || ctx->attempts == 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->data = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    if (v->data == NULL) {
        return NGX_ERROR;
    }

    v->len = ngx_sprintf(v->data, "%ui", ctx->attempts) - v->data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


static ngx_int_t
ngx_http_pyexec_variable_time(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_msec_int_t          ms;
    ngx_http_pyexec_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_pyexec_module);
    ms = ctx ? *(ngx_msec_int_t *) ((char *) ctx + data) : -1;

    if (ms < 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->data = ngx_pnalloc(r->pool, NGX_TIME_T_LEN + 4);
    if (v->data == NULL) {
        return NGX_ERROR;
    }

    v->len = ngx_sprintf(v->data, "%T.%03M", (time_t) ms / 1000, ms % 1000)
             - v->data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}
