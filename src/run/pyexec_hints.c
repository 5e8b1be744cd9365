
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "run/pyexec_hints.h"
#include "run/pyexec_recall.h"
#include "run/pyexec_sentence.h"
#include "run/pyexec_verdict.h"
#include "run/pyexec_whole.h"


/* bytes, of a name in a hint, and of a list of names */

#define PYEXEC_MAX_NAME     64
#define PYEXEC_MAX_NAMES    1500


/* what the errors of code tell; NULL: any type, or any message */

typedef struct {
    const char            *type;
    const char            *words;          /* in the message */
    pyexec_sentence_e      sentence;
} pyexec_cause_t;


/* what to use instead of what the policy refuses, by patterns of fnmatch(3) */

typedef struct {
    const char            *rule;
    const char            *name;
    pyexec_sentence_e      sentence;
} pyexec_instead_t;


static void pyexec_hints_ok(const pyexec_run_t *run, const pyexec_attempt_t *a,
    unsigned valued, pyexec_hints_t *h);
static void pyexec_hints_output(const pyexec_run_t *run,
    const pyexec_attempt_t *a, pyexec_hints_t *h);
static void pyexec_hints_limit(const pyexec_run_t *run,
    const pyexec_attempt_t *a, pyexec_hints_t *h);
static void pyexec_hints_failed(const pyexec_run_t *run,
    const pyexec_attempt_t *a, pyexec_hints_t *h);
static void pyexec_hints_no_file(const pyexec_run_t *run,
    const pyexec_str_t *message, pyexec_hints_t *h);
static void pyexec_hints_refused(const pyexec_run_t *run,
    const pyexec_attempt_t *a, pyexec_hints_t *h);
static void pyexec_hints_missing(const pyexec_run_t *run,
    const pyexec_attempt_t *a, pyexec_hints_t *h);
static void pyexec_hints_quoted(const pyexec_str_t *message, pyexec_str_t *s);
static void pyexec_hints_installed(const pyexec_run_t *run,
    pyexec_hints_t *h);
static void pyexec_hints_blocked(const pyexec_run_t *run,
    const pyexec_attempt_t *a, pyexec_hints_t *h);
static void pyexec_hints_syntax(const pyexec_run_t *run,
    const pyexec_attempt_t *a, pyexec_hints_t *h);
static int pyexec_hints_line(const pyexec_str_t *code, const char *words);
static void pyexec_hints_number(pyexec_hints_t *h, pyexec_sentence_e sentence,
    uint64_t n);
static void pyexec_hints_size(pyexec_hints_t *h, pyexec_sentence_e sentence,
    uint64_t bytes);
static int pyexec_hints_name(const pyexec_str_t *s,
    char name[PYEXEC_MAX_NAME + 1]);
static int pyexec_hints_is(const pyexec_str_t *s, const char *word);
static int pyexec_hints_begins(const pyexec_str_t *s, const char *words);
static int pyexec_hints_has(const pyexec_str_t *s, const char *words);


static const pyexec_cause_t  pyexec_causes[] = {
    { "EOFError", "EOF when reading a line", PYEXEC_SAY_INPUT },

    { "gaierror", NULL, PYEXEC_SAY_NETWORK },
    { "URLError", NULL, PYEXEC_SAY_NETWORK },
    { "ConnectError", NULL, PYEXEC_SAY_NETWORK },
    { "ConnectTimeout", NULL, PYEXEC_SAY_NETWORK },
    { "ConnectionError", NULL, PYEXEC_SAY_NETWORK },
    { "NewConnectionError", NULL, PYEXEC_SAY_NETWORK },
    { "MaxRetryError", NULL, PYEXEC_SAY_NETWORK },
    { "NameResolutionError", NULL, PYEXEC_SAY_NETWORK },
    { "ClientConnectorError", NULL, PYEXEC_SAY_NETWORK },
    { "ClientConnectorDNSError", NULL, PYEXEC_SAY_NETWORK },
    { "ServerNotFoundError", NULL, PYEXEC_SAY_NETWORK },
    { NULL, "Max retries exceeded with url", PYEXEC_SAY_NETWORK },
    { NULL, "Name or service not known", PYEXEC_SAY_NETWORK },
    { NULL, "Temporary failure in name resolution", PYEXEC_SAY_NETWORK },
    { NULL, "Failed to establish a new connection", PYEXEC_SAY_NETWORK },
    { NULL, "urlopen error", PYEXEC_SAY_NETWORK },

    { "TclError", NULL, PYEXEC_SAY_SCREEN },
    { NULL, "$DISPLAY", PYEXEC_SAY_SCREEN },
    { NULL, "could not connect to display", PYEXEC_SAY_SCREEN },

    { "NameError", "'get_ipython'", PYEXEC_SAY_IPYTHON }
};


