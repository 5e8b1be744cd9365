
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "run/pyexec_spare.h"
#include "wire/pyexec_child_wire.h"
#include "wire/pyexec_message.h"


/* the next request, after one that failed or whose child died */

#define PYEXEC_AGAIN        200000         /* us */


static void pyexec_spare_ask(pyexec_child_t *c, int queue,
    pyexec_zygote_e kind);
static int pyexec_spare_open(int fd[PYEXEC_GIFTS][2]);
static void pyexec_spare_close(int fd[PYEXEC_GIFTS][2], unsigned end);
static void pyexec_spare_event(pyexec_child_t *c, short vitals, short said);
static void pyexec_spare_vitals(pyexec_child_t *c);
static void pyexec_spare_died(pyexec_child_t *c);
static void pyexec_spare_greeting(pyexec_child_t *c);


void
pyexec_spares_ask(pyexec_spares_t *s, unsigned kinds)
{
    unsigned         i;
    pyexec_zygote_e  kind;

    for (i = 0; i < PYEXEC_SPARES(kinds); i++) {
        if (s->slots[i].vitals == -1 && pyexec_now() >= s->slots[i].again) {
            kind = i ? i - 1 : PYEXEC_LIGHT;
            pyexec_spare_ask(&s->slots[i], s->queue[kind], kind);
        }
    }
}


int
pyexec_spares_complete(const pyexec_spares_t *s)
{
    unsigned  i;

    for (i = 0; i < PYEXEC_SPARES(s->kinds); i++) {
        if (s->slots[i].vitals == -1) {
            return 0;
        }
    }

    return 1;
}


pyexec_child_t *
pyexec_spares_find(pyexec_spares_t *s, pyexec_zygote_e kind)
{
    unsigned         i;
    pyexec_child_t  *found;

    found = NULL;

    for (i = 0; i < PYEXEC_SPARES(s->kinds); i++) {

        if (s->slots[i].kind != kind) {
            continue;
        }

        if (s->slots[i].ready) {
            return &s->slots[i];
        }

        found = found ? found : &s->slots[i];
    }

    return found;
}


void
pyexec_spares_take(pyexec_spares_t *s, pyexec_child_t *slot,
    pyexec_child_t *child)
{
    *child = *slot;

    /* the first slot keeps the older child: it has copied more pages */

    if (slot == &s->slots[0]) {
        s->slots[0] = s->slots[1];
        slot = &s->slots[1];
    }

    slot->vitals = -1;
    slot->ready = 0;
    slot->again = 0;
}


unsigned
pyexec_spares_poll(const pyexec_spares_t *s,
    struct pollfd pfd[PYEXEC_SPARE_POLLS])
{
    unsigned               i, n;
    const pyexec_child_t  *c;

    for (i = 0, n = 0; i < PYEXEC_SPARES(s->kinds); i++) {

        c = &s->slots[i];

        pfd[n].fd = c->vitals;
        pfd[n++].events = POLLIN;
        pfd[n].fd = c->vitals == -1 ? -1 : c->greeted ? c->end : c->job;
        pfd[n++].events = POLLIN;
    }

    return n;
}


void
pyexec_spares_events(pyexec_spares_t *s,
    const struct pollfd pfd[PYEXEC_SPARE_POLLS])
{
    unsigned  i;

    for (i = 0; i < PYEXEC_SPARES(s->kinds); i++) {
        pyexec_spare_event(&s->slots[i], pfd[2 * i].revents,
                           pfd[2 * i + 1].revents);
    }
}


static void
pyexec_spare_ask(pyexec_child_t *c, int queue, pyexec_zygote_e kind)
{
    int       fd[PYEXEC_GIFTS][2], gifts[PYEXEC_GIFTS];
    unsigned  i;

    c->kind = kind;
    c->ready = 0;
    c->greeted = 0;
    c->again = pyexec_now() + PYEXEC_AGAIN;

    if (pyexec_spare_open(fd) == -1) {
        pyexec_log(PYEXEC_LOG_ERR, "socketpair() for a child failed: %m");
        return;
    }

    for (i = 0; i < PYEXEC_GIFTS; i++) {
        gifts[i] = fd[i][1];
    }

    /* the queue does not block: a runner has other things to do than to wait */

    if (pyexec_send_fds(queue, "", 1, gifts, PYEXEC_GIFTS) == -1) {
        pyexec_log(PYEXEC_LOG_ERR, "sendmsg() to a zygote failed: %m");
        pyexec_spare_close(fd, 0);
        pyexec_spare_close(fd, 1);
        return;
    }

    pyexec_spare_close(fd, 1);

    c->vitals = fd[PYEXEC_VITALS][0];
    c->job = fd[PYEXEC_JOB][0];
    c->out = fd[PYEXEC_OUT][0];
    c->err = fd[PYEXEC_ERR][0];
    c->pidfd = -1;
    c->end = -1;
}


