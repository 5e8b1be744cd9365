
/*
 * What a session has run.
 *
 * code_exec/runs.jsonl has one line for every run that has ended; a run under
 * way has a note instead.  A note whose run nobody holds the lock of is a run
 * whose processes died: who finds it writes the line "interrupted".  So every
 * run that was started is in the history once.
 */

#ifndef _PYEXEC_HISTORY_H_INCLUDED_
#define _PYEXEC_HISTORY_H_INCLUDED_


#include "base/pyexec_tree.h"
#include "store/pyexec_store.h"


/* what a line tells */

typedef struct {
    const char            *run_id;
    const char            *started_at;
    const char            *status;
    uint64_t               run_time;       /* microseconds */
    const pyexec_scan_t   *files;          /* or NULL */
} pyexec_item_t;


/* appends the file's path, relative to the session: "code_exec/.../a.png" */

void pyexec_created_path(pyexec_buf_t *out, const char *run_id,
    const pyexec_file_t *file);

/* writes a run's line and takes its note back; -1 and errno */

int pyexec_history_end(pyexec_store_t *st, const pyexec_str_t *session,
    int runs, const pyexec_item_t *item);

/*
 * Appends {"session_id": .., "items": [..]} to out: the newest runs, no more
 * than limit, by the time of their start.  Lines are written as runs end, so
 * that one may stand behind as many newer ones as were under way with it:
 * window, the number of runs that can be under way at a time.
 */

int pyexec_history_list(pyexec_store_t *st, const pyexec_str_t *session,
    unsigned limit, unsigned window, pyexec_buf_t *out);

/*
 * Appends the run's stored result to out; returns -1 and ENOENT where there
 * is none, or the run is still under way.
 */

int pyexec_history_fetch(pyexec_store_t *st, const pyexec_str_t *session,
    const pyexec_str_t *run_id, pyexec_buf_t *out);

/*
 * Removes the session's runs, those under way left alone; with before ("the
 * first 15 bytes of a run's id") only those that began earlier.  The counts
 * of runs and of regular files are added to.  Returns 0, or -1 and errno.
 */

int pyexec_history_remove(pyexec_store_t *st, const pyexec_str_t *session,
    const char *before, uint64_t *runs, uint64_t *files);


#endif /* _PYEXEC_HISTORY_H_INCLUDED_ */
