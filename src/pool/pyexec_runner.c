
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "pool/pyexec_serve.h"
#include "pool/pyexec_watch.h"
#include "run/pyexec_execute.h"
#include "run/pyexec_inline.h"
#include "wire/pyexec_message.h"


/*
 * Interval of requests for children that are missing.  A runner without a light
 * child leaves jobs to the others for so long, then it takes one all the same.
 */

#define PYEXEC_ASK_AGAIN    200            /* ms */


/* indexes of the descriptors that an idle runner polls */

enum {
    PYEXEC_POLL_LIFELINE = 0,
    PYEXEC_POLL_JOB,
    PYEXEC_POLL_MOUNTS,                    /* after the job: a mount that came
                                              before that is seen with it */
    PYEXEC_POLL_SPARES
};


typedef struct {
    pyexec_executor_t      ex;
    pyexec_watch_t         watch;
    int                    lifeline;
} pyexec_runner_t;


static void pyexec_runner_wait(pyexec_runner_t *rn);
static int pyexec_runner_hold(pyexec_runner_t *rn, int client,
    uint64_t deadline);
static short pyexec_runner_poll(pyexec_runner_t *rn, int job, short events);
static int pyexec_runner_ready(pyexec_executor_t *ex);
static void pyexec_runner_serve(pyexec_executor_t *ex, pyexec_store_t *stores,
    unsigned nstores, uint64_t gone, int client, uint64_t deadline,
    pyexec_msg_e type, const pyexec_buf_t *buf, const int given[PYEXEC_GIVEN]);


void
pyexec_runner(pyexec_pool_t *pool)
{
    int                 client, given[PYEXEC_GIVEN];
    uint64_t            deadline;
    unsigned            i;
    pyexec_buf_t        buf = { NULL, 0, 0 };
    pyexec_msg_e        type;
    pyexec_store_t      stores[PYEXEC_MAX_WORKSPACES];
    pyexec_runner_t     rn;
    pyexec_executor_t  *ex;

    memset(&rn, 0, sizeof(pyexec_runner_t));
    pyexec_serve_open(pool, stores);
    pyexec_watch_open(&rn.watch, &pool->sandbox);

    rn.lifeline = pool->lifeline[0];
    ex = &rn.ex;

    ex->roots = pool->roots;
    ex->control = PYEXEC_FD_RUNS;
    ex->steward = pool->steward[0];
    ex->workspaces = pool->sandbox.workspaces;
    ex->spares.kinds = pool->kinds;

    for (i = 0; i < pool->kinds; i++) {
        ex->spares.queue[i] = pool->queue[i][0];
    }

    for (i = 0; i < PYEXEC_MAX_SPARES; i++) {
        ex->spares.slots[i].vitals = -1;
    }

    for ( ;; ) {

        pyexec_spares_ask(&ex->spares, pool->kinds);
        pyexec_runner_wait(&rn);

        /* the job is left to the next pool, as the first process sees to it */

        if (pyexec_watch(&rn.watch, &pool->sandbox)) {
            _exit(0);
        }

        client = pyexec_serve_job(PYEXEC_FD_RUNS, &buf, &type, given,
                                  &deadline);
        if (client == -1) {
            continue;
        }

        if (pyexec_runner_hold(&rn, client, deadline) == 0) {
            pyexec_runner_serve(ex, stores, pool->sandbox.nworkspaces,
                                rn.watch.gone, client, deadline, type, &buf,
                                given);
        }

        pyexec_serve_close(given, PYEXEC_GIVEN);
        (void) close(client);
    }
}


/*
 * Returns when a job has arrived, and a light child is ready, which is what
 * most code needs.  Each job in the control socket is a descriptor in flight,
 * and so many of them, their clients perhaps gone, may be why no child can be
 * had: after a while jobs are taken without one.
 */

