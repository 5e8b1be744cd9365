
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "run/pyexec_attempt.h"
#include "run/pyexec_begin.h"
#include "run/pyexec_dir.h"
#include "run/pyexec_event.h"
#include "run/pyexec_execute.h"
#include "run/pyexec_result.h"
#include "run/pyexec_run.h"
#include "run/pyexec_verdict.h"
#include "store/pyexec_account.h"
#include "store/pyexec_history.h"
#include "store/pyexec_line.h"
#include "store/pyexec_place.h"
#include "store/pyexec_record.h"
#include "wire/pyexec_message.h"


/* how long a run waits for a child; then it is answered with 500 */

#define PYEXEC_CHILD_WAIT   10000000       /* us */
#define PYEXEC_LOOK         100            /* ms: is there a full zygote? */

/* what a run's directory and the pool's files take beside what is in them */

#define PYEXEC_RUN_BLOCKS   (4 * 4096)     /* bytes */


static void pyexec_run_attempts(pyexec_executor_t *ex, pyexec_run_t *run,
    pyexec_attempt_t *a);
static int pyexec_run_correct(pyexec_executor_t *ex, pyexec_run_t *run,
    pyexec_attempt_t *a, pyexec_attempt_t *next);
static int pyexec_run_is_wrapped(const pyexec_run_t *run,
    const pyexec_attempt_t *a);
static pyexec_zygote_e pyexec_run_kind(const pyexec_executor_t *ex,
    const pyexec_run_t *run);
static int pyexec_run_child(pyexec_executor_t *ex, pyexec_run_t *run,
    pyexec_zygote_e kind, pyexec_child_t *child);
static int pyexec_run_left(const pyexec_run_t *run);
static pyexec_child_t *pyexec_run_child_wait(pyexec_executor_t *ex,
    pyexec_run_t *run, pyexec_zygote_e kind);
static void pyexec_run_end(const pyexec_executor_t *ex, pyexec_run_t *run,
    pyexec_attempt_t *a);
static void pyexec_run_account(const pyexec_run_t *run,
    const pyexec_attempt_t *a, const pyexec_buf_t *json);
static void pyexec_run_answer(const pyexec_executor_t *ex, pyexec_run_t *run,
    const pyexec_attempt_t *a, const pyexec_item_t *item,
    const pyexec_buf_t *json, int err);
static void pyexec_run_fail(pyexec_run_t *run, uint32_t code,
    const char *detail, int err);
static int pyexec_run_keep(pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_buf_t *json);
static void pyexec_run_drop(const pyexec_run_t *run);


void
pyexec_execute(pyexec_executor_t *ex, pyexec_store_t *store,
    const pyexec_execute_t *request, const pyexec_inline_t *in, int client,
    uint64_t deadline)
{
    pyexec_run_t      run;
    pyexec_attempt_t  a;

    memset(&run, 0, sizeof(pyexec_run_t));
    memset(&a, 0, sizeof(pyexec_attempt_t));

    run.store = store;
    run.request = request;
    run.given = in;
    run.client = client;
    run.workspace = ex->workspaces[request->workspace].real;
    run.control = ex->control;
    run.drained = &ex->roots->drained;
    run.installed = __atomic_load_n(&ex->roots->light, __ATOMIC_ACQUIRE)
                    ? ex->roots->installed : "";
    run.code = request->code;
    run.session = -1;
    run.runs = -1;
    run.dir = -1;
    a.child.vitals = -1;
    a.in = -1;

    if (pyexec_run_begin(&run, ex->steward, deadline) == -1) {
        pyexec_run_refuse(&run, errno);

    } else {
        pyexec_run_attempts(ex, &run, &a);
        pyexec_run_end(ex, &run, &a);
        pyexec_attempt_free(&a);
    }

    if (run.session != -1) {
        (void) close(run.session);
    }

    if (run.runs != -1) {
        (void) close(run.runs);
    }

    if (run.dir != -1) {
        (void) close(run.dir);
    }

    /* pyexec_run_end() has unlocked a run that it has recorded */

    if (run.run_id[0]) {
        pyexec_run_unlock(store, run.run_id);
    }

    pyexec_buf_free(&run.attempts);
    pyexec_buf_free(&run.corrected);
    pyexec_buf_free(&run.events);
    pyexec_scan_free(&run.files);
}


