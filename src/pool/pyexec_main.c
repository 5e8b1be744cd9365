
/*
 * The pool: the processes that run Python for nginx.
 *
 * nginx's cache manager forks and execs this program, as nginx's user; a
 * single-process nginx does it itself, as root perhaps.
 *
 *   first process    tries the walls, starts the others and starts them anew
 *    |               when they die.  Holds the lock that tells nginx that a
 *    |               pool is there, and the only write end of the lifeline.
 *    +- zygote       one light, one full: an interpreter, warm, with one
 *    |   |           thread, in namespaces and at a root of its own.  Forks
 *    |   |           children when runners ask, reaps them, and tells their
 *    |   |           runners how they ended.
 *    |   +- child    untrusted from its first line of code on: one attempt.
 *    +- runner       takes one job after another off the control socket;
 *    |               trusted, and holds no Python.  Has two light children
 *    |               and a full one waiting.  Nothing that a child says is
 *    |               believed.
 *    +- clerk        lists, fetches and removes runs.
 *    +- sweeper      removes old runs.
 *
 * Descriptors
 *
 *   control sockets  nginx's ends are held by its workers, the pool's (3 for
 *                    runs, 4 for files) by the first process, the runners,
 *                    and the clerk.  When no worker holds them any more, the
 *                    pool ends.
 *   lock             5, of the first process only.
 *   queue            a socketpair for each kind of zygote.  A request is one
 *                    byte and four descriptors.  Runners hold one end, the
 *                    zygote the other, the first process both, so that the
 *                    queue outlives a zygote.
 *   link             a socketpair for each zygote; a byte from the first
 *                    process retires it.
 *   vitals           a socketpair for each child, from its runner to its
 *                    zygote.  The runner's end closes: the zygote kills the
 *                    child.  The zygote's closes without a word: zygote and
 *                    child are dead.
 *   job, out, err    of each child, to its runner.
 *
 * Who ends whom
 *
 *   no nginx         the first process closes the lifeline; runners end when
 *                    they have no run; then it retires the zygotes, which
 *                    end when they have no child.
 *   no first process the same, by themselves: runners read the end of the
 *                    lifeline, and zygotes that of the queue.
 *   no zygote        its children die with it (its pid namespace, or their
 *                    parent-death signals); their runs end with a verdict.
 *   no runner        its zygote kills its child; nginx answers the client;
 *                    whoever lists the session next finds the run without
 *                    its lock, and notes that it was interrupted.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "pool/pyexec_pool.h"
#include "pool/pyexec_process.h"
#include "sandbox/pyexec_probe.h"
#include "store/pyexec_steward.h"
#include "wire/pyexec_message.h"


/* a process that dies young is not started anew at once */

#define PYEXEC_YOUNG        1000000        /* us */
#define PYEXEC_PAUSE        500            /* ms */


static void pyexec_main_title(pyexec_main_t *m, int argc, char **argv);
static void pyexec_main_lock(void);
static void pyexec_main_identity(pyexec_pool_t *pool);
static void pyexec_main_workspaces(pyexec_pool_t *pool);
static void pyexec_main_descriptors(pyexec_main_t *m);
static void pyexec_main_signals(pyexec_main_t *m);
static void pyexec_main_plan(pyexec_main_t *m);
static int pyexec_main_wait(pyexec_main_t *m);
static void pyexec_main_link(pyexec_main_t *m, pyexec_process_t *p);
static void pyexec_main_loaded(pyexec_main_t *m, pyexec_process_t *p,
    const pyexec_ready_t *ready);
static void pyexec_main_say_ready(pyexec_main_t *m);
static void pyexec_main_replace(pyexec_main_t *m, pyexec_process_t *p);
static void pyexec_main_reap(pyexec_main_t *m);
static void pyexec_main_died(pyexec_main_t *m, pyexec_process_t *p,
    int status);
static void pyexec_main_end(pyexec_main_t *m);
static unsigned pyexec_main_count(const pyexec_main_t *m, unsigned zygotes);


#ifdef PYEXEC_ASAN

/* its leaks are those of processes that end; the rest is for the code's sake */

const char *__asan_default_options(void);


const char *
__asan_default_options(void)
{
    return "detect_leaks=0:allocator_may_return_null=1:handle_segv=0";
}

#endif


