
/*
 * A workspace: opening sessions in it, and locks on runs and sessions.  Locks
 * tell a run under way from one whose processes have died.
 */

#ifndef _PYEXEC_STORE_H_INCLUDED_
#define _PYEXEC_STORE_H_INCLUDED_


#include "base/pyexec_str.h"


/* in code_exec: removed runs, until their files are; see pyexec_trash.h */

#define PYEXEC_TRASH        ".trash"


typedef enum {
    PYEXEC_LOCK_HISTORY = 1,               /* held to change runs.jsonl */
    PYEXEC_LOCK_REMOVAL,                   /* held to remove runs */
    PYEXEC_LOCK_TRASH,                     /* held to empty the trash */
    PYEXEC_LOCK_ACCOUNT,                   /* held to count what is held */
    PYEXEC_LOCK_FILES                      /* held to replace a file */
} pyexec_lock_e;


/* how long runs are kept, and how much of the disk is to stay free */

typedef struct {
    uint32_t               retain;         /* seconds; 0: for ever */
    uint32_t               retain_min;     /* seconds, if the disk is full */
    uint64_t               min_free;       /* bytes; this, and: */
    uint32_t               min_percent;
} pyexec_keep_t;


typedef struct {
    int                    dir;            /* the workspace, O_PATH */
    int                    lock;           /* the lock file */
    pyexec_keep_t          keep;
} pyexec_store_t;


/*
 * Opens the workspace's lock file; dir is the workspace, O_PATH.  Each process
 * must do so itself: the locks are open file description locks (fcntl(2)),
 * which processes that inherit the descriptor would share.  Returns 0, or -1
 * and errno.
 */

int pyexec_store_open(pyexec_store_t *st, int dir);

/* returns 1 if less of the disk or of its inodes is free than is to stay so */

int pyexec_store_full(const pyexec_store_t *st);

/* returns 0 if it would be so with so many bytes more, else 1 */

int pyexec_store_room(const pyexec_store_t *st, uint64_t bytes);

/*
 * Opens a session's directory without following symbolic links; makes it first
 * if it is missing and create is set.  Returns the descriptor, or -1 and errno:
 * EINVAL if the name is not valid.
 */

int pyexec_session_open(pyexec_store_t *st, const pyexec_str_t *session,
    unsigned create);

/*
 * The umask for what is made in sessions for others: where the workspace has
 * the set-group-ID bit, the kernel gives it the workspace's group, which others
 * store uploads as, and which may write there then.
 */

mode_t pyexec_store_mask(const pyexec_store_t *st);

/* the same for code_exec in a session's directory */

int pyexec_runs_open(int session, unsigned create);

/*
 * A run's lock is held by its runner from before its note and directory are
 * made until its answer is complete.  If the runner dies, the kernel releases
 * it.  pyexec_run_lock() does not wait: it returns 0, or -1 and errno.
 * pyexec_run_live() returns 1 if another process holds the lock, 0 if none
 * does, or -1 and errno.
 */

int pyexec_run_lock(pyexec_store_t *st, const char *run_id);
void pyexec_run_unlock(pyexec_store_t *st, const char *run_id);
int pyexec_run_live(pyexec_store_t *st, const char *run_id);

/*
 * A session's locks.  pyexec_session_lock() waits until no other process has
 * the lock, pyexec_session_try() does not; they return 0, or -1 and errno.
 */

int pyexec_session_lock(pyexec_store_t *st, const pyexec_str_t *session,
    pyexec_lock_e which);
int pyexec_session_try(pyexec_store_t *st, const pyexec_str_t *session,
    pyexec_lock_e which);
void pyexec_session_unlock(pyexec_store_t *st, const pyexec_str_t *session,
    pyexec_lock_e which);


#endif /* _PYEXEC_STORE_H_INCLUDED_ */
