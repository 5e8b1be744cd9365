
/*
 * Strings and lists of a message as Python's objects, and back.  The functions
 * that return an object return a new reference, or NULL with an exception set;
 * the others set none, and what they return is never freed.
 */

#ifndef _PYEXEC_TEXT_H_INCLUDED_
#define _PYEXEC_TEXT_H_INCLUDED_


#include <Python.h>

#include "base/pyexec_str.h"


/* bytes that are not valid UTF-8 become U+FFFD */

PyObject *pyexec_text(const pyexec_str_t *s);
PyObject *pyexec_text_tuple(const pyexec_list_t *list);

/* lone surrogates, as an exception's message may have them, become escapes */

pyexec_str_t pyexec_text_utf8(PyObject *o);

/* the strings and integers of nested sequences as one list */

pyexec_list_t pyexec_text_list(PyObject *seq);


#endif /* _PYEXEC_TEXT_H_INCLUDED_ */