int
main(int argc, char **argv)
{
    unsigned              i;
    static pyexec_main_t  m;

    pyexec_params(&m.pool, argc, argv);
    pyexec_main_title(&m, argc, argv);
    pyexec_main_lock();
    pyexec_log_open(PYEXEC_FD_RUNS);

    /* a terminal's signals are for nginx: the pool sees when it has gone */

    if (setsid() == -1) {
        pyexec_die("setsid(): %m");
    }

    (void) umask(022);
    (void) signal(SIGPIPE, SIG_IGN);

    pyexec_main_identity(&m.pool);
    pyexec_main_workspaces(&m.pool);
    pyexec_main_descriptors(&m);

    pyexec_probe(&m.pool.sandbox, m.walls, sizeof(m.walls));

    pyexec_main_signals(&m);
    pyexec_main_plan(&m);

    for (i = 0; i < m.nprocesses; i++) {
        pyexec_process_start(&m, &m.processes[i]);
    }

    while (pyexec_main_wait(&m)) { /* void */ }

    return 0;
}


/* the processes show their roles where the arguments were */

static void
pyexec_main_title(pyexec_main_t *m, int argc, char **argv)
{
    m->title = argv[0];
    m->title_size = argv[argc - 1] + strlen(argv[argc - 1]) + 1 - argv[0];

    memset(m->title, 0, m->title_size);
    (void) snprintf(m->title, m->title_size, "pyexec-pool %s", m->pool.name);
}


/* another pool serves: nginx was too quick, and this one is not needed */

static void
pyexec_main_lock(void)
{
    struct flock  fl;

    memset(&fl, 0, sizeof(fl));
    fl.l_type = F_WRLCK;
    fl.l_whence = SEEK_SET;

    if (fcntl(PYEXEC_FD_LOCK, F_SETLK, &fl) == 0) {
        return;
    }

    if (errno == EAGAIN || errno == EACCES) {
        _exit(0);
    }

    pyexec_die("fcntl(F_SETLK): %m: this program is started by nginx");
}


static void
pyexec_main_identity(pyexec_pool_t *pool)
{
    struct passwd  *pw;

    pool->sandbox.uid = geteuid();
    pool->sandbox.gid = getegid();

    if (geteuid() != 0) {
        return;
    }

    errno = 0;
    pw = getpwnam(pool->user);

    if (pw == NULL) {
        pyexec_die("the user \"%s\" of the pool is not there", pool->user);
    }

    if (pw->pw_uid == 0) {
        pyexec_die("the user \"%s\" of the pool is root", pool->user);
    }

    pool->sandbox.uid = pw->pw_uid;
    pool->sandbox.gid = pw->pw_gid;
}


static void
pyexec_main_workspaces(pyexec_pool_t *pool)
{
    unsigned             i;
    struct stat          st;
    pyexec_sandbox_t    *sb;
    pyexec_workspace_t  *w;

    sb = &pool->sandbox;

    for (i = 0; i < sb->nworkspaces; i++) {

        w = &sb->workspaces[i];
        w->fd = open(w->path, O_PATH|O_DIRECTORY|O_CLOEXEC);

        if (w->fd == -1 || fstat(w->fd, &st) == -1) {
            pyexec_die("the workspace \"%s\" cannot be opened: %m", w->path);
        }

        if (geteuid() == 0 && st.st_uid != sb->uid
            && fchownat(w->fd, "", sb->uid, sb->gid, AT_EMPTY_PATH) == -1)
        {
            pyexec_die("the workspace \"%s\" cannot be given to user \"%s\": "
                       "%m", w->path, pool->user);
        }
    }
}


static void
pyexec_main_descriptors(pyexec_main_t *m)
{
    unsigned        k;
    pyexec_pool_t  *pool;

    pool = &m->pool;

    for (k = PYEXEC_FD_RUNS; k <= PYEXEC_FD_LOCK; k++) {
        (void) fcntl(k, F_SETFD, FD_CLOEXEC);
    }

    pool->kinds = pool->preload && *pool->preload == '\0' ? 1 : PYEXEC_KINDS;

    for (k = 0; k < pool->kinds; k++) {
        if (socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC, 0,
                       pool->queue[k]) == -1)
        {
            pyexec_die("socketpair(): %m");
        }
    }

    if (pyexec_steward_open(pool->steward) == -1) {
        pyexec_die("socketpair(): %m");
    }

    if (pipe2(pool->lifeline, O_CLOEXEC) == -1) {
        pyexec_die("pipe2(): %m");
    }

    pool->roots = mmap(NULL, sizeof(pyexec_roots_t), PROT_READ|PROT_WRITE,
                        MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    if (pool->roots == MAP_FAILED) {
        pyexec_die("mmap(): %m");
    }
}


