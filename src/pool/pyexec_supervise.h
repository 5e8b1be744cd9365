
/* The first process's loop: it starts, replaces and ends the others. */

#ifndef _PYEXEC_SUPERVISE_H_INCLUDED_
#define _PYEXEC_SUPERVISE_H_INCLUDED_


#include "pool/pyexec_process.h"


/*
 * Starts the pool's processes, restarts those that die, and replaces zygotes
 * by ones with a better layout of memory.  Returns when nginx has gone or a
 * terminating signal has come, and all processes have ended.
 */

void pyexec_supervise(pyexec_main_t *m);


#endif /* _PYEXEC_SUPERVISE_H_INCLUDED_ */
