
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "pool/pyexec_supervise.h"
#include "store/pyexec_steward.h"
#include "wire/pyexec_message.h"


/* a process that dies sooner than this after its start is restarted later */

#define PYEXEC_YOUNG        1000000        /* us */

/* how often a restart that is due is looked for, and the workspaces are */

#define PYEXEC_PAUSE        500            /* ms */

/* after failures the pause before another try doubles, so many times at most */

#define PYEXEC_SCOUT_PAUSE  30000000       /* us */
#define PYEXEC_DOUBLINGS    6


static void pyexec_supervise_plan(pyexec_main_t *m);
static pyexec_process_t *pyexec_supervise_add(pyexec_main_t *m,
    pyexec_role_e role, pyexec_zygote_e kind);
static int pyexec_supervise_wait(pyexec_main_t *m);
static void pyexec_supervise_start(pyexec_main_t *m);
static uint64_t pyexec_supervise_pause(uint64_t pause, unsigned failures);
static void pyexec_supervise_link(pyexec_main_t *m, pyexec_process_t *p);
static void pyexec_supervise_loaded(pyexec_main_t *m, pyexec_process_t *p,
    const pyexec_ready_t *ready);
static void pyexec_supervise_roots(int *known, char names[PYEXEC_MAX_ROOTS],
    const pyexec_ready_t *ready);
static void pyexec_supervise_ready(pyexec_main_t *m);
static void pyexec_supervise_worn(pyexec_main_t *m,
    const pyexec_process_t *p);
static void pyexec_supervise_scout(pyexec_main_t *m);
static void pyexec_supervise_scouted(pyexec_main_t *m, pyexec_zygote_e kind,
    int status);
static void pyexec_supervise_replace(pyexec_main_t *m, pyexec_zygote_e kind);
static void pyexec_supervise_reap(pyexec_main_t *m);
static void pyexec_supervise_died(pyexec_main_t *m, pyexec_process_t *p,
    int status);
static void pyexec_supervise_tell(const char *name, int status);
static void pyexec_supervise_full(pyexec_main_t *m);
static void pyexec_supervise_end(pyexec_main_t *m);
static unsigned pyexec_supervise_count(const pyexec_main_t *m,
    pyexec_role_e from);


void
pyexec_supervise(pyexec_main_t *m)
{
    unsigned  i;

    pyexec_supervise_plan(m);

    for (i = 0; i < m->nprocesses; i++) {
        pyexec_process_start(m, &m->processes[i]);
    }

    while (pyexec_supervise_wait(m)) { /* void */ }
}


static void
pyexec_supervise_plan(pyexec_main_t *m)
{
    unsigned  i, kind;

    for (kind = 0; kind < m->pool.kinds; kind++) {
        m->lineage[kind].scout = 1;

        for (i = 0; i < m->pool.zygotes[kind]; i++) {
            (void) pyexec_supervise_add(m, PYEXEC_ZYGOTE, kind);
        }
    }

    for (i = 0; i < m->pool.workers; i++) {
        (void) pyexec_supervise_add(m, PYEXEC_RUNNER, 0);
    }

    (void) pyexec_supervise_add(m, PYEXEC_CLERK, 0);
    (void) pyexec_supervise_add(m, PYEXEC_SWEEPER, 0);
}


static pyexec_process_t *
pyexec_supervise_add(pyexec_main_t *m, pyexec_role_e role,
    pyexec_zygote_e kind)
{
    pyexec_process_t  *p;

    p = &m->processes[m->nprocesses++];
    memset(p, 0, sizeof(pyexec_process_t));

    p->role = role;
    p->kind = kind;
    p->link = -1;

    return p;
}


/* waits for events and handles them; returns 0 when all have ended */

