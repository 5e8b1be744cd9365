
/* What the pool answers a job with, and what the client gets of it. */

#ifndef _NGX_HTTP_PYEXEC_ANSWER_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_ANSWER_H_INCLUDED_


#include "nginx/ngx_http_pyexec_ctx.h"


/*
 * Receives what is missing of a message.  Returns NGX_OK when it is whole,
 * NGX_AGAIN, NGX_DECLINED where the stream has ended, or a status.
 */

ngx_int_t ngx_http_pyexec_answer_receive(ngx_http_pyexec_ctx_t *ctx);

/*
 * Takes a whole message.  Returns NGX_OK for START and EVENT: more comes;
 * or what the request is to be finalized with.
 */

ngx_int_t ngx_http_pyexec_answer(ngx_http_pyexec_ctx_t *ctx);

/* returns 1 if the job is queued, and its START is there to be received */

ngx_uint_t ngx_http_pyexec_answer_began(ngx_http_pyexec_ctx_t *ctx);


#endif /* _NGX_HTTP_PYEXEC_ANSWER_H_INCLUDED_ */
