
/* The supervision of pools, and the control sockets. */

#ifndef _NGX_HTTP_PYEXEC_SUPERVISOR_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_SUPERVISOR_H_INCLUDED_


#include "nginx/ngx_http_pyexec_pool.h"


ngx_int_t ngx_http_pyexec_pools_init_module(ngx_cycle_t *cycle);
ngx_int_t ngx_http_pyexec_pools_init_process(ngx_cycle_t *cycle);
void ngx_http_pyexec_pools_exit_process(ngx_cycle_t *cycle);

/* the manager of an ngx_path_t: starts pools that are not there */

ngx_msec_t ngx_http_pyexec_pools_manager(void *data);


#endif /* _NGX_HTTP_PYEXEC_SUPERVISOR_H_INCLUDED_ */