/*
 * Makes attempts until one succeeds or no correction is known.  a is then the
 * last one; if it failed for a reason of ours, it has no verdict.
 */

static void
pyexec_run_attempts(pyexec_executor_t *ex, pyexec_run_t *run,
    pyexec_attempt_t *a)
{
    pyexec_child_t    child;
    pyexec_attempt_t  next;

    if (pyexec_run_child(ex, run, pyexec_run_kind(ex, run), &child) == -1) {
        return;
    }

    pyexec_attempt_start(run, a, &child, NULL);

    /* if a job is waiting, the child for it is forked during this run */

    if (pyexec_poll(ex->control, POLLIN, 0)) {
        pyexec_spares_ask(&ex->spares, PYEXEC_LIGHT + 1);
    }

    for ( ;; ) {

        pyexec_attempt_wait(run, a);
        pyexec_attempt_verdict(run, a);
        pyexec_event_output(run, a, 1);

        run->nattempts++;
        run->time += a->time;

        if (a->verdict == NULL) {
            return;
        }

        if (pyexec_run_correct(ex, run, a, &next) == -1) {
            pyexec_result_attempt(run, a, NULL);
            pyexec_event_attempt(run);
            return;
        }

        pyexec_result_attempt(run, a, &next.corrected.method);
        pyexec_event_attempt(run);
        pyexec_attempt_free(a);

        *a = next;

        /* what the failed attempt wrote is removed */

        run->corrected.len = 0;
        pyexec_buf_add(&run->corrected, a->corrected.code.data,
                       a->corrected.code.len);
        run->code = pyexec_buf_str(&run->corrected);

        if (pyexec_dir_again(run) == -1) {
            run->no_space = pyexec_run_no_space(errno);
            pyexec_log(PYEXEC_LOG_ERR, "writing %s failed: %m", run->run_id);
            a->verdict = NULL;
            return;
        }

        pyexec_attempt_go_on(a);
    }
}


/*
 * After an error that may be known a second child, next, is asked for a
 * correction.  Returns 0 if it has one, and is to be told to run it.
 */

static int
pyexec_run_correct(pyexec_executor_t *ex, pyexec_run_t *run,
    pyexec_attempt_t *a, pyexec_attempt_t *next)
{
    pyexec_str_t     none = pyexec_str("");
    pyexec_child_t   child;
    pyexec_zygote_e  kind;

    if (!run->request->auto_correct
        || run->nattempts >= run->request->max_attempts)
    {
        return -1;
    }

    if (pyexec_run_is_wrapped(run, a)) {
        kind = pyexec_run_kind(ex, run);

    } else if (a->has_failed && a->failed.undefined.len
               && strcmp(a->verdict, "error") == 0)
    {
        kind = ex->spares.kinds - 1;

    } else {
        return -1;
    }

    if (pyexec_run_child(ex, run, kind, &child) == -1) {

        if (pyexec_run_left(run)) {
            a->killed = PYEXEC_CANCELLED;
        }

        return -1;
    }

    pyexec_attempt_start(run, next, &child, a->has_failed ? &a->failed.undefined
                                                          : &none);
    pyexec_attempt_wait(run, next);

    if (!next->dead && next->corrected.method.len) {
        return 0;
    }

    if (next->killed == PYEXEC_CANCELLED) {
        a->killed = PYEXEC_CANCELLED;

    } else if (next->dead) {
        pyexec_log(PYEXEC_LOG_ERR, "the child that was to correct %s died "
                   "with status 0x%x: %.*s", run->run_id, next->status,
                   (int) next->err.kept.len, next->err.kept.data);
    }

    pyexec_attempt_free(next);

    return -1;
}


/* may code that does not compile be corrected? */

static int
pyexec_run_is_wrapped(const pyexec_run_t *run, const pyexec_attempt_t *a)
{
    unsigned  i;

    static const char *const  signs[] = { "```", "~~~", "%matplotlib" };

    if (strcmp(a->verdict, "syntax_error") != 0) {
        return 0;
    }

    for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (memmem(run->code.data, run->code.len, signs[i], strlen(signs[i]))) {
            return 1;
        }
    }

    return 0;
}


