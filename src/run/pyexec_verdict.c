
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <sys/wait.h>

#include "base/pyexec_log.h"
#include "run/pyexec_dir.h"
#include "run/pyexec_verdict.h"
#include "run/pyexec_whole.h"
#include "store/pyexec_line.h"


typedef struct {
    const char            *verdict;
    const char            *limit;
    const char            *type;
    const char            *message;
} pyexec_end_t;


static void pyexec_verdict_checked(pyexec_attempt_t *a);
static void pyexec_verdict_exit(pyexec_attempt_t *a);
static void pyexec_verdict_signal(pyexec_run_t *run, pyexec_attempt_t *a);
static const char *pyexec_verdict_errno(const pyexec_child_failed_t *f);
static void pyexec_verdict_files(pyexec_run_t *run, pyexec_attempt_t *a);
static void pyexec_verdict_set(pyexec_attempt_t *a, const pyexec_end_t *end);


/* NO_PROCESSES of _pyexec_libraries.py */

#define PYEXEC_NO_PROCESSES "[Errno 1] a run has no processes: use threads, "  \
                            "as of multiprocessing.pool.ThreadPool"


static const pyexec_end_t  pyexec_kills[] = {
    [PYEXEC_SPARED] = { NULL, NULL, NULL, NULL },
    [PYEXEC_TIMEOUT] = { "timeout", NULL, "Timeout",
        "the code was stopped when its time was up" },
    [PYEXEC_OUTPUT] = { "error", "output", "LimitExceeded",
        "the code was stopped since it wrote too much output" },
    [PYEXEC_DISK] = { "error", "disk", "LimitExceeded",
        "the code's files take too much space; they were removed" },
    [PYEXEC_FILES] = { "error", "files", "LimitExceeded",
        "the code made too many files; they were removed" },
    [PYEXEC_THREADS] = { "error", "processes", "LimitExceeded",
        "the code was stopped since it had too many threads" },
    [PYEXEC_CANCELLED] = { PYEXEC_INTERRUPTED, NULL, "Cancelled",
        "the client went away" }
};


/*
 * Limits that the kernel enforces by making a call fail: the exception that
 * ended the code tells which one it was.
 */

static const struct {
    const char            *type;           /* of exception; NULL: any */
    int                    error;          /* errno */
    const char            *message;        /* NULL: any */
    const char            *limit;
} pyexec_refusals[] = {
    { "MemoryError", 0, NULL, "memory" },
    { NULL, ENOMEM, NULL, "memory" },
    { NULL, EFBIG, NULL, "file_size" },
    { NULL, ENOSPC, NULL, "disk" },
    { NULL, EDQUOT, NULL, "disk" },
    { NULL, EMFILE, NULL, "open_files" },
    { "PermissionError", EPERM, PYEXEC_NO_PROCESSES, "processes" },
    { "RuntimeError", 0, "can't start new thread", "processes" }
};


void
pyexec_attempt_verdict(pyexec_run_t *run, pyexec_attempt_t *a)
{
    static const pyexec_end_t  lost = {
        "error", NULL, "Killed", "the code's process was killed"
    };

    if (a->killed) {
        pyexec_verdict_set(a, &pyexec_kills[a->killed]);

    } else if (!a->reaped) {
        pyexec_verdict_set(a, &lost);

    } else if (WIFSIGNALED(a->status)) {
        pyexec_verdict_signal(run, a);

    } else if (!a->has_checked) {
        return;

    } else if (!pyexec_str_is(&a->checked.status, "ok")) {
        pyexec_verdict_checked(a);
        return;

    } else {
        pyexec_verdict_exit(a);
    }

    pyexec_verdict_files(run, a);
}


static void
pyexec_verdict_checked(pyexec_attempt_t *a)
{
    unsigned           i;
    pyexec_str_t       reason;
    pyexec_list_t      reasons;

    static const pyexec_end_t  ends[] = {
        { "blocked", NULL, "PolicyViolation", "" },
        { "syntax_error", NULL, "SyntaxError", "" },
        { "deps_missing", NULL, "ModuleNotFoundError", "" }
    };

    for (i = 0; i < 3; i++) {
        if (pyexec_str_is(&a->checked.status, ends[i].verdict)) {
            pyexec_verdict_set(a, &ends[i]);
        }
    }

    /* the code has not run; the reasons stand for its stderr */

    a->time = 0;

    reasons = a->checked.reasons;
    a->err.kept.len = 0;

    while (pyexec_list_next(&reasons, &reason) == 1) {

        if (a->err.kept.len) {
            pyexec_buf_add(&a->err.kept, "\n", 1);
        }

        pyexec_buf_add(&a->err.kept, reason.data, reason.len);
    }
}


