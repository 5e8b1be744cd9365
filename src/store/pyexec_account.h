
/*
 * How much disk space a session holds: the file code_exec/.size has the bytes.
 * What a run adds is added there, so that a run's cost does not grow with the
 * session.  What others put in or take out, they do not tell: then, or where
 * the file is missing, all is counted.
 */

#ifndef _PYEXEC_ACCOUNT_H_INCLUDED_
#define _PYEXEC_ACCOUNT_H_INCLUDED_


#include "store/pyexec_store.h"


/*
 * Sets used to the bytes that the session holds, without its runs under way;
 * fd is its directory, runs that of code_exec.  Counts them first where that
 * has not been done, or if anew is set.  Returns 0, or -1 and errno: ELOOP if
 * directories are nested too deep.
 */

int pyexec_account_read(pyexec_store_t *st, const pyexec_str_t *session,
    int fd, int runs, unsigned anew, uint64_t *used);

/*
 * Adds what a run holds, unless that makes it more than max, which is 0 for no
 * limit.  Returns 0, or -1 if it does.  Where adding fails, all is counted
 * before the next run.
 */

int pyexec_account_add(pyexec_store_t *st, const pyexec_str_t *session,
    int runs, uint64_t bytes, uint64_t max);

/* lets all be counted before the next run */

void pyexec_account_drop(int runs);

/*
 * Counts the session anew, if a run has been added since the time; for changes
 * by others.  Returns 0, or -1 and errno.
 */

int pyexec_account_renew(pyexec_store_t *st, const pyexec_str_t *session,
    time_t since);


#endif /* _PYEXEC_ACCOUNT_H_INCLUDED_ */
