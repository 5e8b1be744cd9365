
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/random.h>

#include "base/pyexec_io.h"
#include "run/pyexec_begin.h"
#include "run/pyexec_dir.h"
#include "run/pyexec_event.h"
#include "store/pyexec_note.h"
#include "store/pyexec_steward.h"
#include "wire/pyexec_message.h"


#define PYEXEC_NOTE_TRIES   10


static int pyexec_run_start(pyexec_run_t *run, uint64_t deadline);
static int pyexec_run_note(pyexec_run_t *run);
static int pyexec_run_name(pyexec_run_t *run);


void
pyexec_run_refuse(const pyexec_run_t *run, int err)
{
    if (run->refused) {
        pyexec_send_error(run->client, 422, run->refused, 0);
        return;
    }

    if (run->over) {
        pyexec_send_error(run->client, 507, "the session holds "
                          "pyexec_max_session, or directories nested too deep "
                          "to be counted: remove runs or files", 0);
        return;
    }

    if (err == ETIME) {
        pyexec_send_error(run->client, 503, "no runner was free in time",
                          0);
        return;
    }

    if (pyexec_run_no_space(err)) {
        pyexec_send_error(run->client, 507, "the workspace's disk is full",
                          err);
        return;
    }

    pyexec_send_error(run->client, 500, run->session == -1 && err == EACCES
                      ? "the session's directory is closed to the pool's user"
                      : "the run's directory cannot be made", err);
}


int
pyexec_run_begin(pyexec_run_t *run, int steward, uint64_t deadline)
{
    int  rc, err;

    if (pyexec_store_full(run->store)) {
        errno = ENOSPC;
        return -1;
    }

    if (pyexec_run_name(run) == -1) {
        return -1;
    }

    /* another user may have made the session: then the steward, if there is
       one, makes code_exec in it */

    if (pyexec_run_note(run) == -1
        && (errno != EACCES
            || pyexec_steward_ask(steward, run->request->workspace,
                                  &run->request->session) == -1
            || pyexec_run_note(run) == -1))
    {
        return -1;
    }

    rc = pyexec_dir_room(run);
    run->over = rc == 0 && run->disk == 0;

    if (rc == 0 && !run->over && pyexec_dir_make(run) == 0
        && pyexec_run_start(run, deadline) == 0)
    {
        return 0;
    }

    /* no code has run: the run leaves no trace; or, if its directory can't be
       removed, its note, by which it is listed as interrupted */

    err = errno;

    if (pyexec_remove(run->runs, run->run_id, NULL) == 0) {
        (void) pyexec_note_remove(run->runs, run->run_id, run->started_at);
    }

    errno = err;
    return -1;
}


/*
 * nginx gives up a job for which there is no START a while after its deadline.
 * A run whose START is sent before the deadline has its START there by then;
 * any other may not begin.  Fails with ETIME.
 */

static int
pyexec_run_start(pyexec_run_t *run, uint64_t deadline)
{
    if (pyexec_now() / 1000 > deadline) {
        errno = ETIME;
        return -1;
    }

    pyexec_event_start(run);

    if (pyexec_now() / 1000 > deadline) {
        errno = ETIME;
        return -1;
    }

    return 0;
}


/*
 * Opens the session and makes the note.  If a clean-up removes the session, as
 * it is empty, before that has a note, it is made again.
 */

static int
pyexec_run_note(pyexec_run_t *run)
{
    unsigned  tries;

    for (tries = 0; tries < PYEXEC_NOTE_TRIES; tries++) {

        if (run->session == -1) {
            run->session = pyexec_session_open(run->store,
                                               &run->request->session, 1);
        }

        if (run->session != -1 && run->runs == -1) {
            run->runs = pyexec_runs_open(run->session, 1);
        }

        if (run->runs != -1
            && pyexec_note_make(run->runs, run->run_id, run->started_at) == 0)
        {
            return 0;
        }

        if (errno != ENOENT) {
            return -1;
        }

        if (run->runs != -1) {
            (void) close(run->runs);
            run->runs = -1;
        }

        if (run->session != -1) {
            (void) close(run->session);
            run->session = -1;
        }
    }

    errno = ENOENT;
    return -1;
}


/* draws run ids until one can be locked; several ids may share a lock */

static int
pyexec_run_name(pyexec_run_t *run)
{
    size_t           n;
    u_char           chance[6];
    struct tm        tm;
    struct timespec  now;

    do {
        (void) clock_gettime(CLOCK_REALTIME, &now);
        (void) gmtime_r(&now.tv_sec, &tm);

        if (getrandom(chance, sizeof(chance), 0) != sizeof(chance)) {
            return -1;
        }

        n = strftime(run->run_id, sizeof(run->run_id), "%Y%m%dT%H%M%S", &tm);
        (void) snprintf(run->run_id + n, sizeof(run->run_id) - n,
                        "-%02x%02x%02x%02x%02x%02x", chance[0], chance[1],
                        chance[2], chance[3], chance[4], chance[5]);

        pyexec_iso(run->started_at, &now);

        if (pyexec_run_lock(run->store, run->run_id) == 0) {
            return 0;
        }

    } while (errno == EAGAIN);

    run->run_id[0] = '\0';

    return -1;
}


int
pyexec_run_no_space(int err)
{
    return err == ENOSPC || err == EDQUOT;
}