static int
pyexec_supervise_wait(pyexec_main_t *m)
{
    int                      i, n, reaped;
    struct pollfd            pfd[PYEXEC_PROCESSES + 4];
    struct signalfd_siginfo  info;

    reaped = 0;
    n = m->nprocesses;

    for (i = 0; i < n; i++) {
        pfd[i].fd = m->processes[i].link;
        pfd[i].events = POLLIN;
    }

    /* no POLLIN: runners read the jobs, this process sees nginx hang up */

    pfd[n].fd = m->ending ? -1 : PYEXEC_FD_RUNS;
    pfd[n].events = 0;
    pfd[n + 1].fd = m->signals;
    pfd[n + 1].events = POLLIN;
    pfd[n + 2].fd = m->pool.steward[1];
    pfd[n + 2].events = POLLIN;

    pfd[n + 3].fd = m->streams[0];
    pfd[n + 3].events = POLLIN;

    if (pyexec_wait(pfd, n + 4, PYEXEC_PAUSE) == -1) {
        pyexec_die("poll(): %m");
    }

    if (pfd[n + 1].revents) {
        while (read(m->signals, &info, sizeof(info)) > 0) {
            m->ending |= info.ssi_signo != SIGCHLD;
        }

        pyexec_supervise_reap(m);
        reaped = 1;
    }

    /* reaping reorders the table; poll() will report these links again */

    for (i = 0; i < n && !reaped; i++) {
        if (pfd[i].revents && m->processes[i].link != -1) {
            pyexec_supervise_link(m, &m->processes[i]);
        }
    }

    if (pfd[n + 2].revents) {
        pyexec_steward_serve(m->pool.steward[1], &m->pool.sandbox);
    }

    if (pfd[n + 3].revents) {
        pyexec_process_said(m);
    }

    if (pfd[n].revents) {
        m->ending = 1;
    }

    if (!m->ending) {
        m->ending = pyexec_watch_tell(&m->watch, &m->pool.sandbox);
    }

    if (m->ending) {
        pyexec_supervise_end(m);
        return pyexec_supervise_count(m, PYEXEC_ZYGOTE) != 0;
    }

    pyexec_supervise_start(m);

    return 1;
}


/* restarts what died, and starts a scout that is due */

static void
pyexec_supervise_start(pyexec_main_t *m)
{
    unsigned  i;

    for (i = 0; i < m->nprocesses; i++) {
        if (m->processes[i].pid == 0
            && pyexec_now() - m->processes[i].born
               > pyexec_supervise_pause(PYEXEC_YOUNG, m->processes[i].failures))
        {
            pyexec_process_start(m, &m->processes[i]);
        }
    }

    pyexec_supervise_scout(m);
}


static uint64_t
pyexec_supervise_pause(uint64_t pause, unsigned failures)
{
    return pause << (failures < PYEXEC_DOUBLINGS ? failures
                                                 : PYEXEC_DOUBLINGS);
}


/* reads a zygote's message; an error is a zygote's death, which is reaped */

static void
pyexec_supervise_link(pyexec_main_t *m, pyexec_process_t *p)
{
    pyexec_msg_e    type;
    pyexec_ready_t  ready;

    static pyexec_buf_t  buf;

    if (pyexec_recv(p->link, &buf, &type, NULL, 0) == -1) {
        (void) close(p->link);
        p->link = -1;
        return;
    }

    if (type == PYEXEC_MSG_WORN) {
        pyexec_supervise_worn(m, p);

    } else if (type == PYEXEC_MSG_READY
               && pyexec_wire_decode(type, buf.data, buf.len, &ready) == 0)
    {
        pyexec_supervise_loaded(m, p, &ready);
    }
}


static void
pyexec_supervise_loaded(pyexec_main_t *m, pyexec_process_t *p,
    const pyexec_ready_t *ready)
{
    unsigned         i;
    pyexec_roots_t  *roots;

    p->loaded = 1;
    p->failures = 0;
    m->lineage[p->kind].served = 1;

    /* a successor forks from here on: those that retire are told */

    for (i = 0; i < m->nprocesses; i++) {
        if (m->processes[i].retiring && m->processes[i].kind == p->kind
            && m->processes[i].link != -1)
        {
            pyexec_process_retire(&m->processes[i]);
        }
    }

    roots = m->pool.roots;

    if (p->kind == PYEXEC_FULL) {
        pyexec_supervise_roots(&roots->full, roots->names, ready);

    } else {
        pyexec_supervise_roots(&roots->light, roots->installed, ready);
    }

    if (!m->said_ready) {
        pyexec_supervise_ready(m);

    } else {
        pyexec_supervise_replace(m, p->kind);
    }
}


static void
pyexec_supervise_roots(int *known, char names[PYEXEC_MAX_ROOTS],
    const pyexec_ready_t *ready)
{
    if (!*known && ready->text.len < PYEXEC_MAX_ROOTS) {
        memcpy(names, ready->text.data, ready->text.len);
        names[ready->text.len] = '\0';
        __atomic_store_n(known, 1, __ATOMIC_RELEASE);
    }
}


/*
 * Tells nginx that the pool is ready when all zygotes have loaded.  Runs are
 * served before that, as soon as the light ones have, which is logged.
 */

