
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <locale.h>
#include <signal.h>
#include <unistd.h>

#include <sys/random.h>

#include "base/pyexec_log.h"
#include "python/memory/pyexec_pack.h"
#include "python/pyexec_compile.h"
#include "python/pyexec_modules.h"
#include "python/pyexec_python.h"
#include "python/pyexec_show.h"
#include "python/pyexec_text.h"
#include "wire/pyexec_name.h"


/* Python functions that are called from C, looked up once, before any fork */

typedef enum {
    PYEXEC_FREEZE = 0,
    PYEXEC_PRELOAD,
    PYEXEC_REHEARSE,
    PYEXEC_RESEED,
    PYEXEC_CORRECT,
    PYEXEC_CHECK,
    PYEXEC_NORMALIZED,
    PYEXEC_BEGIN,
    PYEXEC_FINISH,
    PYEXEC_DESCRIBE,
    PYEXEC_PRINT_EXCEPTION,
    PYEXEC_EXIT_CODE,
    PYEXEC_FUNCTIONS
} pyexec_function_e;


typedef struct {
    const char            *module;
    const char            *name;
    PyObject              *object;
} pyexec_function_t;


static void pyexec_python_check_status(PyStatus status);
static void pyexec_python_lookup(void);
static PyObject *pyexec_python_call(pyexec_function_e function,
    PyObject *args);
static int pyexec_python_compile(const pyexec_str_t *code);
static PyObject *pyexec_python_eval(PyObject *globals);
static void pyexec_python_environ(void);
static int pyexec_python_failed(PyObject *exc,
    void (*failed)(const pyexec_child_failed_t *));
static void pyexec_python_die(const char *what) __attribute__((noreturn));


/* environment variables: putenv() keeps the pointer, so they can be changed */

static char  pyexec_home[PATH_MAX + sizeof("HOME=")] = "HOME=/";
static char  pyexec_tmpdir[PATH_MAX + sizeof("TMPDIR=")] = "TMPDIR=/";

static pyexec_function_t  pyexec_functions[PYEXEC_FUNCTIONS] = {
    { "gc", "freeze", NULL },
    { "_pyexec_startup", "preload", NULL },
    { "_pyexec_startup", "rehearse", NULL },
    { "_pyexec_startup", "reseed", NULL },
    { "_pyexec_autocorrect", "correct", NULL },
    { "_pyexec_policy", "check", NULL },
    { "_pyexec_policy", "is_normalized", NULL },
    { "_pyexec_startup", "begin", NULL },
    { "_pyexec_startup", "finish", NULL },
    { "_pyexec_report", "describe", NULL },
    { "_pyexec_report", "print_exception", NULL },
    { "_pyexec_report", "exit_code", NULL }
};

static PyMemAllocatorEx   pyexec_malloc;
static PyMemAllocatorEx   pyexec_pymalloc;
static PyObject          *pyexec_words;    /* _pyexec_policy.WORDS, a tuple */
static PyObject          *pyexec_code;     /* the code object to run */
static PyObject          *pyexec_value;    /* that of the last statement, if
                                              it is an expression; or NULL */


uint32_t
pyexec_python_hash_seed(void)
{
    uint32_t  seed;

    /* a seed of 0 switches the randomization of hashes off */

    do {
        if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed)) {
            pyexec_die("getrandom(): %m");
        }

    } while (seed == 0);

    return seed;
}


void
pyexec_python_preinit(void)
{
    PyPreConfig  pre;

    PyPreConfig_InitIsolatedConfig(&pre);
    pre.utf8_mode = setlocale(LC_CTYPE, "C.UTF-8") == NULL;
    pre.allocator = PYMEM_ALLOCATOR_PYMALLOC;
    pyexec_python_check_status(Py_PreInitialize(&pre));
}


void
pyexec_python_init(const char *prefix, uint32_t hash_seed)
{
    char                    program[4096];
    PyConfig                config;
    PyObject               *code, *module;
    PyMemAllocatorEx        loading;
    const pyexec_module_t  *m;

    /* malloc() for all that is loaded; pymalloc passes free() of it on */

    PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &pyexec_pymalloc);
    PyMem_GetAllocator(PYMEM_DOMAIN_RAW, &pyexec_malloc);
    loading = pyexec_malloc;
    pyexec_pack_allocator(&loading);

    PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &loading);
    PyMem_SetAllocator(PYMEM_DOMAIN_MEM, &loading);
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &loading);

    PyConfig_InitIsolatedConfig(&config);
    config.isolated = 0;
