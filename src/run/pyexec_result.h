
/* The result of a run, as the JSON that the API answers with. */

#ifndef _PYEXEC_RESULT_H_INCLUDED_
#define _PYEXEC_RESULT_H_INCLUDED_


#include "run/pyexec_run.h"


/*
 * Appends the attempt's JSON object and a newline to run->attempts.  method,
 * unless NULL, names the correction that the next attempt runs with.
 */

void pyexec_result_attempt(pyexec_run_t *run, const pyexec_attempt_t *a,
    const pyexec_str_t *method);

/*
 * Appends the run's JSON object to out.  Status, streams and error are those
 * of a, the last attempt.
 */

void pyexec_result_json(pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_buf_t *out);


#endif /* _PYEXEC_RESULT_H_INCLUDED_ */
