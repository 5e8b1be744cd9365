
/* A job: a request that was handed to a pool. */

#ifndef _NGX_HTTP_PYEXEC_JOB_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_JOB_H_INCLUDED_


#include "nginx/ngx_http_pyexec_pool.h"
#include "wire/pyexec_wire.h"


/*
 * Hands a job to the pool and answers the request with what comes back.  msg
 * is the structure of type; it is encoded before this returns.  run_limit is
 * the longest time, in milliseconds, that the pool lets a run take.  Returns
 * NGX_DONE, or a status.
 */

ngx_int_t ngx_http_pyexec_job_submit(ngx_http_request_t *r,
    ngx_http_pyexec_pool_t *pool, ngx_http_pyexec_queue_e queue,
    pyexec_msg_e type, const void *msg, ngx_msec_t run_limit);

/* sends jobs that wait, when the control socket takes messages again */

void ngx_http_pyexec_job_post_waiting(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_queue_e queue);


#endif /* _NGX_HTTP_PYEXEC_JOB_H_INCLUDED_ */
