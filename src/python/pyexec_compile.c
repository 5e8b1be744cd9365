
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <ctype.h>
#include <string.h>

#include "python/pyexec_compile.h"
#include "wire/pyexec_name.h"


/* lines at which the last statement is supposed to begin, before it is left */

#define PYEXEC_GUESSES      4


typedef enum {
    PYEXEC_STATEMENT = 0,                  /* no expression */
    PYEXEC_EXPRESSION,                     /* perhaps */
    PYEXEC_INSIDE,                         /* of a statement that began above */
    PYEXEC_UNKNOWN
} pyexec_begin_e;


static int pyexec_compile_value(const char *text, size_t len,
    PyObject **code, PyObject **value);
static int pyexec_compile_split(const char *text, const char *last,
    PyObject **code, PyObject **value);
static PyObject *pyexec_compile_part(const char *part, int start);
static pyexec_begin_e pyexec_line(const char *line, const char *end);
static int pyexec_assigns(const char *line, const char *end);
static int pyexec_keyword(const char *line, const char *end);
static int pyexec_is_empty(const char *text, const char *end);
static int pyexec_is_blank(const char *text, const char *end);


/* statements; those with soft keywords fail to be compiled as expressions */

static const char *const  pyexec_keywords[] = {
    "if", "else", "elif", "for", "while", "with", "def", "class", "try",
    "except", "finally", "return", "pass", "raise", "del", "assert", "global",
    "nonlocal", "break", "continue", "async", "import", "from"
};


int
pyexec_compile(const pyexec_str_t *text, PyObject **code, PyObject **value)
{
    int    rc;
    char  *copy;

    copy = strndup((const char *) text->data, text->len);
    if (copy == NULL) {
        return -1;
    }

    *code = NULL;
    *value = NULL;

    rc = pyexec_compile_value(copy, text->len, code, value);

    if (rc == 1) {
        *code = pyexec_compile_part(copy, Py_file_input);
        rc = *code ? 0 : -1;
    }

    PyErr_Clear();
    free(copy);

    return rc;
}


/* returns 1 if the last statement is none that is an expression */

static int
pyexec_compile_value(const char *text, size_t len, PyObject **code,
    PyObject **value)
{
    unsigned     guesses;
    const char  *line, *end, *cr;

    for (cr = memchr(text, '\r', len); cr; cr = strchr(cr + 1, '\r')) {
        if (cr[1] != '\n') {
            return -1;
        }
    }

    guesses = 0;

    for (end = text + len; end > text; end = line - 1) {

        line = memrchr(text, '\n', end - text);
        line = line ? line + 1 : text;

        if (pyexec_is_empty(line, end)) {
            if (line == text) {
                return 1;
            }
            continue;
        }

        switch (pyexec_line(line, end)) {

        case PYEXEC_STATEMENT:
            return guesses ? -1 : 1;

        case PYEXEC_EXPRESSION:
            if (pyexec_compile_split(text, line, code, value) == 0) {
                return 0;
            }

            if (++guesses == PYEXEC_GUESSES) {
                return -1;
            }
            break;

        case PYEXEC_INSIDE:
            break;

        default:
            return -1;
        }

        if (line == text) {
            return -1;
        }
    }

    return 1;
}


/* what the line, which is not empty, can be the beginning of */

static pyexec_begin_e
pyexec_line(const char *line, const char *end)
{
    switch (*line) {

    case ' ':
    case '\t':
    case ')':
    case ']':
    case '}':
        return PYEXEC_INSIDE;

    case '\f':
    case '@':
        return PYEXEC_UNKNOWN;
    }

    if (pyexec_keyword(line, end)) {
        return PYEXEC_STATEMENT;
    }

    if (memchr(line, ';', end - line)) {
        return PYEXEC_UNKNOWN;
    }

    return pyexec_assigns(line, end) ? PYEXEC_STATEMENT : PYEXEC_EXPRESSION;
}


static int
pyexec_keyword(const char *line, const char *end)
{
    size_t    len;
    unsigned  i;

    for (len = 0; line + len < end && islower((u_char) line[len]); len++) {
        /* void */
    }

    if (line + len < end && (isalnum((u_char) line[len]) || line[len] == '_'
                             || (u_char) line[len] > 0x7f))
    {
        return 0;
    }

    for (i = 0; i < sizeof(pyexec_keywords) / sizeof(pyexec_keywords[0]); i++)
    {
        if (strlen(pyexec_keywords[i]) == len
            && memcmp(line, pyexec_keywords[i], len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* 1 if "=" stands outside of brackets, before any string or lambda */

static int
pyexec_assigns(const char *line, const char *end)
{
    int          depth;
    const char  *p;

    depth = 0;

    for (p = line; p < end; p++) {

        switch (*p) {

        case '(':
        case '[':
        case '{':
            depth++;
            break;

        case ')':
        case ']':
        case '}':
            depth--;
            break;

        case '"':
        case '\'':
        case '#':
            return 0;

        case 'l':
            if (end - p > 6 && memcmp(p, "lambda", 6) == 0) {
                return 0;
            }
            break;

        case '=':
            if (depth == 0 && p > line && strchr("=!<>:", p[-1]) == NULL
                && (p + 1 == end || p[1] != '='))
            {
                return 1;
            }
            break;
        }
    }

    return 0;
}


static int
pyexec_is_empty(const char *text, const char *end)
{
    while (text < end && isspace((u_char) *text)) {
        text++;
    }

    return text == end || *text == '#';
}


/* 1 if there are only empty lines */

static int
pyexec_is_blank(const char *text, const char *end)
{
    const char  *nl;

    for ( /* void */ ; text < end; text = nl + 1) {
        nl = memchr(text, '\n', end - text);

        if (!pyexec_is_empty(text, nl)) {
            return 0;
        }
    }

    return 1;
}


/*
 * If both parts compile, they are the statements of the whole: a bracket or a
 * string that goes on behind the first one would not be closed in it.
 */

static int
pyexec_compile_split(const char *text, const char *last, PyObject **code,
    PyObject **value)
{
    char        *part;
    size_t       lines, len;
    const char  *p;

    /* a line that goes on; perhaps a docstring */

    if ((last - text > 1 && last[-2] == '\\')
        || (last - text > 2 && last[-3] == '\\')
        || (strchr("\"'rRuU", *last) && pyexec_is_blank(text, last)))
    {
        return -1;
    }

    len = strlen(last);
    lines = 0;

    for (p = memchr(text, '\n', last - text); p && p < last;
         p = memchr(p + 1, '\n', last - p - 1))
    {
        lines++;
    }

    part = malloc(lines + len + (last - text) + 1);
    if (part == NULL) {
        return -1;
    }

    memset(part, '\n', lines);
    memcpy(part + lines, last, len + 1);

    *value = pyexec_compile_part(part, Py_eval_input);

    if (*value) {
        memcpy(part, text, last - text);
        part[last - text] = '\0';

        *code = pyexec_compile_part(part, Py_file_input);
    }

    free(part);

    if (*code == NULL) {
        Py_CLEAR(*value);
        PyErr_Clear();
        return -1;
    }

    return 0;
}


static PyObject *
pyexec_compile_part(const char *part, int start)
{
    PyCompilerFlags  flags = _PyCompilerFlags_INIT;

    flags.cf_flags = PyCF_SOURCE_IS_UTF8|PyCF_IGNORE_COOKIE;

    return Py_CompileStringExFlags(part, PYEXEC_MAIN, start, &flags, -1);
}