static const pyexec_instead_t  pyexec_instead[] = {
    { "import", "os", PYEXEC_SAY_USE_PATHS },
    { "import", "shutil", PYEXEC_SAY_USE_PATHS },
    { "import", "tempfile", PYEXEC_SAY_USE_PATHS },
    { "import", "asyncio", PYEXEC_SAY_USE_THREADS },
    { "import", "multiprocessing", PYEXEC_SAY_USE_THREADS },
    { "import", "signal", PYEXEC_SAY_USE_THREADS },
    { "import", "threading", PYEXEC_SAY_USE_THREADS },
    { "import", "pty", PYEXEC_SAY_PROCESSES },
    { "import", "shlex", PYEXEC_SAY_PROCESSES },
    { "import", "subprocess", PYEXEC_SAY_PROCESSES },
    { "import", "httpx", PYEXEC_SAY_NETWORK },
    { "import", "socket", PYEXEC_SAY_NETWORK },
    { "import", "urllib", PYEXEC_SAY_NETWORK },
    { "import", "importlib", PYEXEC_SAY_USE_IMPORT },
    { "import", "inspect", PYEXEC_SAY_USE_IMPORT },
    { "import", "pickle", PYEXEC_SAY_USE_JSON },
    { "import", "sys", PYEXEC_SAY_NO_SYS },

    { "call", "eval", PYEXEC_SAY_USE_LITERALS },
    { "call", "exec", PYEXEC_SAY_USE_LITERALS },
    { "call", "compile", PYEXEC_SAY_USE_LITERALS },
    { "call", "__import__", PYEXEC_SAY_USE_IMPORT },
    { "call", "open_code", PYEXEC_SAY_USE_RELATIVE },
    { "call", "os.system", PYEXEC_SAY_PROCESSES },
    { "call", "os.popen", PYEXEC_SAY_PROCESSES },
    { "call", "os.exec*", PYEXEC_SAY_PROCESSES },
    { "call", "os.*spawn*", PYEXEC_SAY_PROCESSES },
    { "call", "os.fork*", PYEXEC_SAY_PROCESSES },

    { "open_path", "*", PYEXEC_SAY_USE_RELATIVE }
};


/* by how the line of a syntax error begins, the first that fits */

static const struct {
    const char            *begin;
    pyexec_sentence_e      sentence;
} pyexec_magics[] = {
    { "%matplotlib", PYEXEC_SAY_MATPLOTLIB },
    { "%time", PYEXEC_SAY_TIMEIT },
    { "%%time", PYEXEC_SAY_TIMEIT },
    { "%pip", PYEXEC_SAY_INSTALL },
    { "!pip", PYEXEC_SAY_INSTALL },
    { "%conda", PYEXEC_SAY_INSTALL },
    { "!conda", PYEXEC_SAY_INSTALL },
    { "!apt", PYEXEC_SAY_INSTALL },
    { "%%bash", PYEXEC_SAY_SHELL },
    { "%%sh", PYEXEC_SAY_SHELL },
    { "!", PYEXEC_SAY_SHELL },
    { "%", PYEXEC_SAY_MAGIC }
};


