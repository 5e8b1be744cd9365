
/* A run, as the API answers it. */

#ifndef _PYEXEC_RESULT_H_INCLUDED_
#define _PYEXEC_RESULT_H_INCLUDED_


#include "run/pyexec_run.h"


/*
 * Appends an attempt's object to run->attempts, with a newline; method, unless
 * NULL, is that of the correction that it led to.
 */

void pyexec_result_attempt(pyexec_run_t *run, const pyexec_attempt_t *a,
    const pyexec_str_t *method);

/* appends the result, of which a is the last attempt */

void pyexec_result_json(pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_buf_t *out);


#endif /* _PYEXEC_RESULT_H_INCLUDED_ */