static void
pyexec_verdict_exit(pyexec_attempt_t *a)
{
    if (WEXITSTATUS(a->status) == 0) {
        a->verdict = "ok";
        a->has_failed = 0;
        return;
    }

    a->verdict = "error";

    if (a->has_failed) {
        a->limit = pyexec_verdict_errno(&a->failed);

        if (a->failed.undefined.len
            && pyexec_str_is(&a->failed.type, "ModuleNotFoundError"))
        {
            a->verdict = "deps_missing";
        }
        return;
    }

    a->type = "SystemExit";
    (void) snprintf(a->message, sizeof(a->message), "%d",
                    WEXITSTATUS(a->status));
}


static void
pyexec_verdict_signal(pyexec_run_t *run, pyexec_attempt_t *a)
{
    int       signo;
    uint64_t  cpu;

    signo = WTERMSIG(a->status);
    cpu = (uint64_t) (a->usage.ru_utime.tv_sec + a->usage.ru_stime.tv_sec)
          * 1000000 + a->usage.ru_utime.tv_usec + a->usage.ru_stime.tv_usec;

    a->verdict = "error";
    a->type = "Killed";
    a->has_failed = 0;

    (void) snprintf(a->message, sizeof(a->message),
                    "the code's process was killed by signal %d (SIG%s)",
                    signo, sigabbrev_np(signo) ? sigabbrev_np(signo) : "?");

    /*
     * The kernel kills a process that is over RLIMIT_CPU with SIGKILL.  It
     * measures that in ticks, which may run ahead of what wait4() reports, so
     * that SIGKILL after half of the limit counts as this one.
     */

    if (signo == SIGXCPU
        || (signo == SIGKILL
            && cpu * 2 >= (uint64_t) pyexec_max_cpu(run->request) * 1000000))
    {
        a->limit = "cpu";

    } else if (signo == SIGXFSZ) {
        a->limit = "file_size";
    }
}


static const char *
pyexec_verdict_errno(const pyexec_child_failed_t *f)
{
    unsigned  i;

    for (i = 0; i < sizeof(pyexec_refusals) / sizeof(pyexec_refusals[0]); i++)
    {
        if (pyexec_refusals[i].type
            && !pyexec_str_is(&f->type, pyexec_refusals[i].type))
        {
            continue;
        }

        if (pyexec_refusals[i].error != (int) f->error) {
            continue;
        }

        if (pyexec_refusals[i].message
            && !pyexec_str_is(&f->message, pyexec_refusals[i].message))
        {
            continue;
        }

        return pyexec_refusals[i].limit;
    }

    return NULL;
}


/*
 * pyexec_attempt_watch() may have missed what the child wrote last: the
 * directory is measured again, and emptied if it is over a limit.
 */

static void
pyexec_verdict_files(pyexec_run_t *run, pyexec_attempt_t *a)
{
    pyexec_kill_e  why;

    why = a->killed;

    pyexec_whole(run, a);

    if (pyexec_dir_scan(run) == -1) {
        pyexec_log(PYEXEC_LOG_ERR, "reading %s failed: %m", run->run_id);
        a->verdict = NULL;
        return;
    }

    if (run->files.over) {
        why = strcmp(run->files.over, "disk") == 0 ? PYEXEC_DISK
                                                   : PYEXEC_FILES;
        if (!a->killed) {
            pyexec_verdict_set(a, &pyexec_kills[why]);
        }
    }

    if (run->files.over || why == PYEXEC_DISK || why == PYEXEC_FILES) {
        if (pyexec_dir_empty(run) == -1) {
            pyexec_log(PYEXEC_LOG_ERR, "emptying %s failed: %m", run->run_id);
        }

        pyexec_scan_free(&run->files);
        run->files.bytes = 0;
    }
}


static void
pyexec_verdict_set(pyexec_attempt_t *a, const pyexec_end_t *end)
{
    a->verdict = end->verdict;
    a->limit = end->limit;
    a->type = end->type;
    a->has_failed = 0;

    (void) snprintf(a->message, sizeof(a->message), "%s", end->message);
}


uint32_t
pyexec_max_cpu(const pyexec_execute_t *request)
{
    return request->max_cpu ? request->max_cpu : request->timeout + 1;
}
