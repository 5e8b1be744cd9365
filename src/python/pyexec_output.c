
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdio.h>

#include "base/pyexec_log.h"
#include "python/pyexec_output.h"


#define PYEXEC_OUTPUT       "_pyexec_output"


static PyObject *pyexec_output_module(void);
static PyObject *pyexec_output_print(PyObject *self, PyObject *const *args,
    Py_ssize_t nargs, PyObject *names);
static PyObject *pyexec_output_line(PyObject *const *args, Py_ssize_t nargs);
static PyObject *pyexec_output_put(PyObject *line);
static PyObject *pyexec_output_write(PyObject *self, PyObject *bytes);
static int pyexec_output_hold(PyObject *writer);
static int pyexec_output_flush(void);
static const char *pyexec_output_doc(void);


static PyMethodDef  pyexec_output_print_def = {
    "print", (PyCFunction) (void (*)(void)) pyexec_output_print,
    METH_FASTCALL|METH_KEYWORDS, NULL
};


static PyMethodDef  pyexec_output_methods[] = {
    { "write", pyexec_output_write, METH_O, NULL },
    { NULL, NULL, 0, NULL }
};


static PyType_Slot  pyexec_output_slots[] = {
    { Py_tp_methods, pyexec_output_methods },
    { 0, NULL }
};


/* repr() shows the name of io.BufferedWriter, which the type extends */

static PyType_Spec  pyexec_output_spec = {
    "_io.BufferedWriter", 0, 0, Py_TPFLAGS_DEFAULT, pyexec_output_slots
};


static struct PyModuleDef  pyexec_output_def = {
    PyModuleDef_HEAD_INIT, PYEXEC_OUTPUT, NULL, -1, NULL, NULL, NULL, NULL,
    NULL
};


static PyObject           *pyexec_builtin_print;
static PyObject           *pyexec_buffer_write;    /* io.BufferedWriter's */
static PyObject           *pyexec_text_stream;     /* io.TextIOWrapper */
static PyObject           *pyexec_flush;           /* "flush", and so on: */
static PyObject           *pyexec_write;
static PyObject           *pyexec_space;
static PyObject           *pyexec_newline;

static __thread unsigned   pyexec_prints;          /* one in another */
static __thread PyObject  *pyexec_held;            /* the Writer that holds
                                                      what they print */


void
pyexec_output_register(void)
{
    if (PyImport_AppendInittab(PYEXEC_OUTPUT, pyexec_output_module) == -1) {
        pyexec_die("PyImport_AppendInittab() failed");
    }
}


/* the attributes Writer, a type, and print, for builtins */

static PyObject *
pyexec_output_module(void)
{
    PyObject  *io, *builtins, *base, *module, *writer, *print;

    module = PyModule_Create(&pyexec_output_def);
    io = PyImport_ImportModule("io");
    builtins = PyImport_ImportModule("builtins");

    if (module == NULL || io == NULL || builtins == NULL) {
        return NULL;
    }

    base = PyObject_GetAttrString(io, "BufferedWriter");
    pyexec_buffer_write = base ? PyObject_GetAttrString(base, "write") : NULL;
    pyexec_builtin_print = PyObject_GetAttrString(builtins, "print");
    pyexec_text_stream = PyObject_GetAttrString(io, "TextIOWrapper");
    pyexec_flush = PyUnicode_InternFromString("flush");
    pyexec_write = PyUnicode_InternFromString("write");
    pyexec_space = PyUnicode_InternFromString(" ");
    pyexec_newline = PyUnicode_InternFromString("\n");

    if (PyErr_Occurred()) {
        return NULL;
    }

    pyexec_output_print_def.ml_doc = pyexec_output_doc();

    writer = PyType_FromSpecWithBases(&pyexec_output_spec, base);
    print = PyCFunction_NewEx(&pyexec_output_print_def, builtins,
                              PyModule_GetNameObject(builtins));

    if (PyModule_AddObject(module, "Writer", writer) == -1
        || PyModule_AddObject(module, "print", print) == -1)
    {
        return NULL;
    }

    return module;
}


/* with its first line, the signature, which inspect.signature() shows */

