
/*
 * A session's history of runs.
 *
 * code_exec/runs.jsonl and its segments (pyexec_segment.h) have one line for
 * every run that has ended; a run under way has a note (pyexec_note.h) instead,
 * and its runner holds the run's lock.  A note without a lock is of a run whose
 * processes died: the process that finds it writes a line with the status
 * "interrupted".  So every run that was started is in the history exactly once.
 */

#ifndef _PYEXEC_HISTORY_H_INCLUDED_
#define _PYEXEC_HISTORY_H_INCLUDED_


#include "base/pyexec_tree.h"
#include "store/pyexec_store.h"


/* the contents of a line */

typedef struct {
    const char            *run_id;
    const char            *started_at;
    const char            *status;
    uint64_t               run_time;       /* microseconds */
    const pyexec_scan_t   *files;          /* or NULL */
} pyexec_item_t;


/*
 * Appends a run's file's path relative to its session, "code_exec/../a.png", as
 * pyexec_path_text() writes it.
 */

void pyexec_created_path(pyexec_buf_t *out, const char *run_id,
    const pyexec_file_t *file);

/*
 * Appends a run's line and removes its note; runs is a descriptor of code_exec.
 * Returns 0, or -1 and errno.
 */

int pyexec_history_end(pyexec_store_t *st, const pyexec_str_t *session,
    int runs, const pyexec_item_t *item);

/*
 * Appends {"session_id": .., "items": [..]} to out, with the newest runs, limit
 * at most, in the order of their start.  window is the number of runs that can
 * be under way at a time: lines are in the order in which runs ended, so that
 * a run's line may follow those of as many newer ones, and as many more lines
 * are read.  Returns 0, or -1 and errno; without the session, items is empty.
 */

int pyexec_history_list(pyexec_store_t *st, const pyexec_str_t *session,
    unsigned limit, unsigned window, pyexec_buf_t *out);

/*
 * Appends the run's record to out.  Returns 0, or -1 and errno: ENOENT if
 * there is none, or the run is still under way.
 */

int pyexec_history_fetch(pyexec_store_t *st, const pyexec_str_t *session,
    const pyexec_str_t *run_id, pyexec_buf_t *out);

/*
 * Removes the session's runs with their lines, except those under way.  before
 * is NULL for all, or the first 15 bytes of a run's id ("20261123T064538"), for
 * those that began earlier, in UTC.  They are moved to the trash, which is to
 * be emptied afterwards.  Adds the numbers of runs and of regular files removed
 * to *runs and *files.  Returns 0, or -1 and errno.
 */

int pyexec_history_remove(pyexec_store_t *st, const pyexec_str_t *session,
    const char *before, uint64_t *runs, uint64_t *files);


#endif /* _PYEXEC_HISTORY_H_INCLUDED_ */
