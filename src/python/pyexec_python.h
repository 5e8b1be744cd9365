
/* The embedded interpreter, and the Python sources that are built in. */

#ifndef _PYEXEC_PYTHON_H_INCLUDED_
#define _PYEXEC_PYTHON_H_INCLUDED_


#include "wire/pyexec_child_wire.h"


/* chooses how strings hash in an interpreter; dies without random numbers */

uint32_t pyexec_python_hash_seed(void);

/* in a zygote: what comes before an interpreter */

void pyexec_python_preinit(void);

/*
 * In a zygote: starts the interpreter with the environment at prefix and
 * imports the built-in modules.  Dies where that fails.
 */

void pyexec_python_init(const char *prefix, uint32_t hash_seed);

/*
 * Imports and warms the modules of names ("a,b"; "" is only the standard
 * library's usual ones; NULL the default set).  Writes the roots of what is
 * there then, each with a space behind it, to roots.  Dies where a module
 * that names asks for is not to be had.
 */

void pyexec_python_preload(const char *names, char *roots, size_t size);

/* in a process of its own: does what all code does, or what usual code does */

void pyexec_python_rehearse(unsigned usual);

/*
 * All that children begin with is loaded, into the C library's heap.  What is
 * allocated from here on is Python's own allocator's, which is faster.
 */

void pyexec_python_settled(void);

/* around fork() */

void pyexec_python_before_fork(void);
void pyexec_python_after_fork(pid_t pid);

/* fork(), with these two around it */

pid_t pyexec_python_fork(void);

/*
 * In a child.  Strings of messages that are filled in are the interpreter's;
 * they live as long as the process.
 */

void pyexec_python_reseed(void);
void pyexec_python_correct(const pyexec_child_job_t *job,
    pyexec_child_corrected_t *corrected);
void pyexec_python_check(const pyexec_child_job_t *job,
    const pyexec_str_t *code, pyexec_child_checked_t *checked);

/*
 * Runs what was checked last.  failed is called with the exception that ended
 * it, if one did, before anything of the code's own clean-up.  Returns the
 * status to exit with.
 */

int pyexec_python_run(const pyexec_str_t *code,
    void (*failed)(const pyexec_child_failed_t *));


#endif /* _PYEXEC_PYTHON_H_INCLUDED_ */
