
/* The beginning of a run: its name, its note in the history, its directory. */

#ifndef _PYEXEC_BEGIN_H_INCLUDED_
#define _PYEXEC_BEGIN_H_INCLUDED_


#include "run/pyexec_run.h"


/*
 * Returns 0, and START has been sent before the deadline (ms); or -1 and errno:
 * nothing of the run is left then, and the client is to be told by
 * pyexec_run_refuse().  steward is as pyexec_steward_ask()'s.
 */

int pyexec_run_begin(pyexec_run_t *run, int steward, uint64_t deadline);
void pyexec_run_refuse(const pyexec_run_t *run, int err);

/* returns 1 if errno tells that the disk is full */

int pyexec_run_no_space(int err);


#endif /* _PYEXEC_BEGIN_H_INCLUDED_ */
