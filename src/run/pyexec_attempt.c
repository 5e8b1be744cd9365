
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "run/pyexec_attempt.h"
#include "run/pyexec_bundle.h"
#include "run/pyexec_drain.h"
#include "run/pyexec_dir.h"
#include "run/pyexec_event.h"
#include "run/pyexec_feed.h"
#include "run/pyexec_look.h"
#include "run/pyexec_verdict.h"
#include "sandbox/pyexec_seccomp.h"
#include "wire/pyexec_message.h"


/*
 * After a small piece of output its pipe is left alone for a moment, so that
 * many are read at once: each read wakes the runner, and stops the child where
 * the two share a processor.
 */

#define PYEXEC_SMALL        4096           /* bytes */
#define PYEXEC_GATHER       1000           /* us */

/* maximum length of a child's message, beside a corrected code in it */

#define PYEXEC_MAX_SAID     (4 * 1024 * 1024)
#define PYEXEC_SAID_PART    65536

/* from then on it is read when it comes: bundles may be large */

#define PYEXEC_LISTEN       5000           /* us */


/* indexes of the descriptors that a runner polls while its child runs */

enum {
    PYEXEC_POLL_VITALS = 0,
    PYEXEC_POLL_OUT,
    PYEXEC_POLL_ERR,
    PYEXEC_POLL_SAID,
    PYEXEC_POLL_END,
    PYEXEC_POLL_CLIENT,
    PYEXEC_POLL_IN,
    PYEXEC_POLL_N
};


static int pyexec_attempt_poll(pyexec_run_t *run, pyexec_attempt_t *a,
    uint64_t watch);
static void pyexec_attempt_watched(const pyexec_run_t *run,
    const pyexec_attempt_t *a, unsigned gather, struct pollfd *pfd);
static void pyexec_attempt_hear(pyexec_run_t *run, pyexec_attempt_t *a,
    const struct pollfd *pfd);
static void pyexec_attempt_read(pyexec_run_t *run, pyexec_attempt_t *a,
    pyexec_stream_t *s, int *fd);
static void pyexec_attempt_listen(pyexec_run_t *run, pyexec_attempt_t *a);
static ssize_t pyexec_attempt_said(pyexec_run_t *run, pyexec_attempt_t *a,
    size_t max);
static void pyexec_attempt_end(pyexec_attempt_t *a, short revents);
static void pyexec_attempt_vitals(pyexec_attempt_t *a);
static uint64_t pyexec_attempt_watch(pyexec_run_t *run, pyexec_attempt_t *a);
static void pyexec_attempt_kill(pyexec_attempt_t *a, pyexec_kill_e why);


void
pyexec_attempt_start(pyexec_run_t *run, pyexec_attempt_t *a,
    const pyexec_child_t *child, const pyexec_str_t *undefined)
{
    int                      in, fds[PYEXEC_CHILD_FDS];
    pyexec_child_job_t       job;
    const pyexec_execute_t  *r;

    memset(a, 0, sizeof(pyexec_attempt_t));
    memset(&job, 0, sizeof(pyexec_child_job_t));

    r = run->request;

    job.session = r->session;
    job.run_id.data = (u_char *) run->run_id;
    job.run_id.len = PYEXEC_RUN_ID_LEN;
    job.workspace = r->workspace;
    job.code = run->code;

    if (undefined) {
        job.correct = 1;
        job.undefined = *undefined;
    }

    job.timeout = r->timeout;
    job.max_memory = r->max_memory;
    job.max_file_size = r->max_file_size;
    job.max_open_files = r->max_open_files;
    job.max_threads = r->max_threads;
    job.max_cpu = pyexec_max_cpu(r);
    job.session_write = r->session_write;
    job.policy = r->policy;
    job.deny = r->deny;
    job.allow = r->allow;
    job.language = r->language;

    in = pyexec_feed_begin(run, a);

    /* opened for each child: runs that shared it would share its flags */

    if (in == -1) {
        in = open("/dev/null", O_RDONLY|O_CLOEXEC);
    }

    fds[PYEXEC_CHILD_SESSION] = run->session;
    fds[PYEXEC_CHILD_DIR] = run->dir;
    fds[PYEXEC_CHILD_IN] = in;

    a->child = *child;
    a->kind = child->kind;
    a->proposes = undefined != NULL;
    a->start = pyexec_now();

    /* if this fails, pyexec_attempt_wait() finds that the child is dead */

    if (pyexec_send(a->child.job, PYEXEC_MSG_CHILD_JOB, &job, fds,
                    PYEXEC_CHILD_FDS)
        == -1)
    {
        pyexec_log(PYEXEC_LOG_ERR, "sending a job to a child failed: %m");
        (void) syscall(SYS_pidfd_send_signal, a->child.pidfd, SIGKILL, NULL,
                       0);
    }

    if (in != -1) {
        (void) close(in);
    }
}


