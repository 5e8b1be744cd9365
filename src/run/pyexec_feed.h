
/* The standard input of an attempt: a pipe, into which the runner writes. */

#ifndef _PYEXEC_FEED_H_INCLUDED_
#define _PYEXEC_FEED_H_INCLUDED_


#include "run/pyexec_run.h"


/*
 * Makes a->in, and writes as much as the pipe takes.  Returns the child's end,
 * which is the caller's to close, or -1 where there is no input, or no pipe.
 */

int pyexec_feed_begin(const pyexec_run_t *run, pyexec_attempt_t *a);

/* writes more; closes a->in behind the last byte, or if nobody reads */

void pyexec_feed(const pyexec_run_t *run, pyexec_attempt_t *a);

void pyexec_feed_end(pyexec_attempt_t *a);


#endif /* _PYEXEC_FEED_H_INCLUDED_ */