/* makes a child's sockets and pipes; returns 0, or -1 and errno with none */

static int
pyexec_spare_open(int fd[PYEXEC_GIFTS][2])
{
    int  err;

    memset(fd, -1, PYEXEC_GIFTS * sizeof(fd[0]));

    if (socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC, 0, fd[PYEXEC_VITALS])
        != -1
        && socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, fd[PYEXEC_JOB])
           != -1
        && pipe2(fd[PYEXEC_OUT], O_CLOEXEC) != -1
        && pipe2(fd[PYEXEC_ERR], O_CLOEXEC) != -1
        && fcntl(fd[PYEXEC_OUT][0], F_SETFL, O_NONBLOCK) != -1
        && fcntl(fd[PYEXEC_ERR][0], F_SETFL, O_NONBLOCK) != -1)
    {
        return 0;
    }

    err = errno;

    pyexec_spare_close(fd, 0);
    pyexec_spare_close(fd, 1);

    errno = err;
    return -1;
}


/* end is 0 for the runner's ends, 1 for the child's */

static void
pyexec_spare_close(int fd[PYEXEC_GIFTS][2], unsigned end)
{
    unsigned  i;

    for (i = 0; i < PYEXEC_GIFTS; i++) {
        if (fd[i][end] != -1) {
            (void) close(fd[i][end]);
        }
    }
}


static void
pyexec_spare_event(pyexec_child_t *c, short vitals, short said)
{
    if (vitals) {
        pyexec_spare_vitals(c);
    }

    if (said && c->vitals != -1) {

        if (c->greeted) {

            /* it exits, without having got a job */

            pyexec_spare_died(c);

        } else {
            pyexec_spare_greeting(c);
        }
    }

    c->ready = c->vitals != -1 && c->greeted && c->pidfd != -1;
}


void
pyexec_child_drop(pyexec_child_t *c)
{
    unsigned  i;
    int      *fd[] = { &c->vitals, &c->job, &c->out, &c->err, &c->pidfd,
                       &c->end };

    if (c->vitals == -1) {
        return;
    }

    for (i = 0; i < sizeof(fd) / sizeof(fd[0]); i++) {
        if (*fd[i] != -1) {
            (void) close(*fd[i]);
            *fd[i] = -1;
        }
    }

    c->ready = 0;
}


static void
pyexec_spare_vitals(pyexec_child_t *c)
{
    int              pidfd;
    ssize_t          n;
    pyexec_vital_t   vital;

    n = pyexec_recv_fds(c->vitals, &vital, sizeof(vital), &pidfd, 1,
                        MSG_DONTWAIT);

    if (n == -1) {
        return;
    }

    if (n == sizeof(vital) && vital.event == PYEXEC_BORN) {
        c->pidfd = pidfd;
        return;
    }

    /* DEAD, STALE, or the end: the zygote has died, or could not fork */

    pyexec_spare_died(c);
}


/* one that was ready is replaced at once */

static void
pyexec_spare_died(pyexec_child_t *c)
{
    if (c->ready) {
        c->again = 0;
    }

    pyexec_child_drop(c);
}


/* reads READY, or WALL where a wall could not be put up */

static void
pyexec_spare_greeting(pyexec_child_t *c)
{
    u_char               buf[512];
    ssize_t              n, len;
    pyexec_str_t         payload;
    pyexec_msg_e         type;
    pyexec_child_wall_t  wall;

    n = pyexec_recv_fds(c->job, buf, sizeof(buf), &c->end, 1, MSG_DONTWAIT);

    if (n == -1) {
        return;
    }

    len = pyexec_message_at(buf, n, sizeof(buf), &type, &payload);

    if (len > 0 && type == PYEXEC_MSG_CHILD_READY) {
        c->greeted = 1;
        return;
    }

    if (len > 0 && type == PYEXEC_MSG_CHILD_WALL
        && pyexec_wire_decode(type, payload.data, payload.len, &wall) == 0)
    {
        errno = (int) wall.error;
        pyexec_log(PYEXEC_LOG_ALERT, "%.*s failed in a child: %m",
                   (int) wall.what.len, wall.what.data);
    }

    pyexec_child_drop(c);
}