void
pyexec_attempt_go_on(pyexec_attempt_t *a)
{
    a->start = pyexec_now();

    (void) pyexec_send_fds_wait(a->child.job, "", 1, NULL, 0);
}


void
pyexec_attempt_wait(pyexec_run_t *run, pyexec_attempt_t *a)
{
    unsigned  corrected;
    uint64_t  watch;

    corrected = a->has_corrected;
    watch = a->start + pyexec_look_pause(run->disk, 0);

    while (!a->dead && a->has_corrected == corrected) {

        if (pyexec_attempt_poll(run, a, watch) == 0) {
            watch = pyexec_attempt_watch(run, a);
        }
    }

    /* the child is dead: what its pipes still hold is the rest of its output */

    while (a->dead && a->child.out != -1) {
        pyexec_attempt_read(run, a, &a->out, &a->child.out);
    }

    while (a->dead && a->child.err != -1) {
        pyexec_attempt_read(run, a, &a->err, &a->child.err);
    }

    if (a->dead) {
        a->time = pyexec_now() - a->start;
    }
}


/* handles what has come; returns 0 when pyexec_attempt_watch() is due */

static int
pyexec_attempt_poll(pyexec_run_t *run, pyexec_attempt_t *a, uint64_t watch)
{
    uint64_t       now, deadline, until;
    unsigned       gather;
    struct pollfd  pfd[PYEXEC_POLL_N];

    now = pyexec_now();
    gather = now < a->gather;

    pyexec_attempt_watched(run, a, gather, pfd);

    deadline = a->start + (uint64_t) run->request->timeout * 1000000;

    if (a->killed) {
        until = UINT64_MAX;

    } else {
        until = deadline < watch ? deadline : watch;
    }

    if (gather && a->gather < until) {
        until = a->gather;
    }

    if (now < a->start + PYEXEC_LISTEN && a->start + PYEXEC_LISTEN < until) {
        until = a->start + PYEXEC_LISTEN;
    }

    if (pyexec_wait(pfd, PYEXEC_POLL_N,
                    until == UINT64_MAX ? -1
                    : until > now ? (int) ((until - now + 999) / 1000) : 0)
        == -1)
    {
        pyexec_die("poll(): %m");
    }

    if (pfd[PYEXEC_POLL_IN].revents) {
        pyexec_feed(run, a);
    }

    pyexec_attempt_hear(run, a, pfd);

    if (pfd[PYEXEC_POLL_END].revents) {
        pyexec_attempt_end(a, pfd[PYEXEC_POLL_END].revents);
    }

    if (pfd[PYEXEC_POLL_VITALS].revents) {
        pyexec_attempt_vitals(a);
    }

    if (pfd[PYEXEC_POLL_CLIENT].revents) {
        pyexec_attempt_kill(a, PYEXEC_CANCELLED);
    }

    now = pyexec_now();

    if (now >= deadline) {
        pyexec_attempt_kill(a, PYEXEC_TIMEOUT);
    }

    return a->killed || now < watch;
}


static void
pyexec_attempt_watched(const pyexec_run_t *run, const pyexec_attempt_t *a,
    unsigned gather, struct pollfd *pfd)
{
    pfd[PYEXEC_POLL_VITALS].fd = a->child.vitals;
    pfd[PYEXEC_POLL_VITALS].events = POLLIN;
    pfd[PYEXEC_POLL_OUT].fd = gather ? -1 : a->child.out;
    pfd[PYEXEC_POLL_OUT].events = POLLIN;
    pfd[PYEXEC_POLL_ERR].fd = gather ? -1 : a->child.err;
    pfd[PYEXEC_POLL_ERR].events = POLLIN;
    pfd[PYEXEC_POLL_SAID].fd = a->hung_up ? -1 : a->child.job;
    pfd[PYEXEC_POLL_SAID].events = a->proposes || run->request->events
                                   || pyexec_now() >= a->start + PYEXEC_LISTEN
                                   ? POLLIN : 0;
    pfd[PYEXEC_POLL_END].fd = a->child.end;
    pfd[PYEXEC_POLL_END].events = a->exited ? 0 : POLLIN;
    pfd[PYEXEC_POLL_CLIENT].fd = a->killed ? -1 : run->client;
    pfd[PYEXEC_POLL_CLIENT].events = POLLRDHUP;
    pfd[PYEXEC_POLL_IN].fd = a->in;
    pfd[PYEXEC_POLL_IN].events = POLLOUT;
}


