
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

#include "base/pyexec_log.h"
#include "base/pyexec_title.h"
#include "pool/pyexec_pool.h"
#include "pool/pyexec_process.h"
#include "pool/pyexec_supervise.h"
#include "sandbox/pyexec_probe.h"
#include "store/pyexec_steward.h"
#include "wire/pyexec_message.h"


static void pyexec_main_lock(void);
static void pyexec_main_identity(pyexec_pool_t *pool);
static void pyexec_main_workspaces(pyexec_pool_t *pool);
static void pyexec_main_descriptors(pyexec_main_t *m);
static void pyexec_main_signals(pyexec_main_t *m);


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
    static pyexec_main_t  m;

    pyexec_params(&m.pool, argc, argv);
    pyexec_title_open(argc, argv, m.pool.name);
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
    pyexec_process_descriptors(&m.pool);

    pyexec_main_signals(&m);
    pyexec_supervise(&m);

    return 0;
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

    pyexec_probe_places(sb);

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
