
/*
 * Runs that are removed are moved to code_exec/.trash, which takes as long for
 * many files as for few, and from there they are removed afterwards.
 */

#ifndef _PYEXEC_TRASH_H_INCLUDED_
#define _PYEXEC_TRASH_H_INCLUDED_


#include "store/pyexec_store.h"
#include "wire/pyexec_name.h"


/* runs that could not be removed */

typedef struct {
    unsigned               n;
    int                    error;          /* of the first of them */
    char                   first[PYEXEC_RUN_ID_LEN + 1];
} pyexec_failed_t;


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

/* notes a run with its errno; logs one line for all that were noted, if any */

void pyexec_failed_add(pyexec_failed_t *failed, const char *run_id);
void pyexec_failed_log(const pyexec_failed_t *failed,
    const pyexec_str_t *session);


#endif /* _PYEXEC_TRASH_H_INCLUDED_ */
