
/* How a clerk's process serves jobs on a session's files. */

#ifndef _PYEXEC_SERVE_FILE_H_INCLUDED_
#define _PYEXEC_SERVE_FILE_H_INCLUDED_


#include "pool/pyexec_serve.h"
#include "wire/pyexec_wire.h"


/*
 * FILES, OPEN, PUT, DELETE: answers the job; buf has the request's payload, and
 * body is PUT's, or -1.
 */

void pyexec_serve_file(pyexec_pool_t *pool, pyexec_store_t *stores,
    int client, pyexec_msg_e type, const pyexec_buf_t *buf, int body);


#endif /* _PYEXEC_SERVE_FILE_H_INCLUDED_ */
