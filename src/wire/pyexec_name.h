
/* Names in a workspace: those that clients give, and the pool's own. */

#ifndef _PYEXEC_NAME_H_INCLUDED_
#define _PYEXEC_NAME_H_INCLUDED_


#include "base/pyexec_str.h"


#define PYEXEC_SESSION_MAX      128        /* bytes */
#define PYEXEC_RUN_ID_LEN       28         /* "20261123T064538-0123456789ab" */

/* files that are the pool's own, at the top of a run's directory */

#define PYEXEC_MAIN             "main.py"
#define PYEXEC_RESULT           "result.json"
#define PYEXEC_ATTEMPTS         "attempts.jsonl"
#define PYEXEC_SESSION          "session"  /* a link */

/* all of these, and NULL */

extern const char *const  pyexec_own_files[];


/*
 * NULL where s may name a session's directory; else what is wrong with it,
 * a clause that goes behind "session_id ".
 */

const char *pyexec_session_error(const pyexec_str_t *s);

/* 1 where s has the form of a run's id, else 0 */

int pyexec_run_id_valid(const pyexec_str_t *s);


#endif /* _PYEXEC_NAME_H_INCLUDED_ */