static void
pyexec_main_signals(pyexec_main_t *m)
{
    sigset_t  set;

    (void) sigemptyset(&set);
    (void) sigaddset(&set, SIGCHLD);
    (void) sigaddset(&set, SIGTERM);
    (void) sigaddset(&set, SIGQUIT);
    (void) sigaddset(&set, SIGINT);

    if (sigprocmask(SIG_BLOCK, &set, NULL) == -1) {
        pyexec_die("sigprocmask(): %m");
    }

    m->signals = signalfd(-1, &set, SFD_NONBLOCK|SFD_CLOEXEC);
    if (m->signals == -1) {
        pyexec_die("signalfd(): %m");
    }
}


static void
pyexec_main_plan(pyexec_main_t *m)
{
    unsigned           i, n;
    pyexec_process_t  *p;

    n = m->pool.kinds + m->pool.workers + 2;

    for (i = 0; i < n; i++) {

        p = &m->processes[m->nprocesses++];
        p->link = -1;

        if (i < m->pool.kinds) {
            p->role = PYEXEC_ZYGOTE;
            p->kind = i;

        } else if (i < m->pool.kinds + m->pool.workers) {
            p->role = PYEXEC_RUNNER;

        } else {
            p->role = i == n - 1 ? PYEXEC_SWEEPER : PYEXEC_CLERK;
        }
    }
}


/* returns 0 when all is over */

static int
pyexec_main_wait(pyexec_main_t *m)
{
    int                      i, n, reaped, timeout;
    struct pollfd            pfd[PYEXEC_PROCESSES + 3];
    struct signalfd_siginfo  info;

    timeout = -1;
    reaped = 0;
    n = m->nprocesses;

    for (i = 0; i < n; i++) {
        pfd[i].fd = m->processes[i].link;
        pfd[i].events = POLLIN;

        if (m->processes[i].pid == 0 && !m->ending) {
            timeout = PYEXEC_PAUSE;
        }
    }

    /* nginx's end: its jobs are the runners', its leaving is for all */

    pfd[n].fd = m->ending ? -1 : PYEXEC_FD_RUNS;
    pfd[n].events = 0;
    pfd[n + 1].fd = m->signals;
    pfd[n + 1].events = POLLIN;
    pfd[n + 2].fd = m->pool.steward[1];
    pfd[n + 2].events = POLLIN;

    if (poll(pfd, n + 3, timeout) == -1 && errno != EINTR) {
        pyexec_die("poll(): %m");
    }

    if (pfd[n + 1].revents) {
        while (read(m->signals, &info, sizeof(info)) > 0) {
            m->ending |= info.ssi_signo != SIGCHLD;
        }

        pyexec_main_reap(m);
        reaped = 1;
    }

    /* not where processes have changed their places: poll() tells it again */

    for (i = 0; i < n && !reaped; i++) {
        if (pfd[i].revents && m->processes[i].link != -1) {
            pyexec_main_link(m, &m->processes[i]);
        }
    }

    if (pfd[n + 2].revents) {
        pyexec_steward_serve(m->pool.steward[1], &m->pool.sandbox);
    }

    if (pfd[n].revents) {
        m->ending = 1;
    }

    if (m->ending) {
        pyexec_main_end(m);
        return pyexec_main_count(m, 1) != 0;
    }

    for (i = 0; i < (int) m->nprocesses; i++) {
        if (m->processes[i].pid == 0
            && pyexec_now() - m->processes[i].born > PYEXEC_YOUNG)
        {
            pyexec_process_start(m, &m->processes[i]);
        }
    }

    return 1;
}


/* what a zygote says; that it is dead, its status tells */

static void
pyexec_main_link(pyexec_main_t *m, pyexec_process_t *p)
{
    pyexec_msg_e    type;
    pyexec_ready_t  ready;

    static pyexec_buf_t  buf;

    if (pyexec_recv(p->link, &buf, &type, NULL, 0) == -1) {
        (void) close(p->link);
        p->link = -1;
        return;
    }

    if (type == PYEXEC_MSG_LOG) {
        pyexec_main_replace(m, p);

    } else if (type == PYEXEC_MSG_READY
               && pyexec_wire_decode(type, buf.data, buf.len, &ready) == 0)
    {
        pyexec_main_loaded(m, p, &ready);
    }
}