/* modules that need a screen */

static const char *const  pyexec_screens[] = {
    "tkinter", "_tkinter", "turtle", "pygame", "PyQt5", "PyQt6", "PySide6",
    "wx"
};


void
pyexec_hints(const pyexec_run_t *run, const pyexec_attempt_t *a,
    unsigned valued, yajl_gen g)
{
    pyexec_hints_t  h;

    pyexec_json_array(g, "hints");

    h.g = g;
    h.language = run->request->language;
    h.said = 0;

    if (run->request->hints) {

        if (strcmp(a->verdict, "ok") == 0) {
            pyexec_hints_ok(run, a, valued, &h);

        } else if (strcmp(a->verdict, "blocked") == 0) {
            pyexec_hints_blocked(run, a, &h);

        } else if (strcmp(a->verdict, "syntax_error") == 0) {
            pyexec_hints_syntax(run, a, &h);

        } else {
            pyexec_hints_limit(run, a, &h);

            if (a->has_failed) {
                pyexec_hints_failed(run, a, &h);
            }

            if (strcmp(a->verdict, "deps_missing") == 0
                || (a->has_failed
                    && pyexec_hints_begins(&a->failed.message,
                                           "Missing optional dependency '")))
            {
                pyexec_hints_missing(run, a, &h);
            }
        }

        pyexec_hints_output(run, a, &h);
    }

    yajl_gen_array_close(g);
}


static void
pyexec_hints_ok(const pyexec_run_t *run, const pyexec_attempt_t *a,
    unsigned valued, pyexec_hints_t *h)
{
    if (run->files.nfiles) {
        return;
    }

    if (pyexec_hints_line(&run->code, "plt.show(")) {
        pyexec_say(h, PYEXEC_SAY_NO_FIGURE);

    } else if (a->out.kept.len == 0 && a->err.kept.len == 0 && !valued) {
        pyexec_say(h, PYEXEC_SAY_NOTHING);
    }
}


static void
pyexec_hints_output(const pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_hints_t *h)
{
    char  max[32], paths[2 * (PYEXEC_RUN_ID_LEN + 32)];

    if (!a->out.cut && !a->err.cut) {
        return;
    }

    (void) snprintf(max, sizeof(max), "%" PRIu32, run->request->max_output);

    /* where the run's files were removed, so were these */

    if (run->files.nfiles == 0 || (!a->out.saved && !a->err.saved)) {
        pyexec_say(h, PYEXEC_SAY_CUT, max);
        return;
    }

    paths[0] = '\0';

    if (a->out.saved) {
        (void) snprintf(paths, sizeof(paths), "code_exec/%s/" PYEXEC_OUT "%s",
                        run->run_id, a->err.saved ? ", " : "");
    }

    if (a->err.saved) {
        (void) snprintf(paths + strlen(paths), sizeof(paths) - strlen(paths),
                        "code_exec/%s/" PYEXEC_ERR, run->run_id);
    }

    pyexec_say(h, PYEXEC_SAY_CUT_WHOLE, max, paths);
}


