
/* Which processes the pool has, and what becomes of them. */

#ifndef _PYEXEC_SUPERVISE_H_INCLUDED_
#define _PYEXEC_SUPERVISE_H_INCLUDED_


#include "pool/pyexec_process.h"


/*
 * Starts the pool's processes, starts them anew when they die, and replaces
 * zygotes.  Returns when nginx has gone, or a signal has come, and all have
 * ended.
 */

void pyexec_supervise(pyexec_main_t *m);


#endif /* _PYEXEC_SUPERVISE_H_INCLUDED_ */
