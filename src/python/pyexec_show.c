
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "python/pyexec_show.h"


#define PYEXEC_MAX_SHOW     10             /* s, to represent one object */


static PyObject *pyexec_show_send(PyObject *self, PyObject *args);
static PyObject *pyexec_show_left(PyObject *self, PyObject *none);


static PyMethodDef  pyexec_show_methods[] = {
    { "send", pyexec_show_send, METH_VARARGS, NULL },
    { "left", pyexec_show_left, METH_NOARGS, NULL },
    { NULL, NULL, 0, NULL }
};

static PyObject          *pyexec_shown;    /* _pyexec_repr.show() */
static uint64_t           pyexec_show_end; /* of the run, pyexec_now() */

static void             (*pyexec_show_bundle)(const pyexec_child_bundle_t *b);


void
pyexec_show_init(void)
{
    PyObject  *module;

    module = PyImport_ImportModule("_pyexec_repr");

    if (module == NULL
        || PyModule_AddFunctions(module, pyexec_show_methods) == -1
        || (pyexec_shown = PyObject_GetAttrString(module, "show")) == NULL)
    {
        pyexec_die("the built-in module _pyexec_repr is not complete");
    }

    Py_DECREF(module);
}


void
pyexec_show_begin(uint32_t timeout,
    void (*bundle)(const pyexec_child_bundle_t *))
{
    pyexec_show_end = pyexec_now() + (uint64_t) timeout * 1000000;
    pyexec_show_bundle = bundle;
}


void
pyexec_show(PyObject *value)
{
    PyObject  *rc;

    rc = PyObject_CallFunctionObjArgs(pyexec_shown, value, NULL);

    PyErr_Clear();
    Py_XDECREF(rc);
}


/* send(kind, list) */

static PyObject *
pyexec_show_send(PyObject *self, PyObject *args)
{
    const char             *data;
    Py_ssize_t              len;
    pyexec_child_bundle_t   bundle;

    (void) self;

    if (!PyArg_ParseTuple(args, "Iy#", &bundle.kind, &data, &len)) {
        return NULL;
    }

    bundle.parts.data = (const u_char *) data;
    bundle.parts.len = len;

    pyexec_show_bundle(&bundle);

    Py_RETURN_NONE;
}


/* left(): half of what the run's time leaves, in seconds, and some at most */

static PyObject *
pyexec_show_left(PyObject *self, PyObject *none)
{
    double    left;
    uint64_t  now;

    (void) self;
    (void) none;

    now = pyexec_now();
    left = now < pyexec_show_end ? (double) (pyexec_show_end - now) / 2e6
                                 : 0.01;

    return PyFloat_FromDouble(left < PYEXEC_MAX_SHOW ? left : PYEXEC_MAX_SHOW);
}
