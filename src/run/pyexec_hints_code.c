
#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "run/pyexec_hints_code.h"


#define PYEXEC_MAX_NAMES    1500           /* bytes, of a list of names */


/* what to use instead of what the policy refuses, by patterns of fnmatch(3) */

typedef struct {
    const char            *rule;
    const char            *name;
    pyexec_sentence_e      sentence;
} pyexec_instead_t;


static void pyexec_hints_quoted(const pyexec_str_t *message, pyexec_str_t *s);
static void pyexec_hints_installed(const pyexec_run_t *run,
    pyexec_hints_t *h);


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
        imports |= pyexec_str_is(&rule, "import");

        (void) snprintf(name, sizeof(name), "%.*s", (int) what.len, what.data);

        for (i = 0; i < sizeof(pyexec_instead) / sizeof(pyexec_instead[0]);
             i++)
        {
            instead = &pyexec_instead[i];

            if (pyexec_str_is(&rule, instead->rule)
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

void
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

    if (pyexec_str_has(&reason, "outside async function")
        || pyexec_str_has(&reason, "'await' outside")
        || pyexec_str_has(&reason, "outside of an asynchronous function"))
    {
        pyexec_say(h, PYEXEC_SAY_AWAIT);
        return;
    }

    while (line.len && (*line.data == ' ' || *line.data == '\t')) {
        line.data++;
        line.len--;
    }

    for (i = 0; i < sizeof(pyexec_magics) / sizeof(pyexec_magics[0]); i++) {

        if (pyexec_str_begins(&line, pyexec_magics[i].begin)) {
            pyexec_say(h, pyexec_magics[i].sentence);

            if (pyexec_magics[i].sentence == PYEXEC_SAY_INSTALL) {
                pyexec_hints_installed(run, h);
            }

            return;
        }
    }
}


int
pyexec_hints_line(const pyexec_str_t *code, const char *words)
{
    pyexec_str_t   rest;
    const u_char  *nl;

    for (rest = *code; ; rest.len -= nl + 1 - rest.data, rest.data = nl + 1) {

        if (pyexec_str_begins(&rest, words)) {
            return 1;
        }

        nl = rest.len ? memchr(rest.data, '\n', rest.len) : NULL;

        if (nl == NULL) {
            return 0;
        }
    }
}


void
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

    if (a->has_failed && s.len == 0
        && pyexec_str_begins(&a->failed.message, "Missing optional "))
    {
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
    }

    pyexec_hints_installed(run, h);

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


int
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