static void
pyexec_hints_limit(const pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_hints_t *h)
{
    const char              *limit;
    const pyexec_execute_t  *r;

    r = run->request;
    limit = a->limit ? a->limit : "";

    if (a->killed == PYEXEC_TIMEOUT) {
        pyexec_hints_number(h, PYEXEC_SAY_TIMEOUT, r->timeout);

    } else if (strcmp(limit, "cpu") == 0) {
        pyexec_hints_number(h, PYEXEC_SAY_CPU, pyexec_max_cpu(r));

    } else if (strcmp(limit, "memory") == 0) {
        pyexec_hints_size(h, PYEXEC_SAY_MEMORY, r->max_memory);

    } else if (strcmp(limit, "disk") == 0) {
        pyexec_hints_size(h, PYEXEC_SAY_DISK, run->disk);

    } else if (strcmp(limit, "file_size") == 0) {
        pyexec_hints_size(h, PYEXEC_SAY_FILE_SIZE, r->max_file_size);

    } else if (strcmp(limit, "files") == 0) {
        pyexec_hints_number(h, PYEXEC_SAY_FILES, r->max_files);

    } else if (strcmp(limit, "open_files") == 0) {
        pyexec_hints_number(h, PYEXEC_SAY_OPEN_FILES, r->max_open_files);

    } else if (strcmp(limit, "output") == 0) {
        pyexec_hints_size(h, PYEXEC_SAY_OUTPUT, r->max_flood);

    } else if (strcmp(limit, "processes") == 0) {

        if (a->has_failed && a->failed.error == EPERM) {
            pyexec_say(h, PYEXEC_SAY_PROCESSES);

        } else {
            pyexec_hints_number(h, PYEXEC_SAY_THREADS, r->max_threads);
        }
    }
}


static void
pyexec_hints_failed(const pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_hints_t *h)
{
    char                          name[PYEXEC_MAX_NAME + 1];
    char                          run_id[PYEXEC_RUN_ID_LEN + 1];
    unsigned                      i;
    const pyexec_cause_t         *cause;
    const pyexec_child_failed_t  *f;

    f = &a->failed;

    if (f->error == ENOENT || pyexec_hints_is(&f->type, "FileNotFoundError")) {
        pyexec_hints_no_file(run, &f->message, h);
        return;
    }

    for (i = 0; i < sizeof(pyexec_causes) / sizeof(pyexec_causes[0]); i++) {
        cause = &pyexec_causes[i];

        if ((cause->type == NULL || pyexec_hints_is(&f->type, cause->type))
            && (cause->words == NULL
                || pyexec_hints_has(&f->message, cause->words)))
        {
            pyexec_say(h, cause->sentence);
            return;
        }
    }

    if (pyexec_hints_is(&f->type, "NameError")
        && pyexec_hints_name(&f->undefined, name)
        && pyexec_recall_name(run, name, run_id))
    {
        pyexec_say(h, PYEXEC_SAY_EARLIER, run_id, name, run_id);
    }

    if (a->limit == NULL
        && (f->error == EPERM || f->error == EACCES || f->error == EROFS))
    {
        pyexec_hints_refused(run, a, h);
    }
}


static void
pyexec_hints_no_file(const pyexec_run_t *run, const pyexec_str_t *message,
    pyexec_hints_t *h)
{
    int           found;
    pyexec_buf_t  names = { NULL, 0, 0 };

    found = pyexec_recall_upload(run, message, &names);

    if (names.len) {
        pyexec_buf_add(&names, "", 1);
        pyexec_say(h, found ? PYEXEC_SAY_UPLOAD : PYEXEC_SAY_UPLOADS,
                   names.data);
    }

    pyexec_buf_free(&names);

    if (found) {
        return;
    }

    pyexec_say(h, PYEXEC_SAY_NO_FILE);

    /* an absolute path, of which perhaps a directory is missing */

    if (pyexec_hints_has(message, ": '/")) {
        pyexec_say(h, run->request->session_write ? PYEXEC_SAY_WRITE_SESSION
                                                  : PYEXEC_SAY_WRITE);
    }
}


/* a call that a wall has refused: of a socket, or of a file, which is named */

static void
pyexec_hints_refused(const pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_hints_t *h)
{
    const pyexec_child_failed_t  *f;

    f = &a->failed;

    if (pyexec_hints_has(&f->message, ": '")) {

        /* the note that a file of the session is closed says all there is */

        if (!pyexec_hints_has(&f->raw, "The file's mode does not let")) {
            pyexec_say(h, run->request->session_write
                          ? PYEXEC_SAY_WRITE_SESSION : PYEXEC_SAY_WRITE);
        }

    } else if (pyexec_hints_has(&f->raw, "socket")) {
        pyexec_say(h, PYEXEC_SAY_NETWORK);
    }
}


