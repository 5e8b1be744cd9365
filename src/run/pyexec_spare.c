
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/socket.h>

#include "wire/pyexec_child.h"
#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "run/pyexec_spare.h"


static void pyexec_spare_ask(pyexec_spare_t *sp, pyexec_pool_t *pool,
    pyexec_zygote_e kind);
static void pyexec_spare_event(pyexec_spare_t *sp);
static void pyexec_spare_vitals(pyexec_spare_t *sp);
static void pyexec_spare_greeting(pyexec_spare_t *sp);


void
pyexec_spares_ask(pyexec_spare_t *spares, pyexec_pool_t *pool, unsigned kinds)
{
    unsigned  i;

    for (i = 0; i < PYEXEC_SPARES(kinds); i++) {
        if (spares[i].vitals == -1) {
            pyexec_spare_ask(&spares[i], pool, i ? i - 1 : PYEXEC_LIGHT);
        }
    }
}


int
pyexec_spares_complete(const pyexec_spare_t *spares,
    const pyexec_pool_t *pool)
{
    unsigned  i;

    for (i = 0; i < PYEXEC_SPARES(pool->kinds); i++) {
        if (spares[i].vitals == -1) {
            return 0;
        }
    }

    return 1;
}


pyexec_spare_t *
pyexec_spares_find(pyexec_spare_t *spares, const pyexec_pool_t *pool,
    pyexec_zygote_e kind)
{
    unsigned         i;
    pyexec_spare_t  *found;

    found = NULL;

    for (i = 0; i < PYEXEC_SPARES(pool->kinds); i++) {

        if (spares[i].kind != kind) {
            continue;
        }

        if (spares[i].ready) {
            return &spares[i];
        }

        found = found ? found : &spares[i];
    }

    return found;
}


void
pyexec_spares_take(pyexec_spare_t *spares, pyexec_spare_t *sp,
    pyexec_spare_t *child)
{
    *child = *sp;

    /* or one of a retired zygote might wait for good, and keep it */

    if (sp == &spares[0]) {
        spares[0] = spares[1];
        sp = &spares[1];
    }

    sp->vitals = -1;
    sp->ready = 0;
}


unsigned
pyexec_spares_poll(const pyexec_spare_t *spares, const pyexec_pool_t *pool,
    struct pollfd pfd[PYEXEC_SPARE_POLLS])
{
    unsigned               i, n;
    const pyexec_spare_t  *sp;

    for (i = 0, n = 0; i < PYEXEC_SPARES(pool->kinds); i++) {

        sp = &spares[i];

        pfd[n].fd = sp->vitals;
        pfd[n++].events = POLLIN;
        pfd[n].fd = sp->vitals == -1 || sp->greeted ? -1 : sp->job;
        pfd[n++].events = POLLIN;
    }

    return n;
}


void
pyexec_spares_events(pyexec_spare_t *spares, const pyexec_pool_t *pool,
    const struct pollfd pfd[PYEXEC_SPARE_POLLS])
{
    unsigned  i;

    for (i = 0; i < PYEXEC_SPARES(pool->kinds); i++) {
        if (pfd[2 * i].revents || pfd[2 * i + 1].revents) {
            pyexec_spare_event(&spares[i]);
        }
    }
}


static void
pyexec_spare_ask(pyexec_spare_t *sp, pyexec_pool_t *pool, pyexec_zygote_e kind)
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

    n = pyexec_send_fds(pool->queue[kind][0], "", 1, gifts, PYEXEC_GIFTS);

    if (n == -1) {
        pyexec_die("sendmsg() to a zygote: %m");
    }

    for (i = 0; i < PYEXEC_GIFTS; i++) {
        (void) close(gifts[i]);
    }

    sp->kind = kind;
    sp->ready = 0;
    sp->greeted = 0;
    sp->vitals = vitals[0];
    sp->job = job[0];
    sp->out = out[0];
    sp->err = err[0];
    sp->pidfd = -1;
    sp->end = -1;
}


static void
pyexec_spare_event(pyexec_spare_t *sp)
{
    pyexec_spare_vitals(sp);

    if (sp->vitals != -1 && !sp->greeted) {
        pyexec_spare_greeting(sp);
    }

    sp->ready = sp->vitals != -1 && sp->greeted && sp->pidfd != -1;
}


void
pyexec_spare_drop(pyexec_spare_t *sp)
{
    unsigned  i;
    int      *fd[] = { &sp->vitals, &sp->job, &sp->out, &sp->err, &sp->pidfd,
                       &sp->end };

    if (sp->vitals == -1) {
        return;
    }

    for (i = 0; i < sizeof(fd) / sizeof(fd[0]); i++) {
        if (*fd[i] != -1) {
            (void) close(*fd[i]);
            *fd[i] = -1;
        }
    }

    sp->ready = 0;
}


static void
pyexec_spare_vitals(pyexec_spare_t *sp)
{
    int              pidfd;
    ssize_t          n;
    pyexec_vital_t   vital;

    n = pyexec_recv_fds(sp->vitals, &vital, sizeof(vital), &pidfd, 1,
                        MSG_DONTWAIT);

    if (n == -1) {
        return;
    }

    if (n == sizeof(vital) && vital.event == PYEXEC_BORN) {
        sp->pidfd = pidfd;
        return;
    }

    pyexec_spare_drop(sp);
}


/* READY, or the wall that could not be put up */

static void
pyexec_spare_greeting(pyexec_spare_t *sp)
{
    u_char               buf[512];
    ssize_t              n, len;
    pyexec_str_t         payload;
    pyexec_msg_e         type;
    pyexec_child_wall_t  wall;

    n = pyexec_recv_fds(sp->job, buf, sizeof(buf), &sp->end, 1, MSG_DONTWAIT);

    if (n == -1) {
        return;
    }

    len = pyexec_message_at(buf, n, sizeof(buf), &type, &payload);

    if (len > 0 && type == PYEXEC_MSG_CHILD_READY) {
        sp->greeted = 1;
        return;
    }

    if (len > 0 && type == PYEXEC_MSG_CHILD_WALL
        && pyexec_wire_decode(type, payload.data, payload.len, &wall) == 0)
    {
        errno = (int) wall.error;
        pyexec_log(PYEXEC_LOG_ALERT, "%.*s failed in a child: %m",
                   (int) wall.what.len, wall.what.data);
    }

    pyexec_spare_drop(sp);
}
