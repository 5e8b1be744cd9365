
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/pyexec_log.h"
#include "run/pyexec_run.h"
#include "pool/pyexec_serve.h"


/* a zygote whose children die as they are born is not asked again at once */

#define PYEXEC_PAUSE        200            /* ms */


/* indexes of what an idle runner waits for */

enum {
    PYEXEC_POLL_LIFELINE = 0,
    PYEXEC_POLL_CONTROL,
    PYEXEC_POLL_SPARES
};


static void pyexec_runner_wait(pyexec_pool_t *pool, pyexec_spare_t *spares);
static void pyexec_runner_serve(pyexec_pool_t *pool, pyexec_store_t *stores,
    pyexec_spare_t *spares, int client, pyexec_msg_e type,
    const pyexec_buf_t *buf);


void
pyexec_runner(pyexec_pool_t *pool)
{
    int             client;
    unsigned        i;
    pyexec_buf_t    buf = { NULL, 0, 0 };
    pyexec_msg_e    type;
    pyexec_spare_t  spares[PYEXEC_MAX_SPARES];
    pyexec_store_t  stores[PYEXEC_MAX_WORKSPACES];

    pyexec_serve_open(pool, stores);

    for (i = 0; i < PYEXEC_MAX_SPARES; i++) {
        spares[i].vitals = -1;
    }

    for ( ;; ) {

        pyexec_spares_ask(spares, pool, pool->kinds);
        pyexec_runner_wait(pool, spares);

        client = pyexec_serve_job(PYEXEC_FD_RUNS, &buf, &type);
        if (client == -1) {
            continue;
        }

        pyexec_runner_serve(pool, stores, spares, client, type, &buf);

        (void) close(client);
    }
}


/*
 * Returns when there is something on control, and a light child to give it
 * to: most code needs no more, and to fork the full one costs five times as
 * much.
 */

static void
pyexec_runner_wait(pyexec_pool_t *pool, pyexec_spare_t *spares)
{
    int             timeout;
    unsigned        n, ready;
    struct pollfd   pfd[PYEXEC_POLL_SPARES + PYEXEC_SPARE_POLLS];

    for ( ;; ) {

        ready = pyexec_spares_find(spares, pool, PYEXEC_LIGHT)->ready;
        timeout = pyexec_spares_complete(spares, pool) ? -1 : PYEXEC_PAUSE;
        n = pyexec_spares_poll(spares, pool, &pfd[PYEXEC_POLL_SPARES]);

        pfd[PYEXEC_POLL_LIFELINE].fd = pool->lifeline[0];
        pfd[PYEXEC_POLL_LIFELINE].events = POLLIN;
        pfd[PYEXEC_POLL_CONTROL].fd = ready ? PYEXEC_FD_RUNS : -1;
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

        pyexec_spares_ask(spares, pool, pool->kinds);
        pyexec_spares_events(spares, pool, &pfd[PYEXEC_POLL_SPARES]);

        if (ready && pfd[PYEXEC_POLL_CONTROL].revents) {
            return;
        }
    }
}


static void
pyexec_runner_serve(pyexec_pool_t *pool, pyexec_store_t *stores,
    pyexec_spare_t *spares, int client, pyexec_msg_e type,
    const pyexec_buf_t *buf)
{
    pyexec_execute_t  request;

    if (type != PYEXEC_MSG_EXECUTE
        || pyexec_wire_decode(type, buf->data, buf->len, &request) == -1
        || request.workspace >= pool->sandbox.nworkspaces)
    {
        pyexec_log(PYEXEC_LOG_ERR, "malformed request for a run");
        pyexec_serve_error(client, 500, "the request cannot be served", 0);
        return;
    }

    pyexec_run(pool, &stores[request.workspace], spares, &request, client);
}