/*
 * Full if the code contains the name of a preloaded module as a word anywhere,
 * a comment included.  A wrong guess costs time, not correctness: either kind
 * can import all that is installed.
 */

static pyexec_zygote_e
pyexec_run_kind(const pyexec_executor_t *ex, const pyexec_run_t *run)
{
    size_t         len;
    const char    *root, *end;
    const u_char  *p, *last;

    if (!__atomic_load_n(&ex->roots->full, __ATOMIC_ACQUIRE)) {
        return PYEXEC_LIGHT;
    }

    last = run->code.data + run->code.len;

    for (root = ex->roots->names; *root; root = end + 1) {

        end = strchr(root, ' ');
        len = end - root;

        for (p = run->code.data; ; p += len) {

            p = memmem(p, last - p, root, len);

            if (p == NULL) {
                break;
            }

            if ((p == run->code.data || !(isalnum(p[-1]) || p[-1] == '_'))
                && (p + len == last || !(isalnum(p[len]) || p[len] == '_')))
            {
                return PYEXEC_FULL;
            }
        }
    }

    return PYEXEC_LIGHT;
}


/* takes a ready child of the kind, for which it may wait; -1 if none comes */

static int
pyexec_run_child(pyexec_executor_t *ex, pyexec_run_t *run,
    pyexec_zygote_e kind, pyexec_child_t *child)
{
    pyexec_child_t  *sp;

    sp = pyexec_run_child_wait(ex, run, kind);

    if (sp == NULL) {

        if (!pyexec_run_left(run)) {
            pyexec_log(PYEXEC_LOG_ERR, "no child came for %s", run->run_id);
        }

        return -1;
    }

    pyexec_spares_take(&ex->spares, sp, child);

    return 0;
}


/* has the client gone? */

static int
pyexec_run_left(const pyexec_run_t *run)
{
    return pyexec_poll(run->client, POLLRDHUP, 0);
}


static pyexec_child_t *
pyexec_run_child_wait(pyexec_executor_t *ex, pyexec_run_t *run,
    pyexec_zygote_e kind)
{
    uint64_t         end;
    unsigned         n;
    struct pollfd    pfd[PYEXEC_SPARE_POLLS + 1];
    pyexec_child_t  *sp;

    end = pyexec_now() + PYEXEC_CHILD_WAIT;

    for ( ;; ) {

        /* after the last full zygote's death light children import it all */

        if (!__atomic_load_n(&ex->roots->full, __ATOMIC_ACQUIRE)) {
            kind = PYEXEC_LIGHT;
        }

        sp = pyexec_spares_find(&ex->spares, kind);

        if (sp->ready) {
            return sp;
        }

        if (pyexec_now() >= end) {
            return NULL;
        }

        pyexec_spares_ask(&ex->spares, ex->spares.kinds);

        n = pyexec_spares_poll(&ex->spares, pfd);

        pfd[n].fd = run->client;
        pfd[n].events = POLLRDHUP;

        if (poll(pfd, n + 1, PYEXEC_LOOK) > 0) {

            if (pfd[n].revents) {
                return NULL;
            }

            pyexec_spares_events(&ex->spares, pfd);
        }
    }
}


static void
pyexec_run_end(const pyexec_executor_t *ex, pyexec_run_t *run,
    pyexec_attempt_t *a)
{
    int            rc, err;
    pyexec_buf_t   json = { NULL, 0, 0 };
    pyexec_item_t  item;

    memset(&item, 0, sizeof(pyexec_item_t));

    item.run_id = run->run_id;
    item.started_at = run->started_at;
    item.status = PYEXEC_INTERRUPTED;
    item.run_time = run->time;

    if (a->verdict && a->killed != PYEXEC_CANCELLED
        && pyexec_run_keep(run, a, &json) == 0)
    {
        item.status = a->verdict;
        item.files = &run->files;
    }

    /* without space, all that is kept is the run's line */

    if (run->no_space) {
        pyexec_run_drop(run);
    }

    /* if this fails, the run's note stays: it will be listed as interrupted */

    rc = pyexec_history_end(run->store, &run->request->session, run->runs,
                            &item);
    err = errno;

    if (rc == -1) {
        pyexec_run_drop(run);
        run->no_space = pyexec_run_no_space(err);
    }

    pyexec_run_account(run, a, &json);

    /* unlocked before it is answered: a clean-up, which the client may then
       send, skips locked runs */

    pyexec_run_unlock(run->store, run->run_id);
    run->run_id[0] = '\0';

    pyexec_run_answer(ex, run, a, &item, &json, rc == -1 ? err : 0);

    pyexec_buf_free(&json);
}