static void
pyexec_supervise_ready(pyexec_main_t *m)
{
    char            text[1024];
    u_char          msg[1100], *last;
    unsigned        i, missing[PYEXEC_KINDS] = { 0, 0 };
    pyexec_ready_t  ready;

    for (i = 0; i < m->nprocesses; i++) {
        if (m->processes[i].role == PYEXEC_ZYGOTE && !m->processes[i].loaded) {
            missing[m->processes[i].kind]++;
        }
    }

    if (missing[PYEXEC_LIGHT]) {
        return;
    }

    if (missing[PYEXEC_FULL]) {
        if (missing[PYEXEC_FULL] == m->pool.zygotes[PYEXEC_FULL]) {
            pyexec_log(PYEXEC_LOG_NOTICE, "serves runs; what preload= names "
                       "is being loaded");
        }

        return;
    }

    m->said_ready = 1;

    (void) snprintf(text, sizeof(text), "%u runners, sandbox: %s",
                    m->pool.workers, m->walls);

    ready.text.data = (u_char *) text;
    ready.text.len = strlen(text);

    last = pyexec_wire_encode(msg, PYEXEC_MSG_READY, &ready);

    if (send(PYEXEC_FD_RUNS, msg, last - msg, MSG_NOSIGNAL) == -1) {
        pyexec_log(PYEXEC_LOG_NOTICE, "%s", text);
    }
}


/* after max_requests forks a new generation is due, and a scout for it */

static void
pyexec_supervise_worn(pyexec_main_t *m, const pyexec_process_t *p)
{
    pyexec_lineage_t  *l;

    l = &m->lineage[p->kind];

    if (!p->retiring && p->generation == l->generation && !l->scouted) {
        l->worn = 1;
        l->scout = 1;
    }
}


/*
 * Starts a scout that is due; one at a time, and none before the pool is
 * ready, so that it does not slow down the zygotes that load.
 */

