
/*
 * The control sockets of a pool.  They are made for a cycle, before nginx
 * forks: all workers share one end, all processes of the pool the other.  A
 * worker sends a descriptor for each job; the pool sends READY, and lines for
 * the log, of which any worker may read any.
 */

#ifndef _NGX_HTTP_PYEXEC_CONTROL_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_CONTROL_H_INCLUDED_


#include "nginx/ngx_http_pyexec_pool.h"


/* makes the sockets of a pool, and its lock; the cycle's end closes them */

ngx_int_t ngx_http_pyexec_control_create(ngx_cycle_t *cycle,
    ngx_http_pyexec_pool_t *pool);

/* has this worker read from a socket, and write what waits for it */

ngx_int_t ngx_http_pyexec_control_open(ngx_cycle_t *cycle,
    ngx_http_pyexec_pool_t *pool, ngx_uint_t queue);


#endif /* _NGX_HTTP_PYEXEC_CONTROL_H_INCLUDED_ */
