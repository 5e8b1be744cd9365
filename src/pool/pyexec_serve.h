
/* What the processes that serve nginx's jobs have in common. */

#ifndef _PYEXEC_SERVE_H_INCLUDED_
#define _PYEXEC_SERVE_H_INCLUDED_


#include "base/pyexec_buf.h"
#include "pool/pyexec_pool.h"
#include "store/pyexec_store.h"


/* opens a store for each of the pool's workspaces; dies where one can't be */

void pyexec_serve_open(pyexec_pool_t *pool, pyexec_store_t *stores);

/*
 * Takes a job off the control socket, and its request into buf.  Returns the
 * job's socket, or -1 where there was none to serve.  Exits where nginx has
 * closed its end.
 */

int pyexec_serve_job(int control, pyexec_buf_t *buf, pyexec_msg_e *type);


#endif /* _PYEXEC_SERVE_H_INCLUDED_ */
