
/* How runners and the clerk accept nginx's jobs. */

#ifndef _PYEXEC_SERVE_H_INCLUDED_
#define _PYEXEC_SERVE_H_INCLUDED_


#include "base/pyexec_buf.h"
#include "pool/pyexec_pool.h"
#include "store/pyexec_store.h"


/* opens stores[] for the pool's workspaces, in their order, or dies */

void pyexec_serve_open(pyexec_pool_t *pool, pyexec_store_t *stores);

/*
 * Receives a job from the control socket and its request, whose type and
 * payload are returned in type and buf; deadline, CLOCK_MONOTONIC in
 * milliseconds, is when it is to be refused.  Returns the job's socket, which
 * is the caller's to close, as those of given are that are not -1; or -1 if
 * another process was faster, the job was cancelled or too old, or its request
 * is malformed.  Exits when nginx has closed its end.
 */

int pyexec_serve_job(int control, pyexec_buf_t *buf, pyexec_msg_e *type,
    int given[PYEXEC_GIVEN], uint64_t *deadline);

/*
 * The same in two steps; for the request, it may wait: returns 0 or -1.  With
 * it come nfds descriptors or none: then all are -1.
 */

int pyexec_serve_accept(int control, uint64_t *deadline);
int pyexec_serve_request(int client, pyexec_buf_t *buf, pyexec_msg_e *type,
    int *fds, unsigned nfds);

void pyexec_serve_close(int *fds, unsigned nfds);

/*
 * Sends START for a job on files, after which nginx waits as long as the job
 * takes.  Returns 0; or -1 if that was after the deadline, when nginx may have
 * given up: the job has been refused, and may not be carried out.
 */

int pyexec_serve_begin(int client, uint64_t deadline);

/* the workspace of a request; or NULL and errno: ESTALE if it has gone */

pyexec_store_t *pyexec_serve_store(pyexec_pool_t *pool,
    pyexec_store_t *stores, uint32_t workspace);

/* answers a job from control that could not begin before its deadline */

void pyexec_serve_late(int control, int client);


#endif /* _PYEXEC_SERVE_H_INCLUDED_ */
