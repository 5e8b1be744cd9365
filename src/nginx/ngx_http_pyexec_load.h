
/*
 * The load of a pool: how many runs wait and run, in memory that nginx's
 * processes share.
 */

#ifndef _NGX_HTTP_PYEXEC_LOAD_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_LOAD_H_INCLUDED_


#include "nginx/ngx_http_pyexec_pool.h"


char *ngx_http_pyexec_load_add(ngx_conf_t *cf, ngx_http_pyexec_pool_t *pool);
ngx_int_t ngx_http_pyexec_load_claim(ngx_http_pyexec_pool_t *pool,
    ngx_log_t *log);
void ngx_http_pyexec_load_release(ngx_http_pyexec_pool_t *pool);

/* ends the jobs and turns of workers that were killed */

void ngx_http_pyexec_load_reap(ngx_http_pyexec_pool_t *pool);

/*
 * Finds out how many bytes the kernel counts for a job in the pool's socket,
 * which has to be empty.  NGX_OK, or NGX_ERROR and errno.
 */

ngx_int_t ngx_http_pyexec_load_weigh(ngx_http_pyexec_pool_t *pool);

/*
 * NGX_OK: counted as queued; NGX_BUSY: no more runs may wait.  Cancelled runs
 * count until a runner has read them from the socket: each is a descriptor in
 * flight.
 */

ngx_int_t ngx_http_pyexec_load_admit(ngx_http_pyexec_pool_t *pool);


#endif /* _NGX_HTTP_PYEXEC_LOAD_H_INCLUDED_ */