static void
pyexec_runner_wait(pyexec_runner_t *rn)
{
    int       take;
    uint64_t  since;

    since = pyexec_now();

    do {
        take = pyexec_runner_ready(&rn->ex)
               || pyexec_now() - since >= PYEXEC_ASK_AGAIN * 1000;

    } while (pyexec_runner_poll(rn, take ? rn->ex.control : -1, POLLIN) == 0);
}


/*
 * Waits for a light child for the job that the runner has.  Returns 0; or -1 if
 * none came before the deadline, or the client has gone.
 */

static int
pyexec_runner_hold(pyexec_runner_t *rn, int client, uint64_t deadline)
{
    while (!pyexec_runner_ready(&rn->ex)) {

        if (pyexec_runner_poll(rn, client, POLLRDHUP)) {
            return -1;
        }

        if (pyexec_now() / 1000 > deadline) {
            pyexec_serve_late(PYEXEC_FD_RUNS, client);
            return -1;
        }
    }

    return 0;
}


/* handles what comes from children; returns the events of job, perhaps none */

static short
pyexec_runner_poll(pyexec_runner_t *rn, int job, short events)
{
    int               timeout;
    unsigned          n;
    struct pollfd     pfd[PYEXEC_POLL_SPARES + PYEXEC_SPARE_POLLS];
    pyexec_spares_t  *spares;

    spares = &rn->ex.spares;

    timeout = pyexec_spares_complete(spares) && pyexec_runner_ready(&rn->ex)
              ? -1 : PYEXEC_ASK_AGAIN;
    n = pyexec_spares_poll(spares, &pfd[PYEXEC_POLL_SPARES]);

    pfd[PYEXEC_POLL_LIFELINE].fd = rn->lifeline;
    pfd[PYEXEC_POLL_LIFELINE].events = POLLIN;
    pfd[PYEXEC_POLL_JOB].fd = job;
    pfd[PYEXEC_POLL_JOB].events = events;
    pfd[PYEXEC_POLL_MOUNTS].fd = rn->watch.mounts;
    pfd[PYEXEC_POLL_MOUNTS].events = POLLPRI;

    if (pyexec_wait(pfd, PYEXEC_POLL_SPARES + n, timeout) == -1) {
        pyexec_die("poll(): %m");
    }

    if (pfd[PYEXEC_POLL_LIFELINE].revents) {
        _exit(0);
    }

    rn->watch.changed |= pfd[PYEXEC_POLL_MOUNTS].revents != 0;

    pyexec_spares_ask(spares, spares->kinds);
    pyexec_spares_events(spares, &pfd[PYEXEC_POLL_SPARES]);

    return job == -1 ? 0 : pfd[PYEXEC_POLL_JOB].revents;
}


static int
pyexec_runner_ready(pyexec_executor_t *ex)
{
    return pyexec_spares_find(&ex->spares, PYEXEC_LIGHT)->ready;
}


static void
pyexec_runner_serve(pyexec_executor_t *ex, pyexec_store_t *stores,
    unsigned nstores, uint64_t gone, int client, uint64_t deadline,
    pyexec_msg_e type, const pyexec_buf_t *buf, const int given[PYEXEC_GIVEN])
{
    pyexec_inline_t   in;
    pyexec_execute_t  request;

    if (type != PYEXEC_MSG_EXECUTE
        || pyexec_wire_decode(type, buf->data, buf->len, &request) == -1
        || request.workspace >= nstores)
    {
        pyexec_log(PYEXEC_LOG_ERR, "malformed request for a run");
        pyexec_send_error(client, 500, "the request cannot be served", 0);
        return;
    }

    if (gone >> request.workspace & 1) {
        pyexec_send_error(client, 503, "the workspace is not there", 0);
        return;
    }

    if (pyexec_inline_map(&in, given) == -1) {
        pyexec_send_error(client, 500, "what the request gives cannot be read",
                          errno);
        return;
    }

    pyexec_execute(ex, &stores[request.workspace], &request, &in, client,
                   deadline);

    pyexec_inline_unmap(&in);
}
