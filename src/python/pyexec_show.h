
/* The value of the last statement, and what is displayed, on their way out. */

#ifndef _PYEXEC_SHOW_H_INCLUDED_
#define _PYEXEC_SHOW_H_INCLUDED_


#include <Python.h>

#include "wire/pyexec_child_wire.h"


/* once, before any fork; or the process dies */

void pyexec_show_init(void);

/* in a child: timeout is the run's, in seconds; bundle() is called with each */

void pyexec_show_begin(uint32_t timeout,
    void (*bundle)(const pyexec_child_bundle_t *));

/* makes a bundle of the value; no exception is set then */

void pyexec_show(PyObject *value);


#endif /* _PYEXEC_SHOW_H_INCLUDED_ */
