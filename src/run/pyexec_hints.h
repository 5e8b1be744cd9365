
/*
 * Hints: sentences for whoever is to repair the code, a model or a person.  The
 * runner makes them from what it knows of the run.  The code may claim any
 * error, and so has a say in which sentences are chosen, but not in what they
 * say: of its own words they have names only.
 */

#ifndef _PYEXEC_HINTS_H_INCLUDED_
#define _PYEXEC_HINTS_H_INCLUDED_


#include <yajl/yajl_gen.h>

#include "run/pyexec_run.h"


/*
 * Writes the member "hints", an array, for the last attempt, a.  valued is 1 if
 * the code ended in a value that the result has.
 */

void pyexec_hints(const pyexec_run_t *run, const pyexec_attempt_t *a,
    unsigned valued, yajl_gen g);


#endif /* _PYEXEC_HINTS_H_INCLUDED_ */
