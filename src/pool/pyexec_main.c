
/*
 * The pool: the processes that run Python for nginx.
 *
 * nginx's cache manager forks and executes this program, as nginx's user; an
 * nginx without a master process does it itself, possibly as root.
 *
 *   first process    tries the walls, starts the other processes and restarts
 *    |               those that die.  Holds the lock that tells nginx that a
 *    |               pool serves, and the only write end of the lifeline.
 *    +- zygote       light (the standard library) or full (with preload=);
 *    |   |           zygotes= of the former.  An initialized interpreter with
 *    |   |           one thread, in namespaces and with a root directory of
 *    |   |           its own.  Forks a child when a runner asks for one, reaps
 *    |   |           it, and tells the runner how it ended.
 *    |   +- child    makes one attempt.  Untrusted as soon as it runs code.
 *    +- scout        for a while: learns which memory runs write to; zygotes
 *    |               that start later have it together on few pages.
 *    +- runner       workers= of them.  Serves one run at a time.  Trusted: it
 *    |               has no Python, and believes nothing that a child says.
 *    |               Has two light children and a full one waiting.
 *    +- clerk        lists, fetches and removes runs; opens, stores and removes
 *    |               files.  Has a process for each request that is served at a
 *    |               time.
 *    +- sweeper      removes old runs.
 *
 * Descriptors
 *
 *   control sockets  nginx's ends are held by its workers, the pool's (3 for
 *                    runs, 4 for files) by the first process, the runners,
 *                    and the clerk.  When no worker holds them any more, the
 *                    pool ends.
 *   lock             5, held by the first process only.
 *   lifeline         a pipe that nothing is written to.  Its read end hangs up
 *                    when the first process closes the other, or dies.
 *   queue            a socketpair for each kind of zygote.  A request is one
 *                    byte and four descriptors.  Runners hold one end, the
 *                    zygotes of the kind the other, the first process both,
 *                    so that requests outlive a zygote.
 *   link             a socketpair for each zygote, to the first process, which
 *                    retires the zygote by a byte.
 *   vitals           a socketpair for each child, from its runner to its
 *                    zygote.  When the runner's end closes, the zygote kills
 *                    the child.  When the zygote's closes without DEAD, zygote
 *                    and child are dead.
 *   job, out, err    of each child, to its runner.
 *
 * Who ends whom
 *
 *   nginx ends       the first process closes the lifeline; runners end after
 *                    the run that they have; then it retires the zygotes,
 *                    which end with their last child.
 *   workspaces or    a runner that sees it before it reads a job exits; the
 *     their mounts   first process, which looks then and twice a second, ends
 *     change         the pool as above, and nginx starts another.
 *   first process    runners see the lifeline hang up, and end as above; the
 *     dies           zygotes see the end of the queue when all runners have.
 *   zygote dies      its children die with it (by its pid namespace, or their
 *                    parent-death signals); their runs end with a verdict.
 *   runner dies      its zygote kills its children; nginx answers the client;
 *                    the next listing of the session finds that nobody holds
 *                    the run's lock, and records it as interrupted.
 */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "base/pyexec_title.h"
#include "pool/pyexec_pool.h"
#include "pool/pyexec_process.h"
#include "pool/pyexec_supervise.h"
#include "pool/pyexec_watch.h"
#include "sandbox/pyexec_probe.h"
#include "store/pyexec_steward.h"
#include "wire/pyexec_message.h"


static void pyexec_main_lock(void);
static void pyexec_main_identity(pyexec_pool_t *pool);
static void pyexec_main_workspaces(pyexec_pool_t *pool);
static int pyexec_main_writable(int fd, const pyexec_sandbox_t *sb);
static void pyexec_main_descriptors(pyexec_main_t *m);
static void pyexec_main_signals(pyexec_main_t *m);


#ifdef PYEXEC_ASAN

/*
 * Leaks are not reported, since processes leave their memory to exit(); a
 * failed malloc() and SIGSEGV reach the code that runs as without ASan.
 */

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

    /* Ctrl-C in a terminal is for nginx; the pool ends when that has gone */

    if (setsid() == -1) {
        pyexec_die("setsid(): %m");
    }

    (void) umask(022);
    (void) signal(SIGPIPE, SIG_IGN);

    pyexec_main_identity(&m.pool);
    pyexec_main_workspaces(&m.pool);
    pyexec_watch_mark(&m.pool.sandbox);
    pyexec_main_descriptors(&m);

    pyexec_probe(&m.pool.sandbox, m.walls, sizeof(m.walls));
    pyexec_process_descriptors(&m.pool);

    pyexec_main_signals(&m);
    pyexec_process_streams(&m);
    pyexec_watch_open(&m.watch, &m.pool.sandbox);
    pyexec_supervise(&m);

    return 0;
}


/* exits if another pool has the lock: nginx did not know that it serves yet */

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

    /* no process of the pool has groups beside that one */

    if (setgroups(0, NULL) == -1) {
        pyexec_die("setgroups(): %m");
    }
}


static void
pyexec_main_workspaces(pyexec_pool_t *pool)
{
    unsigned             i;
    struct stat          s;
    pyexec_sandbox_t    *sb;
    pyexec_workspace_t  *w;

    sb = &pool->sandbox;

    pyexec_probe_places(sb);

    for (i = 0; i < sb->nworkspaces; i++) {

        w = &sb->workspaces[i];

        if (geteuid() == 0
            && pyexec_give_dir(w->path, sb->uid, sb->gid) == -1)
        {
            pyexec_die("the workspace \"%s\" cannot be given to user \"%s\": "
                       "%m", w->path, pool->user);
        }

        w->fd = open(w->path, O_PATH|O_DIRECTORY|O_CLOEXEC);

        if (w->fd == -1 || fstat(w->fd, &s) == -1) {
            pyexec_die("the workspace \"%s\" cannot be opened: %m", w->path);
        }

        w->dev = s.st_dev;
        w->ino = s.st_ino;

        if (!pyexec_main_writable(w->fd, sb)) {
            pyexec_die("the workspace \"%s\" cannot be used by the pool's user "
                       "(uid %u): %m: let it read and write there, by a group "
                       "or an ACL, or run the pool as the owner", w->path,
                       sb->uid);
        }
    }
}


/* whether the runners' user can list it and make sessions in it */

static int
pyexec_main_writable(int fd, const pyexec_sandbox_t *sb)
{
    int       rc, err;
    unsigned  root;

    /* root's reach is not asked */

    root = geteuid() == 0;

    if (root && (setegid(sb->gid) == -1 || seteuid(sb->uid) == -1)) {
        pyexec_die("seteuid(): %m");
    }

    rc = faccessat(fd, "", R_OK|W_OK|X_OK, AT_EMPTY_PATH|AT_EACCESS);
    err = errno;

    if (root && (seteuid(0) == -1 || setegid(0) == -1)) {
        pyexec_die("seteuid(): %m");
    }

    errno = err;

    return rc == 0;
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
        if (socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC|SOCK_NONBLOCK, 0,
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