#if PY_VERSION_HEX >= 0x030b0000
    config.safe_path = 0;
#endif
    config.buffered_stdio = 0;
    config.write_bytecode = 0;
    config.install_signal_handlers = 1;
    config.user_site_directory = 0;
    config.use_hash_seed = 1;
    config.hash_seed = hash_seed;

    /* Python finds prefix, lib and pyvenv.cfg from the program's path */

    (void) snprintf(program, sizeof(program), "%s/bin/python3", prefix);

    pyexec_python_check_status(PyConfig_SetBytesString(&config,
                                            &config.program_name, program));
    pyexec_python_check_status(Py_InitializeFromConfig(&config));
    PyConfig_Clear(&config);

    for (m = pyexec_modules; m->name; m++) {

        (void) snprintf(program, sizeof(program), "<%s>", m->name);

        code = Py_CompileString(m->text, program, Py_file_input);
        module = code ? PyImport_ExecCodeModule(m->name, code) : NULL;

        if (module == NULL) {
            PyErr_Print();
            pyexec_die("the built-in module %s does not load", m->name);
        }

        Py_DECREF(module);
        Py_DECREF(code);
    }

    pyexec_python_lookup();
}


static void
pyexec_python_lookup(void)
{
    unsigned            i;
    PyObject           *module;
    pyexec_function_t  *f;

    for (i = 0; i < PYEXEC_FUNCTIONS; i++) {

        f = &pyexec_functions[i];

        module = PyImport_ImportModule(f->module);
        f->object = module ? PyObject_GetAttrString(module, f->name) : NULL;

        if (f->object == NULL) {
            pyexec_python_die(f->name);
        }

        Py_DECREF(module);
    }

    module = PyImport_ImportModule("_pyexec_policy");
    pyexec_words = module ? PyObject_GetAttrString(module, "WORDS") : NULL;

    if (pyexec_words == NULL || !PyTuple_Check(pyexec_words)) {
        pyexec_python_die("WORDS");
    }

    Py_DECREF(module);

    pyexec_show_init();
}


void
pyexec_python_preload(const char *names, const char *fonts,
    const char *matplotlibrc, char *roots, size_t size)
{
    size_t         n;
    PyObject      *loaded;
    Py_ssize_t     i;
    const char    *root;

    /* most of what is loaded stays: looking for garbage would only cost time */

    (void) PyGC_Disable();
    loaded = pyexec_python_call(PYEXEC_PRELOAD,
                                Py_BuildValue("(zzz)", names, fonts,
                                              matplotlibrc));
    (void) PyGC_Enable();

    if (loaded == NULL || !PyList_Check(loaded)) {
        pyexec_python_die("preload");
    }

    for (n = 0, i = 0; i < PyList_GET_SIZE(loaded); i++) {

        root = PyUnicode_AsUTF8(PyList_GET_ITEM(loaded, i));

        if (root == NULL) {
            pyexec_python_die("preload");
        }

        n += snprintf(roots + n, size - n, "%.*s ",
                      (int) strcspn(root, "."), root);

        if (n >= size) {
            pyexec_die("preload= names too many modules");
        }
    }

    Py_DECREF(loaded);

    /* a later collection writes to no frozen object: no page is copied */

    (void) PyGC_Collect();
    loaded = pyexec_python_call(PYEXEC_FREEZE, NULL);

    if (loaded == NULL) {
        pyexec_python_die("gc.freeze");
    }

    Py_DECREF(loaded);

    if (putenv(pyexec_home) != 0 || putenv(pyexec_tmpdir) != 0) {
        pyexec_die("putenv(): %m");
    }
}


void
pyexec_python_rehearse(unsigned usual)
{
    PyObject  *rc;

    /* pages that the zygote writes to when it forks */

    pyexec_python_before_fork();
    pyexec_python_after_fork(1);

    rc = pyexec_python_call(PYEXEC_REHEARSE, Py_BuildValue("(I)", usual));

    PyErr_Clear();
    Py_XDECREF(rc);
}


/* one block, never freed, so that pymalloc does not unmap its first arena */

void
pyexec_python_settled(void)
{
    PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &pyexec_malloc);
    PyMem_SetAllocator(PYMEM_DOMAIN_MEM, &pyexec_pymalloc);
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &pyexec_pymalloc);
    pyexec_pack_end();

    if (PyObject_Malloc(1) == NULL) {
        pyexec_die("malloc(): %m");
    }
}


void
pyexec_python_before_fork(void)
{
    PyOS_BeforeFork();
}


