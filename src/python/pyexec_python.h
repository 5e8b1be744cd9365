
/*
 * The embedded CPython interpreter, with the Python sources of this folder.
 * When one of these functions fails, the process logs a sentence and exits.
 */

#ifndef _PYEXEC_PYTHON_H_INCLUDED_
#define _PYEXEC_PYTHON_H_INCLUDED_


#include "wire/pyexec_child_wire.h"


/* returns a random number for config.hash_seed (PYTHONHASHSEED), never 0 */

uint32_t pyexec_python_hash_seed(void);

/* in a zygote, first: Py_PreInitialize(), with UTF-8 mode and pymalloc */

void pyexec_python_preinit(void);

/*
 * In a zygote: starts the interpreter as prefix/bin/python3 would, but isolated
 * (PyConfig_InitIsolatedConfig()), and imports the modules of this folder.
 */

void pyexec_python_init(const char *prefix, uint32_t hash_seed);

/*
 * In a zygote: imports the usual modules of the standard library and those of
 * names ("a,b"; "" for none; NULL for those of the default set that are
 * installed), and calls what runs use most.  Writes the top-level names of the
 * latter to roots, each followed by a space; with "" those of all modules that
 * are installed, but for the standard library's.  fonts and matplotlibrc are
 * matplotlib's: a directory and a file, or NULL.
 */

void pyexec_python_preload(const char *names, const char *fonts,
    const char *matplotlibrc, char *roots, size_t size);

/*
 * In a process that is forked for it: runs sample code, with usual 0 what every
 * run does, with 1 also what most do: use math, numpy, pandas, pyplot.
 */

void pyexec_python_rehearse(unsigned usual);

/*
 * In a zygote, when all is loaded: objects so far are in the C library's heap;
 * from now on they are allocated by pymalloc, which is faster.
 */

void pyexec_python_settled(void);

/* what CPython needs done before fork(), and after it on both sides */

void pyexec_python_before_fork(void);
void pyexec_python_after_fork(pid_t pid);

/* fork() with these two around it */

pid_t pyexec_python_fork(void);

/*
 * In a child: seeds the random number generators; corrects job->code; checks
 * code for syntax, policy and missing modules, and compiles it.  Strings in the
 * messages that they fill in are never freed.
 */

void pyexec_python_reseed(void);
void pyexec_python_correct(const pyexec_child_job_t *job,
    pyexec_child_corrected_t *corrected);
void pyexec_python_check(const pyexec_child_job_t *job,
    const pyexec_str_t *code, pyexec_child_checked_t *checked);

/*
 * In a child: runs the code that was checked last as __main__, and ends it as
 * Python does at exit.  If an exception ends the code, calls failed() with it,
 * before atexit functions and the like run.  Returns the exit status.
 */

int pyexec_python_run(const pyexec_str_t *code,
    void (*failed)(const pyexec_child_failed_t *));


#endif /* _PYEXEC_PYTHON_H_INCLUDED_ */
