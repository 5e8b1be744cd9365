
/*
 * What a session holds that the code was looking for.  Code may have written
 * any of it: it is opened as hostile, follows no link, and is read up to a
 * bound.
 */

#ifndef _PYEXEC_RECALL_H_INCLUDED_
#define _PYEXEC_RECALL_H_INCLUDED_


#include "run/pyexec_run.h"


/*
 * Looks for the name in main.py of the session's newest runs.  Returns 1 and
 * sets run_id to the newest of those that seem to define it; else 0.
 */

int pyexec_recall_name(const pyexec_run_t *run, const char *name,
    char run_id[PYEXEC_RUN_ID_LEN + 1]);

/*
 * Looks for files in uploads/ of the session.  Appends the one whose name the
 * message, of a FileNotFoundError, has, in whatever case, to out, and returns
 * 1; else appends their names, with commas, and returns 0.
 */

int pyexec_recall_upload(const pyexec_run_t *run, const pyexec_str_t *message,
    pyexec_buf_t *out);


#endif /* _PYEXEC_RECALL_H_INCLUDED_ */