static void
pyexec_hints_missing(const pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_hints_t *h)
{
    char           name[PYEXEC_MAX_NAME + 1];
    unsigned       i;
    pyexec_buf_t   names = { NULL, 0, 0 };
    pyexec_str_t   s;
    pyexec_list_t  missing;

    missing = a->checked.missing;
    s = a->failed.undefined;

    if (a->has_failed && s.len == 0) {
        pyexec_hints_quoted(&a->failed.message, &s);
    }

    while (a->has_failed || pyexec_list_next(&missing, &s) == 1) {

        if (pyexec_hints_name(&s, name)) {
            pyexec_buf_add(&names, ", ", names.len ? 2 : 0);
            pyexec_buf_add(&names, name, strlen(name));

            for (i = 0; i < sizeof(pyexec_screens) / sizeof(char *); i++) {
                if (strcmp(name, pyexec_screens[i]) == 0) {
                    pyexec_say(h, PYEXEC_SAY_SCREEN);
                }
            }
        }

        if (a->has_failed) {
            break;
        }
    }

    if (names.len) {
        pyexec_buf_add(&names, "", 1);
        pyexec_say(h, PYEXEC_SAY_MISSING, names.data);
        pyexec_hints_installed(run, h);
    }

    pyexec_buf_free(&names);
}


/* sets s to what stands in the first quotation marks, if there are any */

static void
pyexec_hints_quoted(const pyexec_str_t *message, pyexec_str_t *s)
{
    const u_char  *p, *end;

    p = memchr(message->data, '\'', message->len);
    end = p ? memchr(p + 1, '\'', message->data + message->len - p - 1) : NULL;

    if (end) {
        s->data = p + 1;
        s->len = end - s->data;
    }
}


static void
pyexec_hints_installed(const pyexec_run_t *run, pyexec_hints_t *h)
{
    const char    *p, *end;
    pyexec_buf_t   names = { NULL, 0, 0 };

    for (p = run->installed; (end = strchr(p, ' ')); p = end + 1) {

        if (names.len + (end - p) > PYEXEC_MAX_NAMES) {
            pyexec_buf_add(&names, ", ...", 5);
            break;
        }

        pyexec_buf_add(&names, ", ", names.len ? 2 : 0);
        pyexec_buf_add(&names, p, end - p);
    }

    if (names.len) {
        pyexec_buf_add(&names, "", 1);
        pyexec_say(h, PYEXEC_SAY_INSTALLED, names.data);
    }

    pyexec_buf_free(&names);
}


static void
pyexec_hints_blocked(const pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_hints_t *h)
{
    char                     name[PYEXEC_MAX_NAME + 1];
    unsigned                 i, imports;
    pyexec_str_t             rule, what, line, column;
    pyexec_list_t            list;
    const pyexec_instead_t  *instead;

    list = a->checked.violations;
    imports = 0;

    while (pyexec_list_next(&list, &rule) == 1
           && pyexec_list_next(&list, &what) == 1
           && pyexec_list_next(&list, &line) == 1
           && pyexec_list_next(&list, &column) == 1)
    {
        imports |= pyexec_hints_is(&rule, "import");

        (void) snprintf(name, sizeof(name), "%.*s", (int) what.len, what.data);

        for (i = 0; i < sizeof(pyexec_instead) / sizeof(pyexec_instead[0]);
             i++)
        {
            instead = &pyexec_instead[i];

            if (pyexec_hints_is(&rule, instead->rule)
                && fnmatch(instead->name, name, 0) == 0)
            {
                pyexec_say(h, instead->sentence);
            }
        }
    }

    if (imports && run->request->policy == 1) {
        pyexec_say(h, PYEXEC_SAY_OPERATOR);
    }
}


/* stderr has the reason, and on the next line that of the code */

