
/* The whole of an output that is too long for the result. */

#ifndef _PYEXEC_WHOLE_H_INCLUDED_
#define _PYEXEC_WHOLE_H_INCLUDED_


#include "run/pyexec_run.h"


#define PYEXEC_OUT          "stdout.txt"
#define PYEXEC_ERR          "stderr.txt"


/*
 * Marks the streams of code that has run which are cut.  Puts these into the
 * run's directory, as files, where the name is free and the run may have such a
 * file beside its own; they are marked as saved, and are listed and counted as
 * if the code had made them.
 */

void pyexec_whole(pyexec_run_t *run, pyexec_attempt_t *a);


#endif /* _PYEXEC_WHOLE_H_INCLUDED_ */
