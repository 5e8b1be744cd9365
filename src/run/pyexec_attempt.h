
/* An attempt: one child runs the code of a run once. */

#ifndef _PYEXEC_ATTEMPT_H_INCLUDED_
#define _PYEXEC_ATTEMPT_H_INCLUDED_


#include "run/pyexec_run.h"


/*
 * Initializes a, which takes over the child's descriptors, and sends the job
 * to the child.  Does not fail: a child that is dead already is noticed by
 * pyexec_attempt_wait().  With undefined, the name of a NameError, or
 * empty after a syntax error, the child first proposes a correction of the code
 * and waits for pyexec_attempt_go_on().
 */

void pyexec_attempt_start(pyexec_run_t *run, pyexec_attempt_t *a,
    const pyexec_child_t *child, const pyexec_str_t *undefined);

/*
 * Reads what the child writes and says, and kills it when a limit is passed or
 * the client has gone.  Returns when the child has sent CORRECTED, or when it
 * is dead (a->dead) and its pipes have been read to the end.
 */

void pyexec_attempt_wait(pyexec_run_t *run, pyexec_attempt_t *a);

/* lets a child that has sent CORRECTED run its code; its time starts anew */

void pyexec_attempt_go_on(pyexec_attempt_t *a);

/* closes the child's descriptors, which kills it if it lives, and frees */

void pyexec_attempt_free(pyexec_attempt_t *a);


#endif /* _PYEXEC_ATTEMPT_H_INCLUDED_ */
