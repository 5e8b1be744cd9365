
/* Errors as JSON. */

#ifndef _NGX_HTTP_PYEXEC_ERROR_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_ERROR_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* the one status that nginx has no name for */

#define NGX_HTTP_PYEXEC_UNPROCESSABLE   422


ngx_int_t ngx_http_pyexec_error_init(ngx_conf_t *cf);

/* remembers what is wrong for the error's body; returns status */

ngx_int_t ngx_http_pyexec_error(ngx_http_request_t *r, ngx_int_t status,
    const char *detail, size_t len);

/* 405; allow is the methods, as in the header "Allow" */

ngx_int_t ngx_http_pyexec_not_allowed(ngx_http_request_t *r,
    const char *allow);

/* the same, with a "Retry-After" of so many seconds */

ngx_int_t ngx_http_pyexec_later(ngx_http_request_t *r, ngx_int_t status,
    ngx_uint_t seconds, const char *detail);

/* 503, for what may be there in a second */

ngx_int_t ngx_http_pyexec_busy(ngx_http_request_t *r, const char *detail);

/* an "Allow" or a "Retry-After"; value must last */

ngx_int_t ngx_http_pyexec_header(ngx_http_request_t *r, const char *name,
    const char *value);


#endif /* _NGX_HTTP_PYEXEC_ERROR_H_INCLUDED_ */
