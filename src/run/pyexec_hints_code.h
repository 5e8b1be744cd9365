
/* Hints for what is to be changed in the text of the code. */

#ifndef _PYEXEC_HINTS_CODE_H_INCLUDED_
#define _PYEXEC_HINTS_CODE_H_INCLUDED_


#include "run/pyexec_run.h"
#include "run/pyexec_sentence.h"


#define PYEXEC_MAX_NAME     64             /* bytes, of a name in a hint */


/* for code that the policy refuses, or that does not compile */

void pyexec_hints_blocked(const pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_hints_t *h);
void pyexec_hints_syntax(const pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_hints_t *h);

/* for code that a module is missing for */

void pyexec_hints_missing(const pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_hints_t *h);

/* does a line of the code begin with these words? */

int pyexec_hints_line(const pyexec_str_t *code, const char *words);

/* copies s if it is a name as Python's are, or returns 0 */

int pyexec_hints_name(const pyexec_str_t *s, char name[PYEXEC_MAX_NAME + 1]);


#endif /* _PYEXEC_HINTS_CODE_H_INCLUDED_ */
