
/*
 * Compiling code that has nothing to check: without its tree, which Python
 * would take most of the time to make.
 */

#ifndef _PYEXEC_COMPILE_H_INCLUDED_
#define _PYEXEC_COMPILE_H_INCLUDED_


#include <Python.h>

#include "base/pyexec_str.h"


/*
 * Sets *code to a code object; if the last statement is an expression, *value
 * to that of the expression, and *code to that of what is before it, else
 * *value to NULL.  Both are compiled of text, so that lines and columns are
 * those of the whole.  Returns 0; or -1, without an exception set, where the
 * text does not compile, or only the tree tells what its last statement is.
 */

int pyexec_compile(const pyexec_str_t *text, PyObject **code,
    PyObject **value);


#endif /* _PYEXEC_COMPILE_H_INCLUDED_ */
