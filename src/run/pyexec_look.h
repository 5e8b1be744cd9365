
/* What a running child takes of threads and of the disk, seen from outside */

#ifndef _PYEXEC_LOOK_H_INCLUDED_
#define _PYEXEC_LOOK_H_INCLUDED_


#include "run/pyexec_run.h"


/*
 * Returns why the child is to be killed, or PYEXEC_SPARED, and sets next to the
 * time of the next look.
 */

pyexec_kill_e pyexec_look(pyexec_run_t *run, pyexec_attempt_t *a,
    uint64_t *next);

/*
 * Returns how long to wait until the next look: left is how many bytes the
 * child may write yet, cost how long a look takes, both in microseconds.
 */

uint64_t pyexec_look_pause(uint64_t left, uint64_t cost);


#endif /* _PYEXEC_LOOK_H_INCLUDED_ */
