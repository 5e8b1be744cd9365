
/* The main configuration: the pools, and the parameters of "pyexec_pool". */

#ifndef _NGX_HTTP_PYEXEC_PARAMS_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_PARAMS_H_INCLUDED_


#include "nginx/ngx_http_pyexec_pool.h"


void *ngx_http_pyexec_create_main_conf(ngx_conf_t *cf);
char *ngx_http_pyexec_init_main_conf(ngx_conf_t *cf, void *conf);
char *ngx_http_pyexec_pool(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* the pool of that name, which need not be defined yet; NULL: no memory */

ngx_http_pyexec_pool_t *ngx_http_pyexec_pool_get(ngx_conf_t *cf,
    ngx_str_t *name);

/* 1 for a name that can stand in an import statement, dots included */

ngx_uint_t ngx_http_pyexec_is_module(u_char *data, size_t len);


#endif /* _NGX_HTTP_PYEXEC_PARAMS_H_INCLUDED_ */