static void
pyexec_attempt_hear(pyexec_run_t *run, pyexec_attempt_t *a,
    const struct pollfd *pfd)
{
    short  said;

    /* what the code has written before it displays something comes first */

    said = pfd[PYEXEC_POLL_SAID].revents;

    if (pfd[PYEXEC_POLL_OUT].revents || (said && a->child.out != -1)) {
        pyexec_attempt_read(run, a, &a->out, &a->child.out);
    }

    if (pfd[PYEXEC_POLL_ERR].revents || (said && a->child.err != -1)) {
        pyexec_attempt_read(run, a, &a->err, &a->child.err);
    }

    /* most that is said matters only when the child has ended */

    if (said || pfd[PYEXEC_POLL_END].revents
        || pfd[PYEXEC_POLL_VITALS].revents)
    {
        pyexec_attempt_listen(run, a);
    }

    pyexec_event_output(run, a, 0);
    pyexec_event_flush(run);
}


static void
pyexec_attempt_read(pyexec_run_t *run, pyexec_attempt_t *a, pyexec_stream_t *s,
    int *fd)
{
    ssize_t        n;

    static u_char  buf[65536];

    n = read(*fd, buf, sizeof(buf));

    /* of a dead child nothing is to come, and EAGAIN is the end */

    if (n == -1 && (errno == EINTR || pyexec_not_yet(errno))
        && !(a->dead && errno == EAGAIN))
    {
        return;
    }

    if (n <= 0) {
        (void) close(*fd);
        *fd = -1;
        return;
    }

    if (n < PYEXEC_SMALL) {
        a->gather = pyexec_now() + PYEXEC_GATHER;
    }

    pyexec_buf_add(&s->kept, buf, n);

    if (a->out.kept.len + a->err.kept.len > run->request->max_flood) {
        pyexec_attempt_kill(a, PYEXEC_OUTPUT);
    }
}


/* reads all that the child has said until now */

static void
pyexec_attempt_listen(pyexec_run_t *run, pyexec_attempt_t *a)
{
    size_t   max;
    ssize_t  n, len;

    /* a corrected code is the code and one line more */

    max = PYEXEC_MAX_SAID + run->request->code.len;

    for (n = PYEXEC_SAID_PART; n == PYEXEC_SAID_PART && !a->hung_up; ) {

        n = recv(a->child.job, pyexec_buf_reserve(&a->said, PYEXEC_SAID_PART),
                 PYEXEC_SAID_PART, MSG_DONTWAIT);

        if (n == -1 && pyexec_not_yet(errno)) {
            return;
        }

        a->said.len += n > 0 ? n : 0;

        while ((len = pyexec_attempt_said(run, a, max)) > 0) {
            a->said.len -= len;
            memmove(a->said.data, a->said.data + len, a->said.len);
        }

        if (n <= 0 || len == -1) {
            a->hung_up = 1;
        }
    }
}


/* decodes one message; returns its length, 0 or -1, as pyexec_message_at() */

