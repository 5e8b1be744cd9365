
/* The start of a pool's program. */

#ifndef _NGX_HTTP_PYEXEC_SPAWN_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_SPAWN_H_INCLUDED_


#include "nginx/ngx_http_pyexec_pool.h"


/*
 * Starts the program.  Its process is no child of this one: nginx neither
 * waits for it nor logs its end.
 */

void ngx_http_pyexec_spawn(ngx_http_pyexec_pool_t *pool);


#endif /* _NGX_HTTP_PYEXEC_SPAWN_H_INCLUDED_ */
