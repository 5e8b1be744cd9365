
/* Sends a file that the pool has opened. */

#ifndef _NGX_HTTP_PYEXEC_FILE_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_FILE_H_INCLUDED_


#include "nginx/ngx_http_pyexec_ctx.h"


/* takes over the descriptor, which is closed with the request, or at once */

ngx_int_t ngx_http_pyexec_file_take(ngx_http_pyexec_ctx_t *ctx, ngx_fd_t fd);

/* adds the header field; NGX_OK or NGX_ERROR */

ngx_int_t ngx_http_pyexec_file_etag(ngx_http_request_t *r,
    const pyexec_str_t *etag);

/* FILE has come: NGX_DONE, or a status */

ngx_int_t ngx_http_pyexec_file_send(ngx_http_pyexec_ctx_t *ctx);


#endif /* _NGX_HTTP_PYEXEC_FILE_H_INCLUDED_ */
