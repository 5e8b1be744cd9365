
/* Files and standard input that came with the request. */

#ifndef _PYEXEC_INLINE_H_INCLUDED_
#define _PYEXEC_INLINE_H_INCLUDED_


#include "run/pyexec_run.h"


/* these return 0, or -1 and errno */

int pyexec_inline_map(pyexec_inline_t *in, const int given[PYEXEC_GIVEN]);
void pyexec_inline_unmap(pyexec_inline_t *in);

/*
 * Puts the files into the run's directory, which is empty.  Sets run->refused
 * where it is the request's fault that this fails.
 */

int pyexec_inline_put(pyexec_run_t *run);

/* takes out of run->files those that are as they were put */

void pyexec_inline_unlist(pyexec_run_t *run);

/*
 * Returns 1 if the path in the run's directory, in which no code writes any
 * more, is a regular file with these contents.
 */

int pyexec_inline_same(const pyexec_run_t *run, const char *path,
    const pyexec_str_t *contents);


#endif /* _PYEXEC_INLINE_H_INCLUDED_ */
