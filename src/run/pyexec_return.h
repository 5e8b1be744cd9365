
/* Created files whose contents the request wants in the result. */

#ifndef _PYEXEC_RETURN_H_INCLUDED_
#define _PYEXEC_RETURN_H_INCLUDED_


#include "run/pyexec_run.h"


/*
 * Marks those of run->files that fit one of the request's patterns; of these,
 * the smallest that together have pyexec_max_inline bytes at most.
 */

void pyexec_return_choose(pyexec_run_t *run);

/* writes the member content_base64 of a file that was marked, or nothing */

void pyexec_return_file(yajl_gen g, const pyexec_run_t *run,
    const pyexec_file_t *file);


#endif /* _PYEXEC_RETURN_H_INCLUDED_ */