static void
pyexec_main_loaded(pyexec_main_t *m, pyexec_process_t *p,
    const pyexec_ready_t *ready)
{
    unsigned          i;
    pyexec_roots_t   *roots;

    p->loaded = 1;

    /* the one that it replaces has only to see its children off */

    for (i = 0; i < m->nprocesses; i++) {
        if (m->processes[i].retiring && m->processes[i].kind == p->kind
            && m->processes[i].link != -1)
        {
            pyexec_process_retire(&m->processes[i]);
        }
    }

    roots = m->pool.roots;

    if (p->kind == PYEXEC_FULL && !roots->full
        && ready->text.len < sizeof(roots->names))
    {
        memcpy(roots->names, ready->text.data, ready->text.len);
        roots->names[ready->text.len] = '\0';
        __atomic_store_n(&roots->full, 1, __ATOMIC_RELEASE);
    }

    if (!m->said_ready) {
        pyexec_main_say_ready(m);
    }
}


static void
pyexec_main_say_ready(pyexec_main_t *m)
{
    char            text[1024];
    u_char          msg[1100], *last;
    unsigned        i;
    pyexec_ready_t  ready;

    for (i = 0; i < m->nprocesses; i++) {
        if (m->processes[i].role == PYEXEC_ZYGOTE && !m->processes[i].loaded) {
            return;
        }
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


/* a zygote that has forked often enough: the next gets another layout */

static void
pyexec_main_replace(pyexec_main_t *m, pyexec_process_t *p)
{
    unsigned           i;
    pyexec_process_t  *next;

    for (i = 0; i < m->nprocesses; i++) {
        if (m->processes[i].retiring && m->processes[i].kind == p->kind
            && m->processes[i].role == PYEXEC_ZYGOTE)
        {
            return;
        }
    }

    p->retiring = 1;

    next = &m->processes[m->nprocesses++];
    memset(next, 0, sizeof(pyexec_process_t));
    next->role = PYEXEC_ZYGOTE;
    next->kind = p->kind;
    next->link = -1;

    pyexec_process_start(m, next);
}


static void
pyexec_main_reap(pyexec_main_t *m)
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
                pyexec_main_died(m, &m->processes[i], status);
                break;
            }
        }
    }
}


static void
pyexec_main_died(pyexec_main_t *m, pyexec_process_t *p, int status)
{
    p->pid = 0;

    if (p->link != -1) {
        (void) close(p->link);
        p->link = -1;
    }

    if (p->retiring) {
        *p = m->processes[--m->nprocesses];
        return;
    }

    if (m->ending) {
        return;
    }

    /* what did not come up the first time won't the second */

    if (!m->said_ready && p->role == PYEXEC_ZYGOTE) {
        pyexec_die("the %s zygote did not start",
                   p->kind == PYEXEC_FULL ? "full" : "light");
    }

    p->loaded = 0;

    if (p->role == PYEXEC_ZYGOTE && p->kind == PYEXEC_FULL) {
        __atomic_store_n(&m->pool.roots->full, 0, __ATOMIC_RELEASE);
    }

    if (WIFSIGNALED(status)) {
        pyexec_log(PYEXEC_LOG_ERR, "a %s was killed by signal %d",
                   pyexec_process_name(p), WTERMSIG(status));

    } else if (WEXITSTATUS(status)) {
        pyexec_log(PYEXEC_LOG_ERR, "a %s exited with status %d",
                   pyexec_process_name(p), WEXITSTATUS(status));

    } else {

        /* a runner saw nginx's end before this process does */

        return;
    }

    if (pyexec_now() - p->born > PYEXEC_YOUNG) {
        pyexec_process_start(m, p);
    }
}


/* first those that have runs, then what they need */

static void
pyexec_main_end(pyexec_main_t *m)
{
    unsigned  i;

    if (m->pool.lifeline[1] != -1) {

        /* another pool may serve from here on */

        (void) close(PYEXEC_FD_LOCK);
        (void) close(m->pool.lifeline[1]);
        m->pool.lifeline[1] = -1;
    }

    if (pyexec_main_count(m, 0) != 0) {
        return;
    }

    for (i = 0; i < m->nprocesses; i++) {
        if (m->processes[i].link != -1) {
            pyexec_process_retire(&m->processes[i]);
        }
    }
}


static unsigned
pyexec_main_count(const pyexec_main_t *m, unsigned zygotes)
{
    unsigned  i, n;

    for (n = 0, i = 0; i < m->nprocesses; i++) {
        n += m->processes[i].pid != 0
             && (zygotes || m->processes[i].role != PYEXEC_ZYGOTE);
    }

    return n;
}