static void
pyexec_hints_syntax(const pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_hints_t *h)
{
    unsigned       i;
    pyexec_str_t   reason, line;
    const u_char  *nl;

    if (pyexec_hints_line(&run->code, "```")
        || pyexec_hints_line(&run->code, "~~~"))
    {
        pyexec_say(h, PYEXEC_SAY_FENCE);
        return;
    }

    reason = pyexec_buf_str(&a->err.kept);
    nl = reason.len ? memchr(reason.data, '\n', reason.len) : NULL;

    if (nl == NULL) {
        return;
    }

    line.data = nl + 1;
    line.len = reason.data + reason.len - line.data;
    reason.len = nl - reason.data;

    if (pyexec_hints_has(&reason, "outside async function")
        || pyexec_hints_has(&reason, "'await' outside")
        || pyexec_hints_has(&reason, "outside of an asynchronous function"))
    {
        pyexec_say(h, PYEXEC_SAY_AWAIT);
        return;
    }

    while (line.len && (*line.data == ' ' || *line.data == '\t')) {
        line.data++;
        line.len--;
    }

    for (i = 0; i < sizeof(pyexec_magics) / sizeof(pyexec_magics[0]); i++) {

        if (pyexec_hints_begins(&line, pyexec_magics[i].begin)) {
            pyexec_say(h, pyexec_magics[i].sentence);

            if (pyexec_magics[i].sentence == PYEXEC_SAY_INSTALL) {
                pyexec_hints_installed(run, h);
            }

            return;
        }
    }
}


/* does a line of the code begin with these words? */

static int
pyexec_hints_line(const pyexec_str_t *code, const char *words)
{
    pyexec_str_t   rest;
    const u_char  *nl;

    for (rest = *code; ; rest.len -= nl + 1 - rest.data, rest.data = nl + 1) {

        if (pyexec_hints_begins(&rest, words)) {
            return 1;
        }

        nl = rest.len ? memchr(rest.data, '\n', rest.len) : NULL;

        if (nl == NULL) {
            return 0;
        }
    }
}


static void
pyexec_hints_number(pyexec_hints_t *h, pyexec_sentence_e sentence, uint64_t n)
{
    char  text[32];

    (void) snprintf(text, sizeof(text), "%" PRIu64, n);
    pyexec_say(h, sentence, text);
}


static void
pyexec_hints_size(pyexec_hints_t *h, pyexec_sentence_e sentence,
    uint64_t bytes)
{
    char               text[32];
    unsigned           i;
    const char        *unit;

    static const char *const  units[] = { "KiB", "MiB", "GiB" };

    unit = "bytes";

    for (i = 0; i < 3 && bytes >= 1024 && bytes % 1024 == 0; i++) {
        bytes /= 1024;
        unit = units[i];
    }

    (void) snprintf(text, sizeof(text), "%" PRIu64 " %s", bytes, unit);
    pyexec_say(h, sentence, text);
}


/* copies s if it is a name as Python's are, or returns 0 */

static int
pyexec_hints_name(const pyexec_str_t *s, char name[PYEXEC_MAX_NAME + 1])
{
    size_t  i;

    if (s->len == 0 || s->len > PYEXEC_MAX_NAME) {
        return 0;
    }

    for (i = 0; i < s->len; i++) {
        if (!isalnum(s->data[i]) && s->data[i] != '_' && s->data[i] < 0x80) {
            return 0;
        }
    }

    memcpy(name, s->data, s->len);
    name[s->len] = '\0';

    return 1;
}


static int
pyexec_hints_is(const pyexec_str_t *s, const char *word)
{
    return s->len == strlen(word) && memcmp(s->data, word, s->len) == 0;
}


static int
pyexec_hints_begins(const pyexec_str_t *s, const char *words)
{
    return s->len >= strlen(words)
           && memcmp(s->data, words, strlen(words)) == 0;
}


static int
pyexec_hints_has(const pyexec_str_t *s, const char *words)
{
    return s->len && memmem(s->data, s->len, words, strlen(words)) != NULL;
}