static const char *
pyexec_output_doc(void)
{
    char      *doc;
    PyObject  *text, *signature;

    signature = PyObject_GetAttrString(pyexec_builtin_print,
                                       "__text_signature__");
    text = PyObject_GetAttrString(pyexec_builtin_print, "__doc__");

    if (signature == NULL || text == NULL
        || asprintf(&doc, "print%s\n--\n\n%s", PyUnicode_AsUTF8(signature),
                    PyUnicode_AsUTF8(text)) == -1)
    {
        return NULL;
    }

    return doc;
}


static PyObject *
pyexec_output_print(PyObject *self, PyObject *const *args, Py_ssize_t nargs,
    PyObject *names)
{
    PyObject  *rc, *line;

    (void) self;

    line = names ? NULL : pyexec_output_line(args, nargs);

    pyexec_prints++;

    rc = line ? pyexec_output_put(line)
              : PyObject_Vectorcall(pyexec_builtin_print, args, nargs, names);

    pyexec_prints--;

    if (pyexec_held && pyexec_prints == 0 && pyexec_output_flush() == -1) {
        Py_CLEAR(rc);
    }

    return rc;
}


/*
 * The line that print() would write in pieces, which takes longer; NULL if
 * str() of an argument may run code, or if that has its own standard output.
 */

static PyObject *
pyexec_output_line(PyObject *const *args, Py_ssize_t nargs)
{
    PyObject    *file, *texts, *text, *line;
    Py_ssize_t   i;

    file = PySys_GetObject("stdout");

    if (file == NULL || (PyObject *) Py_TYPE(file) != pyexec_text_stream) {
        return NULL;
    }

    for (i = 0; i < nargs; i++) {
        if (!PyUnicode_CheckExact(args[i]) && !PyLong_CheckExact(args[i])
            && !PyFloat_CheckExact(args[i]))
        {
            return NULL;
        }
    }

    texts = PyTuple_New(nargs);
    line = NULL;

    for (i = 0; texts && i < nargs; i++) {

        text = PyObject_Str(args[i]);

        if (text == NULL) {
            Py_CLEAR(texts);
            break;
        }

        PyTuple_SET_ITEM(texts, i, text);
    }

    if (texts) {
        line = PyUnicode_Join(pyexec_space, texts);
        Py_DECREF(texts);
    }

    PyUnicode_Append(&line, pyexec_newline);

    /* what failed, as str() of a huge integer, fails again in print() */

    PyErr_Clear();

    return line;
}


static PyObject *
pyexec_output_put(PyObject *line)
{
    PyObject  *file, *rc;

    file = PySys_GetObject("stdout");

    Py_INCREF(file);
    rc = PyObject_CallMethodOneArg(file, pyexec_write, line);
    Py_DECREF(file);
    Py_DECREF(line);

    if (rc) {
        Py_SETREF(rc, Py_NewRef(Py_None));
    }

    return rc;
}


static PyObject *
pyexec_output_write(PyObject *self, PyObject *bytes)
{
    PyObject  *rc, *args[] = { self, bytes };

    if (pyexec_output_hold(self) == -1) {
        return NULL;
    }

    rc = PyObject_Vectorcall(pyexec_buffer_write, args, 2, NULL);

    if (pyexec_prints == 0 && pyexec_output_flush() == -1) {
        Py_CLEAR(rc);
    }

    return rc;
}


/* what another Writer holds was written first */

static int
pyexec_output_hold(PyObject *writer)
{
    if (pyexec_held == writer) {
        return 0;
    }

    if (pyexec_held && pyexec_output_flush() == -1) {
        return -1;
    }

    Py_INCREF(writer);
    pyexec_held = writer;

    return 0;
}


/* keeps the exception that is set, if there is one */

static int
pyexec_output_flush(void)
{
    PyObject  *writer, *rc, *type, *exc, *trace;

    writer = pyexec_held;
    pyexec_held = NULL;

    PyErr_Fetch(&type, &exc, &trace);
    rc = PyObject_CallMethodNoArgs(writer, pyexec_flush);
    Py_DECREF(writer);

    if (rc == NULL && type == NULL) {
        return -1;
    }

    Py_XDECREF(rc);
    PyErr_Restore(type, exc, trace);

    return 0;
}
