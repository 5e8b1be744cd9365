
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "pyexec_log.h"
#include "pyexec_run.h"
#include "pyexec_serve.h"


/* a zygote whose children die as they are born is not asked again at once */

#define PYEXEC_PAUSE        200            /* ms */


/* indexes of what an idle runner waits for; behind them two for each kind */

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
    unsigned        k;
    pyexec_buf_t    buf = { NULL, 0, 0 };
    pyexec_msg_e    type;
    pyexec_spare_t  spares[PYEXEC_KINDS];
    pyexec_store_t  stores[PYEXEC_MAX_WORKSPACES];

    pyexec_serve_open(pool, stores);

    for (k = 0; k < pool->kinds; k++) {
        pyexec_spare_ask(&spares[k], pool, k);
    }

    for ( ;; ) {

        pyexec_runner_wait(pool, spares);

        client = pyexec_serve_job(PYEXEC_FD_RUNS, &buf, &type);
        if (client == -1) {
            continue;
        }

        pyexec_runner_serve(pool, stores, spares, client, type, &buf);

        (void) close(client);

        for (k = 0; k < pool->kinds; k++) {
            if (spares[k].vitals == -1) {
                pyexec_spare_ask(&spares[k], pool, k);
            }
        }
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
    unsigned        k, ready;
    struct pollfd   pfd[PYEXEC_POLL_SPARES + 2 * PYEXEC_KINDS], *p;

    for ( ;; ) {

        ready = spares[PYEXEC_LIGHT].ready;
        timeout = -1;

        for (k = 0; k < pool->kinds; k++) {

            p = &pfd[PYEXEC_POLL_SPARES + 2 * k];

            p[0].fd = spares[k].vitals;
            p[0].events = POLLIN;
            p[1].fd = spares[k].vitals == -1 ? -1 : spares[k].job;
            p[1].events = POLLIN;

            if (spares[k].vitals == -1) {
                timeout = PYEXEC_PAUSE;
            }
        }

        pfd[PYEXEC_POLL_LIFELINE].fd = pool->lifeline[0];
        pfd[PYEXEC_POLL_LIFELINE].events = POLLIN;
        pfd[PYEXEC_POLL_CONTROL].fd = ready ? PYEXEC_FD_RUNS : -1;
        pfd[PYEXEC_POLL_CONTROL].events = POLLIN;

        if (poll(pfd, PYEXEC_POLL_SPARES + 2 * pool->kinds, timeout) == -1) {
            if (errno == EINTR) {
                continue;
            }

            pyexec_die("poll(): %m");
        }

        if (pfd[PYEXEC_POLL_LIFELINE].revents) {
            _exit(0);
        }

        for (k = 0; k < pool->kinds; k++) {

            p = &pfd[PYEXEC_POLL_SPARES + 2 * k];

            if (spares[k].vitals == -1) {
                pyexec_spare_ask(&spares[k], pool, k);

            } else if (p[0].revents || p[1].revents) {
                pyexec_spare_event(&spares[k]);
            }
        }

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