/* notes the disk space that the run has taken, with that of its record */

static void
pyexec_run_account(const pyexec_run_t *run, const pyexec_attempt_t *a,
    const pyexec_buf_t *json)
{
    uint64_t  bytes;

    if (run->request->max_session == 0 || run->request->session_write
        || a->verdict == NULL || run->no_space)
    {
        pyexec_account_drop(run->runs);
        return;
    }

    bytes = run->files.bytes + run->code.len + run->attempts.len + json->len
            + PYEXEC_RUN_BLOCKS;

    if (bytes > run->claimed) {
        (void) pyexec_account_add(run->store, &run->request->session, run->runs,
                                  bytes - run->claimed, 0);
    }
}


/* err: why the run could not be recorded, or 0 */

static void
pyexec_run_answer(const pyexec_executor_t *ex, pyexec_run_t *run,
    const pyexec_attempt_t *a, const pyexec_item_t *item,
    const pyexec_buf_t *json, int err)
{
    pyexec_result_t  result;

    if (run->no_space) {
        pyexec_run_fail(run, 507, "the workspace's disk was full: nothing of "
                        "the run was kept", 0);

    } else if (err) {
        pyexec_run_fail(run, 500, "the run cannot be recorded", err);

    } else if (strcmp(item->status, PYEXEC_INTERRUPTED) == 0) {
        pyexec_run_fail(run, 500, "the run was interrupted", 0);

    } else if (pyexec_place(&ex->workspaces[run->request->workspace])
               != PYEXEC_PLACE_SAME)
    {
        pyexec_run_fail(run, 500, "the workspace was taken away during the "
                        "run", 0);

    } else {
        result.status.data = (u_char *) a->verdict;
        result.status.len = strlen(a->verdict);
        result.attempts = run->nattempts;
        result.run_time = run->time;
        result.json = pyexec_buf_str(json);

        if (pyexec_event_send(run, PYEXEC_MSG_RESULT, &result) == -1
            && errno == EMSGSIZE)
        {
            pyexec_run_fail(run, 500, "the result is too large", 0);
        }
    }
}


static void
pyexec_run_fail(pyexec_run_t *run, uint32_t code, const char *detail, int err)
{
    pyexec_event_flush(run);
    pyexec_send_error(run->client, code, detail, err);
}


/*
 * Makes the result and stores it.  Sets no_space if the disk was full for the
 * code, or is for the result.
 */

static int
pyexec_run_keep(pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_buf_t *json)
{
    /* the code's word for it is not enough */

    run->no_space = a->has_failed && pyexec_run_no_space(a->failed.error)
                    && pyexec_store_full(run->store);

    if (!run->no_space) {
        pyexec_result_json(run, a, json);

        if (pyexec_dir_end(run, json) == 0) {
            return 0;
        }

        run->no_space = pyexec_run_no_space(errno);

        pyexec_log(PYEXEC_LOG_ERR, "writing the result of %s failed: %m",
                   run->run_id);
    }

    return -1;
}


/* removes all of a run that can't be recorded */

static void
pyexec_run_drop(const pyexec_run_t *run)
{
    int  record, dir;

    /* the result first: removing all needs descriptors, which may be short */

    (void) unlinkat(run->dir, PYEXEC_RESULT, 0);

    record = pyexec_record_remove(run->runs, run->run_id);
    dir = pyexec_remove(run->runs, run->run_id, NULL);

    if (record == -1 || dir == -1) {
        pyexec_log(PYEXEC_LOG_ERR, "removing %s failed: %m", run->run_id);
    }
}
