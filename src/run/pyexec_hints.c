
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "run/pyexec_hints.h"
#include "run/pyexec_hints_code.h"
#include "run/pyexec_recall.h"
#include "run/pyexec_sentence.h"
#include "run/pyexec_verdict.h"
#include "run/pyexec_whole.h"


/* what the errors of code tell; NULL: any type, or any message */

typedef struct {
    const char            *type;
    const char            *words;          /* in the message */
    pyexec_sentence_e      sentence;
} pyexec_cause_t;


static void pyexec_hints_ok(const pyexec_run_t *run, const pyexec_attempt_t *a,
    unsigned valued, pyexec_hints_t *h);
static void pyexec_hints_output(const pyexec_run_t *run,
    const pyexec_attempt_t *a, pyexec_hints_t *h);
static void pyexec_hints_limit(const pyexec_run_t *run,
    const pyexec_attempt_t *a, pyexec_hints_t *h);
static void pyexec_hints_failed(const pyexec_run_t *run,
    const pyexec_attempt_t *a, pyexec_hints_t *h);
static int pyexec_hints_optional(const pyexec_child_failed_t *f);
static void pyexec_hints_no_file(const pyexec_run_t *run,
    const pyexec_str_t *message, pyexec_hints_t *h);
static void pyexec_hints_refused(const pyexec_run_t *run,
    const pyexec_attempt_t *a, pyexec_hints_t *h);
static void pyexec_hints_number(pyexec_hints_t *h, pyexec_sentence_e sentence,
    uint64_t n);
static void pyexec_hints_size(pyexec_hints_t *h, pyexec_sentence_e sentence,
    uint64_t bytes);


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

    { "PermissionError", "can't make a callback", PYEXEC_SAY_CALLBACK },

    { "TclError", NULL, PYEXEC_SAY_SCREEN },
    { NULL, "$DISPLAY", PYEXEC_SAY_SCREEN },
    { NULL, "could not connect to display", PYEXEC_SAY_SCREEN },

    { "NameError", "'get_ipython'", PYEXEC_SAY_IPYTHON }
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
                || (a->has_failed && pyexec_hints_optional(&a->failed)))
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

    if (f->error == ENOENT || pyexec_str_is(&f->type, "FileNotFoundError")) {
        pyexec_hints_no_file(run, &f->message, h);
        return;
    }

    for (i = 0; i < sizeof(pyexec_causes) / sizeof(pyexec_causes[0]); i++) {
        cause = &pyexec_causes[i];

        if ((cause->type == NULL || pyexec_str_is(&f->type, cause->type))
            && (cause->words == NULL
                || pyexec_str_has(&f->message, cause->words)))
        {
            pyexec_say(h, cause->sentence);
            return;
        }
    }

    if (pyexec_str_is(&f->type, "NameError")
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


/* do libraries say that another one is missing, which they can do without? */

static int
pyexec_hints_optional(const pyexec_child_failed_t *f)
{
    return pyexec_str_is(&f->type, "ImportError")
           && (pyexec_str_has(&f->message, "pip")
               || pyexec_str_has(&f->message, " is required"));
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

    if (pyexec_str_has(message, ": '/")) {
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

    if (f->error == EPERM && pyexec_str_has(&f->message, "' -> '")) {
        pyexec_say(h, PYEXEC_SAY_LINK);

    } else if (pyexec_str_has(&f->message, ": '")) {

        /* the note that a file of the session is closed says all there is */

        if (!pyexec_str_has(&f->raw, "The file's mode does not let")) {
            pyexec_say(h, run->request->session_write
                          ? PYEXEC_SAY_WRITE_SESSION : PYEXEC_SAY_WRITE);
        }

    } else if (pyexec_str_has(&f->raw, "socket")) {
        pyexec_say(h, PYEXEC_SAY_NETWORK);
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
