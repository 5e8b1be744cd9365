
/* The supervision of pools: their start, and their restart when they die. */

#ifndef _NGX_HTTP_PYEXEC_SUPERVISOR_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_SUPERVISOR_H_INCLUDED_


#include "nginx/ngx_http_pyexec_pool.h"


/* warns if the pools' runs can be more than descriptors in flight */

void ngx_http_pyexec_supervisor_check(ngx_cycle_t *cycle);

/*
 * Prepares the pools of a new cycle, in the master.  If one cannot be had,
 * that is logged, and requests for it are answered with 503.
 */

ngx_int_t ngx_http_pyexec_supervisor_init(ngx_cycle_t *cycle);

/* supervises by a timer, in nginx's single process */

void ngx_http_pyexec_supervisor_run(ngx_cycle_t *cycle);


#endif /* _NGX_HTTP_PYEXEC_SUPERVISOR_H_INCLUDED_ */
