
/* POST: runs a script. */

#ifndef _NGX_HTTP_PYEXEC_EXECUTE_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_EXECUTE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


ngx_int_t ngx_http_pyexec_execute_handler(ngx_http_request_t *r);


#endif /* _NGX_HTTP_PYEXEC_EXECUTE_H_INCLUDED_ */