void
pyexec_python_after_fork(pid_t pid)
{
    if (pid == 0) {
        PyOS_AfterFork_Child();

    } else {
        PyOS_AfterFork_Parent();
    }
}


pid_t
pyexec_python_fork(void)
{
    pid_t  pid;

    pyexec_python_before_fork();
    pid = fork();
    pyexec_python_after_fork(pid);

    return pid;
}


void
pyexec_python_reseed(void)
{
    if (pyexec_python_call(PYEXEC_RESEED, NULL) == NULL) {
        pyexec_python_die("reseed");
    }
}


void
pyexec_python_correct(const pyexec_child_job_t *job,
    pyexec_child_corrected_t *corrected)
{
    PyObject  *answer;

    memset(corrected, 0, sizeof(pyexec_child_corrected_t));

    answer = pyexec_python_call(PYEXEC_CORRECT,
                                Py_BuildValue("(NN)",
                                         pyexec_text(&job->code),
                                         pyexec_text(&job->undefined)));
    if (answer == NULL) {
        pyexec_python_die("correct");
    }

    if (answer != Py_None) {
        corrected->method = pyexec_text_utf8(PyTuple_GetItem(answer, 0));
        corrected->code = pyexec_text_utf8(PyTuple_GetItem(answer, 1));
    }
}


void
pyexec_python_check(const pyexec_child_job_t *job, const pyexec_str_t *code,
    pyexec_child_checked_t *checked)
{
    PyObject  *answer, *status, *reasons, *imports, *violations, *missing;

    if (pyexec_python_compile(code) == 0) {
        memset(checked, 0, sizeof(pyexec_child_checked_t));
        checked->status.data = (u_char *) "ok";
        checked->status.len = 2;
        return;
    }

    answer = pyexec_python_call(PYEXEC_CHECK,
                                Py_BuildValue("(NINNI)",
                                              pyexec_text(code), job->policy,
                                              pyexec_text_tuple(&job->deny),
                                              pyexec_text_tuple(&job->allow),
                                              job->language));

    if (answer == NULL
        || !PyArg_ParseTuple(answer, "OOOOOOO", &status, &reasons, &imports,
                             &violations, &missing, &pyexec_code,
                             &pyexec_value))
    {
        pyexec_python_die("check");
    }

    checked->status = pyexec_text_utf8(status);
    checked->reasons = pyexec_text_list(reasons);
    checked->imports = pyexec_text_list(imports);
    checked->violations = pyexec_text_list(violations);
    checked->missing = pyexec_text_list(missing);

    if (pyexec_value == Py_None) {
        pyexec_value = NULL;
    }
}


/*
 * A faster check(), for code in which none of WORDS occurs: that has nothing to
 * check.  Python normalizes names by NFKC: only in code that is normalized
 * already does every name appear as it is.  Returns 0, or -1 to call check().
 */

static int
pyexec_python_compile(const pyexec_str_t *code)
{
    size_t       i;
    PyObject    *rc;
    Py_ssize_t   n, len;
    const char  *word;

    if (memchr(code->data, '\0', code->len)
        || (code->len > 2 && memcmp(code->data, "\xef\xbb\xbf", 3) == 0))
    {
        return -1;
    }

    for (n = 0; n < PyTuple_GET_SIZE(pyexec_words); n++) {
        word = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(pyexec_words, n),
                                       &len);

        if (word == NULL || memmem(code->data, code->len, word, len)) {
            PyErr_Clear();
            return -1;
        }
    }

    for (i = 0; i < code->len && code->data[i] <= 0x7f; i++) { /* void */ }

    if (i < code->len) {
        rc = pyexec_python_call(PYEXEC_NORMALIZED,
                                Py_BuildValue("(N)", pyexec_text(code)));
        Py_XDECREF(rc);

        if (rc != Py_True) {
            PyErr_Clear();
            return -1;
        }
    }

    return pyexec_compile(code, &pyexec_code, &pyexec_value);
}