static void
pyexec_supervise_scout(pyexec_main_t *m)
{
    void              *map;
    unsigned           kind;
    pyexec_lineage_t  *l;

    if (!m->said_ready || m->lineage[PYEXEC_LIGHT].scouted
        || m->lineage[PYEXEC_FULL].scouted)
    {
        return;
    }

    for (kind = 0; kind < PYEXEC_KINDS; kind++) {
        if (m->lineage[kind].scout
            && pyexec_now() >= m->lineage[kind].scout_at)
        {
            break;
        }
    }

    if (kind == PYEXEC_KINDS) {
        return;
    }

    l = &m->lineage[kind];
    l->scout = 0;

    map = mmap(NULL, sizeof(pyexec_learned_t), PROT_READ|PROT_WRITE,
               MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    if (map == MAP_FAILED) {
        pyexec_log(PYEXEC_LOG_ERR, "mmap(): %m");
        return;
    }

    l->scouted = map;

    pyexec_process_start(m, pyexec_supervise_add(m, PYEXEC_SCOUT, kind));
}


static void
pyexec_supervise_scouted(pyexec_main_t *m, pyexec_zygote_e kind, int status)
{
    pyexec_lineage_t  *l;
    pyexec_learned_t  *useless;

    l = &m->lineage[kind];
    useless = l->scouted;

    if (status == 0) {
        useless = l->learned;
        l->learned = l->scouted;
        l->failures = 0;

    } else {
        pyexec_supervise_tell("scout", status);

        l->scout = 1;
        l->scout_at = pyexec_now()
                      + pyexec_supervise_pause(PYEXEC_SCOUT_PAUSE,
                                               l->failures++);
    }

    l->scouted = NULL;

    if (useless) {
        (void) munmap(useless, sizeof(pyexec_learned_t));
    }

    /* worn zygotes are replaced in any case, by others with another seed */

    if (status != 0 && l->worn && l->learned) {
        (void) munmap(l->learned, sizeof(pyexec_learned_t));
        l->learned = NULL;
    }

    if (status == 0 || l->worn) {
        l->worn = 0;
        l->generation++;
        pyexec_supervise_replace(m, kind);
    }
}


/*
 * Starts the successor of one zygote of a former generation.  The next one
 * follows when it has loaded: while two overlap, their memory is needed twice.
 */

static void
pyexec_supervise_replace(pyexec_main_t *m, pyexec_zygote_e kind)
{
    unsigned           i, retiring;
    pyexec_process_t  *p, *old;

    old = NULL;
    retiring = 0;

    for (i = 0; i < m->nprocesses; i++) {

        p = &m->processes[i];

        if (p->role != PYEXEC_ZYGOTE || p->kind != kind) {
            continue;
        }

        if (p->retiring) {
            retiring++;

        } else if (!p->loaded) {
            return;

        } else if (p->generation != m->lineage[kind].generation) {
            old = p;
        }
    }

    if (old == NULL && retiring == 0) {
        pyexec_log(PYEXEC_LOG_INFO, "the %s zygotes are of generation %u",
                   kind == PYEXEC_FULL ? "full" : "light",
                   m->lineage[kind].generation);
    }

    if (old && retiring < m->pool.zygotes[kind]) {
        old->retiring = 1;
        pyexec_process_start(m, pyexec_supervise_add(m, PYEXEC_ZYGOTE, kind));
    }
}


static void
pyexec_supervise_reap(pyexec_main_t *m)
{
    int       status;
    pid_t     pid;
    unsigned  i;

    for ( ;; ) {

        pid = waitpid(-1, &status, WNOHANG);

        if (pid <= 0) {
            return;
        }

        for (i = 0; i < m->nprocesses; i++) {
            if (m->processes[i].pid == pid) {
                pyexec_supervise_died(m, &m->processes[i], status);
                break;
            }
        }
    }
}


static void
pyexec_supervise_died(pyexec_main_t *m, pyexec_process_t *p, int status)
{
    pyexec_role_e    role;
    pyexec_zygote_e  kind;

    p->failures += p->role == PYEXEC_ZYGOTE && !p->loaded;
    p->pid = 0;
    p->loaded = 0;

    if (p->link != -1) {
        (void) close(p->link);
        p->link = -1;
    }

    role = p->role;
    kind = p->kind;

    if (p->retiring || role == PYEXEC_SCOUT) {
        *p = m->processes[--m->nprocesses];
        p = NULL;
    }

    if (m->ending) {
        return;
    }

    if (role == PYEXEC_SCOUT) {
        pyexec_supervise_scouted(m, kind, status);
        return;
    }

    pyexec_supervise_full(m);

    if (p == NULL) {
        pyexec_supervise_replace(m, kind);
        return;
    }

    /* what can't be loaded once can't be the next time; a killed one may */

    if (role == PYEXEC_ZYGOTE && !m->lineage[kind].served
        && WIFEXITED(status))
    {
        pyexec_die("the %s zygote did not start",
                   kind == PYEXEC_FULL ? "full" : "light");
    }

    /*
     * A process exits with 0 only when nginx has hung up: the pool is ending,
     * and it is not restarted at once.
     */

    if (status == 0) {
        return;
    }

    pyexec_supervise_tell(pyexec_process_name(p), status);

    if (p->failures == 0 && pyexec_now() - p->born > PYEXEC_YOUNG) {
        pyexec_process_start(m, p);
    }
}


static void
pyexec_supervise_tell(const char *name, int status)
{
    if (WIFSIGNALED(status)) {
        pyexec_log(PYEXEC_LOG_ERR, "a %s was killed by signal %d", name,
                   WTERMSIG(status));

    } else {
        pyexec_log(PYEXEC_LOG_ERR, "a %s exited with status %d", name,
                   WEXITSTATUS(status));
    }
}


/*
 * Without a full zygote runners use light ones, which import what they need;
 * the flag is set again when the next full one has loaded.
 */

static void
pyexec_supervise_full(pyexec_main_t *m)
{
    unsigned  i;

    for (i = 0; i < m->nprocesses; i++) {
        if (m->processes[i].role == PYEXEC_ZYGOTE
            && m->processes[i].kind == PYEXEC_FULL && m->processes[i].loaded)
        {
            return;
        }
    }

    __atomic_store_n(&m->pool.roots->full, 0, __ATOMIC_RELEASE);
}


/*
 * Ends the pool: closes the lifeline, at which runners, clerk and sweeper
 * exit; then, when all these have, retires the zygotes.
 */

static void
pyexec_supervise_end(pyexec_main_t *m)
{
    unsigned  i;

    if (m->pool.lifeline[1] != -1) {

        /* nginx may start another pool, which then gets the lock */

        (void) close(PYEXEC_FD_LOCK);
        (void) close(m->pool.lifeline[1]);
        m->pool.lifeline[1] = -1;

        for (i = 0; i < m->nprocesses; i++) {
            if (m->processes[i].role == PYEXEC_SCOUT
                && m->processes[i].pid != 0)
            {
                (void) kill(m->processes[i].pid, SIGKILL);
            }
        }
    }

    if (pyexec_supervise_count(m, PYEXEC_RUNNER) != 0) {
        return;
    }

    for (i = 0; i < m->nprocesses; i++) {
        if (m->processes[i].link != -1) {
            pyexec_process_retire(&m->processes[i]);
        }
    }
}


/* counts the running processes with that role or a later one of the enum */

static unsigned
pyexec_supervise_count(const pyexec_main_t *m, pyexec_role_e from)
{
    unsigned  i, n;

    for (n = 0, i = 0; i < m->nprocesses; i++) {
        n += m->processes[i].pid != 0 && m->processes[i].role >= from;
    }

    return n;
}
