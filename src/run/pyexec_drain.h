
/* Cancelled jobs in the control socket. */

#ifndef _PYEXEC_DRAIN_H_INCLUDED_
#define _PYEXEC_DRAIN_H_INCLUDED_


#include <stdint.h>


/*
 * A runner in a run receives no jobs; but as long as the socket's first job is
 * cancelled, it drops that, since it is a descriptor in flight and has a place
 * in the queue.  drained, in memory that runners share, is when one has done so
 * last, in microseconds: they take turns.
 */

void pyexec_drain(int control, uint64_t *drained);


#endif /* _PYEXEC_DRAIN_H_INCLUDED_ */