int
pyexec_python_run(const pyexec_str_t *code,
    void (*failed)(const pyexec_child_failed_t *))
{
    int        status;
    PyObject  *globals, *rc, *type, *exc, *trace;

    pyexec_python_environ();

    globals = pyexec_python_call(PYEXEC_BEGIN,
                                 Py_BuildValue("(N)",
                                               pyexec_text(code)));
    if (globals == NULL) {
        pyexec_python_die("begin");
    }

    status = 0;
    rc = pyexec_python_eval(globals);

    /* only __main__ may refer to its namespace when finish() clears that */

    Py_DECREF(globals);

    if (rc == NULL) {
        PyErr_Fetch(&type, &exc, &trace);
        PyErr_NormalizeException(&type, &exc, &trace);

        if (trace) {
            (void) PyException_SetTraceback(exc, trace);
        }

        status = pyexec_python_failed(exc, failed);

        Py_XDECREF(type);
        Py_XDECREF(exc);
        Py_XDECREF(trace);
    }

    Py_XDECREF(rc);
    rc = pyexec_python_call(PYEXEC_FINISH, NULL);

    PyErr_Clear();
    Py_XDECREF(rc);

    return status;
}


static PyObject *
pyexec_python_eval(PyObject *globals)
{
    PyObject  *rc;

    rc = PyEval_EvalCode(pyexec_code, globals, globals);

    if (rc && pyexec_value) {
        Py_DECREF(rc);
        rc = PyEval_EvalCode(pyexec_value, globals, globals);

        if (rc && rc != Py_None) {
            pyexec_show(rc);
        }
    }

    return rc;
}


/*
 * Sets HOME and TMPDIR for C libraries; begin() does for Python.  Not by
 * setenv(), which keeps each value in a tree: that writes to many heap pages.
 */

static void
pyexec_python_environ(void)
{
    char  path[PATH_MAX];

    if (getcwd(path, sizeof(path))) {
        (void) snprintf(pyexec_home, sizeof(pyexec_home), "HOME=%s", path);
        (void) snprintf(pyexec_tmpdir, sizeof(pyexec_tmpdir), "TMPDIR=%s",
                        path);
    }
}


/* reports the exception, prints it as Python does, returns the exit status */

static int
pyexec_python_failed(PyObject *exc,
    void (*failed)(const pyexec_child_failed_t *))
{
    long                   status;
    PyObject              *answer, *type, *message, *file, *raw, *undefined;
    unsigned               line, error;
    pyexec_child_failed_t  f;

    memset(&f, 0, sizeof(pyexec_child_failed_t));

    answer = pyexec_python_call(PYEXEC_DESCRIBE,
                                Py_BuildValue("(O)", exc));

    if (answer && PyArg_ParseTuple(answer, "UUUIUUI", &type, &message, &file,
                                   &line, &raw, &undefined, &error))
    {
        f.type = pyexec_text_utf8(type);
        f.message = pyexec_text_utf8(message);
        f.file = pyexec_text_utf8(file);
        f.line = line;
        f.raw = pyexec_text_utf8(raw);
        f.undefined = pyexec_text_utf8(undefined);
        f.error = error;

        failed(&f);
    }

    PyErr_Clear();

    answer = pyexec_python_call(PYEXEC_PRINT_EXCEPTION,
                                Py_BuildValue("(O)", exc));
    PyErr_Clear();
    Py_XDECREF(answer);

    answer = pyexec_python_call(PYEXEC_EXIT_CODE,
                                Py_BuildValue("(O)", exc));

    status = answer ? PyLong_AsLong(answer) : 1;
    PyErr_Clear();
    Py_XDECREF(answer);

    return status >= 0 && status <= 255 ? (int) status : 1;
}


static void
pyexec_python_check_status(PyStatus status)
{
    if (PyStatus_Exception(status)) {
        pyexec_die("Python does not start: %s",
                   status.err_msg ? status.err_msg : "unknown error");
    }
}


/* logs the current exception, of the function named what, and exits */

static void
pyexec_python_die(const char *what)
{
    PyObject    *type, *exc, *trace, *text;
    const char  *s;

    PyErr_Fetch(&type, &exc, &trace);

    text = exc ? PyObject_Str(exc) : NULL;

    if (text && PyUnicode_GetLength(text) == 0) {
        text = PyObject_Repr(exc);
    }

    s = text ? PyUnicode_AsUTF8(text) : NULL;

    pyexec_die("%s: %s", what, s ? s : "unexpected answer");
}


/*
 * Returns a new reference, or NULL with an exception set.  Takes over args;
 * NULL is no arguments, or, with an exception set, the failure to make them.
 */

static PyObject *
pyexec_python_call(pyexec_function_e function, PyObject *args)
{
    PyObject  *rc;

    if (args == NULL) {
        args = PyErr_Occurred() ? NULL : PyTuple_New(0);
    }

    rc = args ? PyObject_CallObject(pyexec_functions[function].object, args)
              : NULL;

    Py_XDECREF(args);

    return rc;
}
