
/* One child runs the code once. */

#ifndef _PYEXEC_ATTEMPT_H_INCLUDED_
#define _PYEXEC_ATTEMPT_H_INCLUDED_


#include "run/pyexec_run.h"


/*
 * Hands the job to the child and leaves it to pyexec_attempt_wait().  With
 * undefined the child is asked for a correction of code first.
 */

void pyexec_attempt_start(pyexec_run_t *run, pyexec_attempt_t *a,
    const pyexec_child_t *child, const pyexec_str_t *undefined);

/*
 * Waits until the child has said CORRECTED, and is to be told to go on, or is
 * dead, and all that it wrote is here.
 */

void pyexec_attempt_wait(pyexec_run_t *run, pyexec_attempt_t *a);
void pyexec_attempt_go_on(pyexec_attempt_t *a);
void pyexec_attempt_free(pyexec_attempt_t *a);


#endif /* _PYEXEC_ATTEMPT_H_INCLUDED_ */
