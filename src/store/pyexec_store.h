
/*
 * A workspace, as the pool's processes work in it: sessions, and the locks
 * that tell a run under way from one whose processes have died.
 */

#ifndef _PYEXEC_STORE_H_INCLUDED_
#define _PYEXEC_STORE_H_INCLUDED_


#include "base/pyexec_str.h"


typedef enum {
    PYEXEC_LOCK_HISTORY = 1,               /* held to change runs.jsonl */
    PYEXEC_LOCK_REMOVAL                    /* held to remove runs */
} pyexec_lock_e;


typedef struct {
    int                    dir;            /* O_PATH, the pool's */
    int                    lock;           /* this process's own */
} pyexec_store_t;


/*
 * dir is the workspace, O_PATH.  Every process opens its own store: the locks
 * belong to the open file description of the lock file.  Returns 0, or -1 and
 * errno.
 */

int pyexec_store_open(pyexec_store_t *st, int dir);

/*
 * Opens a session's directory, no link in its path followed; with create it
 * is made where it is missing.  Returns the descriptor, or -1 and errno.
 */

int pyexec_session_open(pyexec_store_t *st, const pyexec_str_t *session,
    unsigned create);

/* the same for code_exec in a session's directory */

int pyexec_runs_open(int session, unsigned create);

/*
 * A run is locked from before there is any trace of it until its answer is
 * complete: the lock is the kernel's to take back when the runner dies.
 * pyexec_run_live() returns 1 where another process holds it.
 */

int pyexec_run_lock(pyexec_store_t *st, const char *run_id);
void pyexec_run_unlock(pyexec_store_t *st, const char *run_id);
int pyexec_run_live(pyexec_store_t *st, const char *run_id);

/*
 * A session's locks.  The first waits until nobody else has the lock, and
 * returns 0, or -1 and errno.
 */

int pyexec_session_lock(pyexec_store_t *st, const pyexec_str_t *session,
    pyexec_lock_e which);
void pyexec_session_unlock(pyexec_store_t *st, const pyexec_str_t *session,
    pyexec_lock_e which);


#endif /* _PYEXEC_STORE_H_INCLUDED_ */