static ssize_t
pyexec_attempt_said(pyexec_run_t *run, pyexec_attempt_t *a, size_t max)
{
    void                 *msg;
    ssize_t               len;
    unsigned              slot;
    pyexec_buf_t         *kept;
    pyexec_msg_e          type;
    pyexec_str_t          payload;
    pyexec_child_wall_t   wall;

    len = pyexec_message_at(a->said.data, a->said.len, max, &type, &payload);

    if (len <= 0) {
        return len;
    }

    if (type == PYEXEC_MSG_CHILD_BUNDLE && a->has_checked) {
        return pyexec_bundle_add(run, a, &payload) == 0 ? len : -1;
    }

    /*
     * Each other type is accepted once, and in the protocol's order; anything
     * else comes from hostile code, and ends the conversation.
     */

    if (type == PYEXEC_MSG_CHILD_CORRECTED && !a->has_checked
        && !a->has_corrected)
    {
        slot = 0;
        msg = &a->corrected;

    } else if (type == PYEXEC_MSG_CHILD_CHECKED && !a->has_checked) {
        slot = 1;
        msg = &a->checked;

    } else if (type == PYEXEC_MSG_CHILD_FAILED && a->has_checked
               && !a->has_failed)
    {
        slot = 2;
        msg = &a->failed;

    } else if (type == PYEXEC_MSG_CHILD_WALL && !a->has_checked
               && pyexec_wire_decode(type, payload.data, payload.len, &wall)
                  == 0)
    {
        errno = (int) wall.error;
        pyexec_log(PYEXEC_LOG_ALERT, "%.*s failed in a child: %m",
                   (int) wall.what.len, wall.what.data);
        return -1;

    } else {
        return -1;
    }

    kept = &a->payload[slot];
    pyexec_buf_add(kept, payload.data, payload.len);

    if (pyexec_wire_decode(type, kept->data, kept->len, msg) == -1) {
        return -1;
    }

    a->has_corrected |= slot == 0;
    a->has_checked |= slot == 1;
    a->has_failed |= slot == 2;

    return len;
}


/*
 * POLLIN: the child exits, and its listener tells the status.  POLLHUP: no
 * thread of it runs code any more; the kernel still frees its memory, which
 * the answer does not wait for.  A child that has ended in another way, or
 * that the runner has killed, is dead when the zygote says so, by DEAD.
 */

static void
pyexec_attempt_end(pyexec_attempt_t *a, short revents)
{
    int       status;
    unsigned  over;

    over = 0;

    if (revents & POLLIN) {
        status = pyexec_seccomp_exit(a->child.end, &over);

        if (status == -1) {
            return;
        }

        a->exited = 1;
        a->status = W_EXITCODE(status, 0);
    }

    if (!over && !(revents & POLLHUP)) {
        return;
    }

    (void) close(a->child.end);
    a->child.end = -1;

    if (a->exited && !a->killed) {
        a->dead = 1;
        a->reaped = 1;
    }
}


static void
pyexec_attempt_vitals(pyexec_attempt_t *a)
{
    int              none;
    ssize_t          n;
    pyexec_vital_t   vital;

    n = pyexec_recv_fds(a->child.vitals, &vital, sizeof(vital), &none, 0,
                        MSG_DONTWAIT);

    if ((n == -1 && pyexec_not_yet(errno))
        || (n == sizeof(vital) && vital.event == PYEXEC_STALE))
    {
        return;
    }

    if (n == sizeof(vital) && vital.event == PYEXEC_DEAD) {
        a->reaped = 1;
        a->status = vital.status;
        a->usage = vital.usage;

    } else {

        /* the zygote is dead; the child may not have been killed with it */

        (void) syscall(SYS_pidfd_send_signal, a->child.pidfd, SIGKILL, NULL,
                       0);
    }

    a->dead = 1;
}


/* returns the time of the next look */

static uint64_t
pyexec_attempt_watch(pyexec_run_t *run, pyexec_attempt_t *a)
{
    uint64_t       next;
    pyexec_kill_e  why;

    pyexec_drain(run->control, run->drained);

    /* a child whose socket is full waits for that */

    pyexec_attempt_listen(run, a);

    why = pyexec_look(run, a, &next);

    if (why != PYEXEC_SPARED) {
        pyexec_attempt_kill(a, why);
    }

    return next;
}


static void
pyexec_attempt_kill(pyexec_attempt_t *a, pyexec_kill_e why)
{
    if (a->killed || a->dead) {
        return;
    }

    /* what is over is noticed again: the next look kills */

    if (syscall(SYS_pidfd_send_signal, a->child.pidfd, SIGKILL, NULL, 0) == -1
        && pyexec_not_yet(errno))
    {
        return;
    }

    a->killed = why;
}


void
pyexec_attempt_free(pyexec_attempt_t *a)
{
    unsigned  i;

    pyexec_child_drop(&a->child);
    pyexec_feed_end(a);

    pyexec_buf_free(&a->out.kept);
    pyexec_buf_free(&a->err.kept);
    pyexec_buf_free(&a->said);
    pyexec_buf_free(&a->result);
    pyexec_buf_free(&a->display);

    for (i = 0; i < sizeof(a->payload) / sizeof(a->payload[0]); i++) {
        pyexec_buf_free(&a->payload[i]);
    }
}
