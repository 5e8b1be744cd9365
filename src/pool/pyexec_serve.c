
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/time.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "pool/pyexec_serve.h"
#include "store/pyexec_place.h"
#include "wire/pyexec_message.h"


/* timeout on a job's socket: a stopped worker must not block a runner */

#define PYEXEC_STALL        30             /* s */


void
pyexec_serve_open(pyexec_pool_t *pool, pyexec_store_t *stores)
{
    unsigned             i;
    pyexec_workspace_t  *w;

    for (i = 0; i < pool->sandbox.nworkspaces; i++) {

        w = &pool->sandbox.workspaces[i];

        if (pyexec_store_open(&stores[i], w->fd) == -1) {
            pyexec_die("the workspace \"%s\" cannot be written: %m", w->path);
        }

        stores[i].keep = pool->keep[i];
    }
}


int
pyexec_serve_job(int control, pyexec_buf_t *buf, pyexec_msg_e *type,
    int given[PYEXEC_GIVEN], uint64_t *deadline)
{
    int  client;

    client = pyexec_serve_accept(control, deadline);

    if (client != -1
        && pyexec_serve_request(client, buf, type, given, PYEXEC_GIVEN) == -1)
    {
        (void) close(client);
        return -1;
    }

    return client;
}


int
pyexec_serve_request(int client, pyexec_buf_t *buf, pyexec_msg_e *type,
    int *fds, unsigned nfds)
{
    struct timeval  stall = { PYEXEC_STALL, 0 };

    /* the client has gone: the job is cancelled before its request is read */

    if (pyexec_poll(client, POLLRDHUP, 0)) {
        return -1;
    }

    (void) setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &stall, sizeof(stall));
    (void) setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &stall, sizeof(stall));

    if (pyexec_recv(client, buf, type, fds, nfds) == -1) {

        if (errno) {
            pyexec_log(PYEXEC_LOG_ERR, "reading a request failed: %m");
        }

        pyexec_serve_close(fds, nfds);

        return -1;
    }

    return 0;
}


void
pyexec_serve_close(int *fds, unsigned nfds)
{
    unsigned  i;

    for (i = 0; i < nfds; i++) {
        if (fds[i] != -1) {
            (void) close(fds[i]);
            fds[i] = -1;
        }
    }
}


int
pyexec_serve_accept(int control, uint64_t *deadline)
{
    int            client;
    u_char         msg[64];
    ssize_t        n;
    pyexec_job_t   job;
    pyexec_msg_e   type;
    pyexec_str_t   payload;

    n = pyexec_recv_fds(control, msg, sizeof(msg), &client, 1, MSG_DONTWAIT);

    if (n == 0) {
        _exit(0);
    }

    if (n == -1) {
        if (errno != EAGAIN) {
            pyexec_log(PYEXEC_LOG_ERR, "recvmsg() on control failed: %m");
        }
        return -1;
    }

    if (client == -1
        || pyexec_message_at(msg, n, sizeof(msg), &type, &payload) != n
        || type != PYEXEC_MSG_JOB
        || pyexec_wire_decode(type, payload.data, payload.len, &job) == -1)
    {
        pyexec_log(PYEXEC_LOG_ERR, "malformed message on control");

        if (client != -1) {
            (void) close(client);
        }

        return -1;
    }

    if (pyexec_now() / 1000 > job.deadline) {
        pyexec_serve_late(control, client);
        (void) close(client);
        return -1;
    }

    *deadline = job.deadline;

    return client;
}


void
pyexec_serve_late(int control, int client)
{
    pyexec_send_error(client, 503,
                      control == PYEXEC_FD_RUNS ? "no runner was free in time"
                                                : "the pool does not answer",
                      0);
}


int
pyexec_serve_begin(int client, uint64_t deadline)
{
    pyexec_start_t  start;

    memset(&start, 0, sizeof(pyexec_start_t));

    (void) pyexec_send(client, PYEXEC_MSG_START, &start, NULL, 0);

    if (pyexec_now() / 1000 > deadline) {
        pyexec_serve_late(PYEXEC_FD_FILES, client);
        return -1;
    }

    return 0;
}


pyexec_store_t *
pyexec_serve_store(pyexec_pool_t *pool, pyexec_store_t *stores,
    uint32_t workspace)
{
    if (workspace >= pool->sandbox.nworkspaces) {
        return NULL;
    }

    /* what has been renamed, a backup for instance, is read no more */

    if (pyexec_place(&pool->sandbox.workspaces[workspace])
        != PYEXEC_PLACE_SAME)
    {
        errno = ESTALE;
        return NULL;
    }

    return &stores[workspace];
}
