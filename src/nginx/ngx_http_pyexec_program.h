
/* The pool's program, and the Python environment that it is to use. */

#ifndef _NGX_HTTP_PYEXEC_PROGRAM_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_PROGRAM_H_INCLUDED_


#include "nginx/ngx_http_pyexec_pool.h"


/* looks whether the pool's program and Python can be used; NGX_CONF_ERROR */

char *ngx_http_pyexec_program_check(ngx_conf_t *cf,
    ngx_http_pyexec_pool_t *pool);


#endif /* _NGX_HTTP_PYEXEC_PROGRAM_H_INCLUDED_ */
