
/* The verdict: the status, limit and error that an attempt ended with. */

#ifndef _PYEXEC_VERDICT_H_INCLUDED_
#define _PYEXEC_VERDICT_H_INCLUDED_


#include "run/pyexec_run.h"


/*
 * Sets a->verdict, and run->files where it is "ok", from how the child ended
 * and what it left in the run's directory.  a->verdict stays NULL where there
 * is none: the child exited before it had checked the code (a wall could not
 * be put up), or the directory can't be read.
 */

void pyexec_attempt_verdict(pyexec_run_t *run, pyexec_attempt_t *a);

/*
 * The request's limit on CPU time, in seconds; where it has none, a second
 * more than its wall clock, which still stops code with several threads.
 */

uint32_t pyexec_max_cpu(const pyexec_execute_t *request);


#endif /* _PYEXEC_VERDICT_H_INCLUDED_ */
