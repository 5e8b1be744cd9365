
/*
 * A run's directory, in which code may write, and what the pool puts there:
 * main.py, a link to the session and, after the last attempt, attempts.jsonl
 * and result.json.  Where the code has put something of that name, it stays,
 * and is the code's own file.
 */

#ifndef _PYEXEC_DIR_H_INCLUDED_
#define _PYEXEC_DIR_H_INCLUDED_


#include "run/pyexec_run.h"


/* these return 0, or -1 and errno */

int pyexec_dir_make(pyexec_run_t *run);

/* for another attempt: empties it, and puts in what a new one has */

int pyexec_dir_again(pyexec_run_t *run);

int pyexec_dir_empty(pyexec_run_t *run);

/* sets run->disk to what the run may take of the disk, and of its session */

int pyexec_dir_room(pyexec_run_t *run);

/* main.py and session, which are there while code runs; as pyexec_scan_t's */

extern const pyexec_own_t  pyexec_dir_own[];

/* lists in run->files what the code has made or changed */

int pyexec_dir_scan(pyexec_run_t *run);

/* makes the run's record and, where their names are free, the pool's files */

int pyexec_dir_end(pyexec_run_t *run, const pyexec_buf_t *result);


#endif /* _PYEXEC_DIR_H_INCLUDED_ */
