
/*
 * A workspace, as the pool's processes work in it: sessions, and the locks
 * that tell a run under way from one whose processes have died.
 */

#ifndef _PYEXEC_STORE_H_INCLUDED_
#define _PYEXEC_STORE_H_INCLUDED_


#include "base/pyexec_str.h"


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

/* held, for a moment, by whoever changes runs.jsonl; waits for it */

int pyexec_session_lock(pyexec_store_t *st, const pyexec_str_t *session);
void pyexec_session_unlock(pyexec_store_t *st, const pyexec_str_t *session);

/* held by whoever removes runs of the session; waits for it */

int pyexec_removal_lock(pyexec_store_t *st, const pyexec_str_t *session);
void pyexec_removal_unlock(pyexec_store_t *st, const pyexec_str_t *session);


#endif /* _PYEXEC_STORE_H_INCLUDED_ */
