
/* "pyexec_limit": runs of one key that may run and wait. */

#ifndef _NGX_HTTP_PYEXEC_LIMIT_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_LIMIT_H_INCLUDED_


#include "nginx/ngx_http_pyexec_ctx.h"


char *ngx_http_pyexec_limit(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* to be called in each process that has jobs */

void ngx_http_pyexec_limit_init(ngx_http_pyexec_pool_t *pool, ngx_log_t *log);

/*
 * Asks for the job's turn.  Returns NGX_OK; NGX_AGAIN if it waits for it, in
 * pool->turns by its link, and go() will be called; or a status.
 */

ngx_int_t ngx_http_pyexec_limit_enter(ngx_http_pyexec_ctx_t *ctx,
    void (*go)(ngx_http_pyexec_ctx_t *ctx));

/* ends the job's turn, or its wait, if it has one */

void ngx_http_pyexec_limit_leave(ngx_http_pyexec_ctx_t *ctx);


#endif /* _NGX_HTTP_PYEXEC_LIMIT_H_INCLUDED_ */
