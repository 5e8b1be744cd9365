
/* What is stored of earlier runs: the list, a result, the clean-up. */

#ifndef _NGX_HTTP_PYEXEC_RESULTS_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_RESULTS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


ngx_int_t ngx_http_pyexec_results_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_pyexec_cleanup_handler(ngx_http_request_t *r);


#endif /* _NGX_HTTP_PYEXEC_RESULTS_H_INCLUDED_ */
