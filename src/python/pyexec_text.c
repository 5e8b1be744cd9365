
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "base/pyexec_buf.h"
#include "python/pyexec_text.h"


static void pyexec_text_flatten(PyObject *seq, pyexec_buf_t *out);


PyObject *
pyexec_text(const pyexec_str_t *s)
{
    return PyUnicode_DecodeUTF8((const char *) s->data, s->len, "replace");
}


PyObject *
pyexec_text_tuple(const pyexec_list_t *list)
{
    PyObject       *names, *name, *tuple;
    pyexec_str_t    s;
    pyexec_list_t   rest;

    names = PyList_New(0);
    rest = *list;

    while (names && pyexec_list_next(&rest, &s) == 1) {

        name = pyexec_text(&s);

        if (name == NULL || PyList_Append(names, name) == -1) {
            Py_CLEAR(names);
        }

        Py_XDECREF(name);
    }

    tuple = names ? PyList_AsTuple(names) : NULL;
    Py_XDECREF(names);

    return tuple;
}


pyexec_str_t
pyexec_text_utf8(PyObject *o)
{
    PyObject      *bytes;
    pyexec_str_t   s = { 0, NULL };

    bytes = o ? PyUnicode_AsEncodedString(o, "utf-8", "backslashreplace")
              : NULL;

    if (bytes == NULL) {
        PyErr_Clear();
        return s;
    }

    s.data = (const u_char *) PyBytes_AS_STRING(bytes);
    s.len = PyBytes_GET_SIZE(bytes);

    return s;
}


pyexec_list_t
pyexec_text_list(PyObject *seq)
{
    pyexec_buf_t  out = { NULL, 0, 0 };

    pyexec_text_flatten(seq, &out);

    return pyexec_buf_str(&out);
}


static void
pyexec_text_flatten(PyObject *seq, pyexec_buf_t *out)
{
    PyObject      *item, *text;
    Py_ssize_t     i, n;
    pyexec_str_t   s;

    n = PySequence_Size(seq);

    for (i = 0; i < n; i++) {

        item = PySequence_GetItem(seq, i);

        if (item && !PyUnicode_Check(item) && !PyLong_Check(item)) {
            pyexec_text_flatten(item, out);
            continue;
        }

        text = item ? PyObject_Str(item) : NULL;
        s = pyexec_text_utf8(text);

        (void) pyexec_list_add(pyexec_buf_reserve(out, pyexec_list_size(&s)),
                               &s);
        out->len += pyexec_list_size(&s);
    }

    PyErr_Clear();
}
