
/*
 * Runs that are removed are moved to code_exec/.trash, which takes as long for
 * many files as for few, and from there they are removed afterwards.
 */

#ifndef _PYEXEC_TRASH_H_INCLUDED_
#define _PYEXEC_TRASH_H_INCLUDED_


#include "store/pyexec_store.h"


/*
 * Moves the directory name of code_exec, whose descriptor is runs, and adds the
 * number of regular files in it to *files.  Returns 0, also if there is no such
 * directory, or -1 and errno.
 */

int pyexec_trash_put(int runs, const char *name, uint64_t *files);

/*
 * Removes what is in a session's trash, unless another process is doing that.
 * If the session has no runs any more, removes code_exec, and the session's
 * directory if that is empty and belongs to the pool's user.
 */

void pyexec_trash_empty(pyexec_store_t *st, const pyexec_str_t *session);


#endif /* _PYEXEC_TRASH_H_INCLUDED_ */
