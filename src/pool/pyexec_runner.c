
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/pyexec_log.h"
#include "pool/pyexec_serve.h"
#include "pool/pyexec_watch.h"
#include "run/pyexec_execute.h"
#include "wire/pyexec_message.h"


/* interval of requests for children that are missing */

#define PYEXEC_ASK_AGAIN    200            /* ms */


/* indexes of the descriptors that an idle runner polls */

enum {
    PYEXEC_POLL_LIFELINE = 0,
    PYEXEC_POLL_CONTROL,
    PYEXEC_POLL_SPARES
};


static void pyexec_runner_wait(pyexec_executor_t *ex, int lifeline);
static void pyexec_runner_serve(pyexec_executor_t *ex, pyexec_store_t *stores,
    unsigned nstores, uint64_t gone, int client, pyexec_msg_e type,
    const pyexec_buf_t *buf);


void
pyexec_runner(pyexec_pool_t *pool)
{
    int                client;
    unsigned           i;
    pyexec_buf_t       buf = { NULL, 0, 0 };
    pyexec_msg_e       type;
    pyexec_store_t     stores[PYEXEC_MAX_WORKSPACES];
    pyexec_watch_t     watch;
    pyexec_executor_t  ex;

    pyexec_serve_open(pool, stores);
    pyexec_watch_open(&watch, &pool->sandbox);

    ex.roots = pool->roots;
    ex.control = PYEXEC_FD_RUNS;
    ex.steward = pool->steward[0];
    ex.workspaces = pool->sandbox.workspaces;
    ex.spares.kinds = pool->kinds;

    for (i = 0; i < pool->kinds; i++) {
        ex.spares.queue[i] = pool->queue[i][0];
    }

    for (i = 0; i < PYEXEC_MAX_SPARES; i++) {
        ex.spares.slots[i].vitals = -1;
    }

    for ( ;; ) {

        pyexec_spares_ask(&ex.spares, pool->kinds);
        pyexec_runner_wait(&ex, pool->lifeline[0]);

        /* the job is left to the next pool, as the first process sees to it */

        if (pyexec_watch(&watch, &pool->sandbox)) {
            _exit(0);
        }

        client = pyexec_serve_job(PYEXEC_FD_RUNS, &buf, &type);
        if (client == -1) {
            continue;
        }

        pyexec_runner_serve(&ex, stores, pool->sandbox.nworkspaces,
                            watch.gone, client, type, &buf);

        (void) close(client);
    }
}


/*
 * Returns when a job has arrived and a light child is ready, which is what
 * most code needs.  A runner without one reads no jobs: they are left to the
 * others.
 */

static void
pyexec_runner_wait(pyexec_executor_t *ex, int lifeline)
{
    int               timeout;
    unsigned          n, ready;
    struct pollfd     pfd[PYEXEC_POLL_SPARES + PYEXEC_SPARE_POLLS];
    pyexec_spares_t  *spares;

    spares = &ex->spares;

    for ( ;; ) {

        ready = pyexec_spares_find(spares, PYEXEC_LIGHT)->ready;
        timeout = pyexec_spares_complete(spares) ? -1 : PYEXEC_ASK_AGAIN;
        n = pyexec_spares_poll(spares, &pfd[PYEXEC_POLL_SPARES]);

        pfd[PYEXEC_POLL_LIFELINE].fd = lifeline;
        pfd[PYEXEC_POLL_LIFELINE].events = POLLIN;
        pfd[PYEXEC_POLL_CONTROL].fd = ready ? ex->control : -1;
        pfd[PYEXEC_POLL_CONTROL].events = POLLIN;

        if (poll(pfd, PYEXEC_POLL_SPARES + n, timeout) == -1) {
            if (errno == EINTR) {
                continue;
            }

            pyexec_die("poll(): %m");
        }

        if (pfd[PYEXEC_POLL_LIFELINE].revents) {
            _exit(0);
        }

        pyexec_spares_ask(spares, spares->kinds);
        pyexec_spares_events(spares, &pfd[PYEXEC_POLL_SPARES]);

        if (ready && pfd[PYEXEC_POLL_CONTROL].revents) {
            return;
        }
    }
}


static void
pyexec_runner_serve(pyexec_executor_t *ex, pyexec_store_t *stores,
    unsigned nstores, uint64_t gone, int client, pyexec_msg_e type,
    const pyexec_buf_t *buf)
{
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

    pyexec_execute(ex, &stores[request.workspace], &request, client);
}
