
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/socket.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "run/pyexec_spare.h"
#include "wire/pyexec_child_wire.h"
#include "wire/pyexec_message.h"


static void pyexec_spare_ask(pyexec_child_t *c, int queue,
    pyexec_zygote_e kind);
static void pyexec_spare_event(pyexec_child_t *c);
static void pyexec_spare_vitals(pyexec_child_t *c);
static void pyexec_spare_greeting(pyexec_child_t *c);


void
pyexec_spares_ask(pyexec_spares_t *s, unsigned kinds)
{
    unsigned         i;
    pyexec_zygote_e  kind;

    for (i = 0; i < PYEXEC_SPARES(kinds); i++) {
        if (s->slots[i].vitals == -1) {
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
        pfd[n].fd = c->vitals == -1 || c->greeted ? -1 : c->job;
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
        if (pfd[2 * i].revents || pfd[2 * i + 1].revents) {
            pyexec_spare_event(&s->slots[i]);
        }
    }
}


static void
pyexec_spare_ask(pyexec_child_t *c, int queue, pyexec_zygote_e kind)
{
    int       i, gifts[PYEXEC_GIFTS], vitals[2], job[2], out[2], err[2];
    ssize_t   n;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC, 0, vitals) == -1
        || socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, job) == -1
        || pipe2(out, O_CLOEXEC) == -1
        || pipe2(err, O_CLOEXEC) == -1
        || fcntl(out[0], F_SETFL, O_NONBLOCK) == -1
        || fcntl(err[0], F_SETFL, O_NONBLOCK) == -1)
    {
        pyexec_die("socketpair(): %m");
    }

    gifts[PYEXEC_VITALS] = vitals[1];
    gifts[PYEXEC_JOB] = job[1];
    gifts[PYEXEC_OUT] = out[1];
    gifts[PYEXEC_ERR] = err[1];

    n = pyexec_send_fds(queue, "", 1, gifts, PYEXEC_GIFTS);

    if (n == -1) {
        pyexec_die("sendmsg() to a zygote: %m");
    }

    for (i = 0; i < PYEXEC_GIFTS; i++) {
        (void) close(gifts[i]);
    }

    c->kind = kind;
    c->ready = 0;
    c->greeted = 0;
    c->vitals = vitals[0];
    c->job = job[0];
    c->out = out[0];
    c->err = err[0];
    c->pidfd = -1;
    c->end = -1;
}


static void
pyexec_spare_event(pyexec_child_t *c)
{
    pyexec_spare_vitals(c);

    if (c->vitals != -1 && !c->greeted) {
        pyexec_spare_greeting(c);
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

    /* DEAD, STALE, or the end: the zygote has died */

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
