
/* What became of an attempt. */

#ifndef _PYEXEC_VERDICT_H_INCLUDED_
#define _PYEXEC_VERDICT_H_INCLUDED_


#include "run/pyexec_run.h"


/*
 * Looks at how the child ended, and at what is in the run's directory.  Where
 * a wall could not be put up, or the run's child got lost, there is no
 * verdict: it stays NULL.
 */

void pyexec_attempt_verdict(pyexec_run_t *run, pyexec_attempt_t *a);

/* the limit on the request's CPU time, seconds */

uint32_t pyexec_max_cpu(const pyexec_execute_t *request);


#endif /* _PYEXEC_VERDICT_H_INCLUDED_ */
