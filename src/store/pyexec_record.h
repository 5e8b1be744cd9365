
/*
 * The pool's records: the results of the runs that have ended.
 *
 * A record is the file code_exec/.results/{run_id}.json.  No code can write
 * there, so that it holds what the pool has written.
 */

#ifndef _PYEXEC_RECORD_H_INCLUDED_
#define _PYEXEC_RECORD_H_INCLUDED_


#include "base/pyexec_buf.h"


/*
 * Makes a run's record and, unless there is something of that name, a link to
 * it, name, in the run's directory dir; no code of the run may be running any
 * more.  If it fails, it leaves nothing behind.  runs is a descriptor of
 * code_exec.  Returns 0, or -1 and errno.
 */

int pyexec_record_make(int runs, const char *run_id, int dir, const char *name,
    const pyexec_buf_t *json);

/* appends the record to out; returns 0, or -1 and errno */

int pyexec_record_read(int runs, const char *run_id, pyexec_buf_t *out);

/* returns 0, also if there is none; or -1 and errno */

int pyexec_record_remove(int runs, const char *run_id);


#endif /* _PYEXEC_RECORD_H_INCLUDED_ */
