
/* Names in a workspace: of sessions, of runs and of the pool's own files. */

#ifndef _PYEXEC_NAME_H_INCLUDED_
#define _PYEXEC_NAME_H_INCLUDED_


#include "base/pyexec_str.h"


#define PYEXEC_SESSION_MAX      128        /* bytes */
#define PYEXEC_RUNS             "code_exec"
#define PYEXEC_RUN_ID_LEN       28         /* "20261123T064538-0123456789ab" */
#define PYEXEC_PATH_LEN         1024       /* bytes, of a file in "files" */
#define PYEXEC_PATH_DEPTH       32         /* its directories */

/* what the pool puts into a run's directory, where these names are free */

#define PYEXEC_MAIN             "main.py"
#define PYEXEC_RESULT           "result.json"
#define PYEXEC_ATTEMPTS         "attempts.jsonl"
#define PYEXEC_SESSION          "session"  /* a link to the session */


/*
 * Returns NULL if s is a valid name of a session, else what is wrong with it:
 * a clause to be put behind "session_id ".
 */

const char *pyexec_session_error(const pyexec_str_t *s);

/*
 * Returns NULL if s is a valid path in a session, else what is wrong with it: a
 * clause to be put behind "path ".  The empty one is the session itself.
 */

const char *pyexec_path_error(const pyexec_str_t *s);

/*
 * Returns 1 if the valid path is code_exec, or below it; pyexec_path_record():
 * if it is one of the pool's own records there, whose names begin with a dot.
 */

int pyexec_path_runs(const pyexec_str_t *s);
int pyexec_path_record(const pyexec_str_t *s);

/*
 * The same for the path of a file that a request puts into the run's directory,
 * behind "files ".
 */

const char *pyexec_given_error(const pyexec_str_t *s);

/* returns 1 if s has the form of a run's id, else 0 */

int pyexec_run_id_valid(const pyexec_str_t *s);


#endif /* _PYEXEC_NAME_H_INCLUDED_ */
