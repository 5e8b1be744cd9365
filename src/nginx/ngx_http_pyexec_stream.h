
/* Answers of events, which are sent while the run is under way. */

#ifndef _NGX_HTTP_PYEXEC_STREAM_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_STREAM_H_INCLUDED_


#include "nginx/ngx_http_pyexec_ctx.h"


/*
 * Sets ctx->stream if the request's "Accept" asks for events.  NGX_OK or
 * NGX_ERROR.  Without one, the functions below leave the answer as it is.
 */

ngx_int_t ngx_http_pyexec_stream_choose(ngx_http_pyexec_ctx_t *ctx);

/*
 * The run has begun: sends the header; takes a whole message EVENT; sends what
 * has come, as far as the client takes it.  NGX_OK, or what the request is to
 * be finalized with.
 */

ngx_int_t ngx_http_pyexec_stream_start(ngx_http_pyexec_ctx_t *ctx);
ngx_int_t ngx_http_pyexec_stream_event(ngx_http_pyexec_ctx_t *ctx);
ngx_int_t ngx_http_pyexec_stream_flush(ngx_http_pyexec_ctx_t *ctx);

/*
 * Sends the last event: the result, which is in the answer's payload or file
 * at offset; or, in place of a status that comes too late, an error.  Both
 * return what the request is to be finalized with.
 */

ngx_int_t ngx_http_pyexec_stream_result(ngx_http_pyexec_ctx_t *ctx,
    size_t offset, size_t len);
ngx_int_t ngx_http_pyexec_stream_error(ngx_http_pyexec_ctx_t *ctx,
    ngx_int_t status);

/* the job has ended */

void ngx_http_pyexec_stream_close(ngx_http_pyexec_ctx_t *ctx);


#endif /* _NGX_HTTP_PYEXEC_STREAM_H_INCLUDED_ */
