
/* What endpoints have in common whose location names a session. */

#ifndef _NGX_HTTP_PYEXEC_SESSION_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_SESSION_H_INCLUDED_


#include "nginx/ngx_http_pyexec_pool.h"
#include "wire/pyexec_wire.h"


/*
 * What they begin with: checks the method, of which allow is the list, and the
 * session; discards the body, unless it is that of a PUT.  Returns NGX_OK, or
 * the status of a refusal.
 */

ngx_int_t ngx_http_pyexec_session_begin(ngx_http_request_t *r,
    ngx_uint_t methods, const char *allow, uint32_t *workspace,
    pyexec_str_t *session);

/* the argument "limit", clamped to 1..most; NGX_OK, or 422 */

ngx_int_t ngx_http_pyexec_session_limit(ngx_http_request_t *r,
    uint32_t preset, uint32_t most, uint32_t *limit);

/* submits the request's job, for a handler to return the result */

ngx_int_t ngx_http_pyexec_session_submit(ngx_http_request_t *r,
    pyexec_msg_e type, const void *msg);


#endif /* _NGX_HTTP_PYEXEC_SESSION_H_INCLUDED_ */
