
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "pool/pyexec_pool.h"
#include "python/memory/pyexec_heap.h"
#include "python/memory/pyexec_pack.h"
#include "python/pyexec_python.h"
#include "wire/pyexec_message.h"
#include "wire/pyexec_zygote_wire.h"


/* children there may be at a time: each runner has two waiting, and a run's */

#define PYEXEC_MAX_CHILDREN 2048


typedef struct {
    pid_t                  pid;
    int                    vitals;         /* -1: nobody waits for it */
} pyexec_entry_t;


typedef struct {
    pyexec_pool_t         *pool;
    pyexec_zygote_e        kind;
    int                    link;           /* -1: no first process */
    unsigned               retired:1;      /* not to fork any more */
    int                    signals;
    uint64_t               forks;
    unsigned               n;
    char                   roots[PYEXEC_MAX_ROOTS];
    pyexec_entry_t         children[PYEXEC_MAX_CHILDREN];
} pyexec_nursery_t;


static void pyexec_zygote_load(pyexec_nursery_t *z);
static void pyexec_zygote_python(pyexec_nursery_t *z);
static void pyexec_zygote_scout(void *data);
static void pyexec_zygote_wait(pyexec_nursery_t *z);
static void pyexec_zygote_link(pyexec_nursery_t *z);
static void pyexec_zygote_fork(pyexec_nursery_t *z);
static void pyexec_zygote_reap(pyexec_nursery_t *z);
static void pyexec_become_child(pyexec_nursery_t *z, const int *gifts);


void
pyexec_zygote(pyexec_pool_t *pool, pyexec_zygote_e kind, int link)
{
    static pyexec_nursery_t  z;

    /* or the code, in a child, would write to what runners believe */

    if (munmap(pool->roots, sizeof(pyexec_roots_t)) == -1) {
        pyexec_die("munmap(): %m");
    }

    pool->roots = NULL;

    z.pool = pool;
    z.kind = kind;
    z.link = link;

    pyexec_zygote_load(&z);

    /* nobody to fork for: who asked before finds that it ends */

    while (!z.retired || z.n != 0) {
        pyexec_zygote_wait(&z);
    }

    _exit(0);
}


static void
pyexec_zygote_load(pyexec_nursery_t *z)
{
    sigset_t         set;
    const char      *what;
    pyexec_ready_t   ready;

    (void) prctl(PR_SET_NAME, z->kind == PYEXEC_FULL ? "pyexec-full"
                                                     : "pyexec-light");

    pyexec_python_preinit();
    pyexec_pack_learn(pyexec_zygote_scout, z);

    pyexec_zygote_python(z);

    pyexec_heap_settle();
    pyexec_python_settled();
    pyexec_heap_learn(pyexec_sandbox_proc(), pyexec_python_fork,
                      pyexec_python_rehearse);

    what = pyexec_sandbox_zygote_ready(&z->pool->sandbox);
    if (what) {
        pyexec_die("%s failed in a zygote: %m", what);
    }

    (void) sigemptyset(&set);
    (void) sigaddset(&set, SIGCHLD);

    if (sigprocmask(SIG_BLOCK, &set, NULL) == -1) {
        pyexec_die("sigprocmask(): %m");
    }

    z->signals = signalfd(-1, &set, SFD_NONBLOCK|SFD_CLOEXEC);
    if (z->signals == -1) {
        pyexec_die("signalfd(): %m");
    }

    ready.text.data = (u_char *) z->roots;
    ready.text.len = strlen(z->roots);

    if (pyexec_send(z->link, PYEXEC_MSG_READY, &ready, NULL, 0) == -1) {
        _exit(0);
    }
}


static void
pyexec_zygote_python(pyexec_nursery_t *z)
{
    pyexec_heap_begin(pyexec_pack_lay);

    pyexec_python_init(z->pool->sandbox.python);
    pyexec_python_preload(z->kind == PYEXEC_FULL ? z->pool->preload : "",
                          z->roots, sizeof(z->roots));
}


static void
pyexec_zygote_scout(void *data)
{
    pyexec_zygote_python(data);
    pyexec_heap_learn(pyexec_sandbox_proc(), pyexec_python_fork,
                      pyexec_python_rehearse);
}


static void
pyexec_zygote_wait(pyexec_nursery_t *z)
{
    unsigned              i, n;
    static struct pollfd  pfd[PYEXEC_MAX_CHILDREN + 3];

    pfd[0].fd = z->signals;
    pfd[0].events = POLLIN;
    pfd[1].fd = z->link;
    pfd[1].events = POLLIN;
    pfd[2].fd = z->retired || z->n == PYEXEC_MAX_CHILDREN
                ? -1 : z->pool->queue[z->kind][1];
    pfd[2].events = POLLIN;

    n = z->n;

    for (i = 0; i < n; i++) {
        pfd[i + 3].fd = z->children[i].vitals;
        pfd[i + 3].events = POLLIN;
    }

    if (poll(pfd, n + 3, -1) == -1) {
        if (errno == EINTR) {
            return;
        }

        pyexec_die("poll(): %m");
    }

    /* a runner that is gone takes its child along, if that is not gone too */

    for (i = 0; i < n; i++) {
        if (pfd[i + 3].revents) {
            (void) kill(z->children[i].pid, SIGKILL);
            (void) close(z->children[i].vitals);
            z->children[i].vitals = -1;
        }
    }

    if (pfd[0].revents) {
        pyexec_zygote_reap(z);
    }

    if (pfd[1].revents) {
        pyexec_zygote_link(z);
        return;
    }

    if (pfd[2].revents) {
        pyexec_zygote_fork(z);
    }
}


/* one that is told to retire does; the runs of a dead pool may need it yet */

static void
pyexec_zygote_link(pyexec_nursery_t *z)
{
    u_char  byte;

    z->retired = read(z->link, &byte, 1) == 1;

    (void) close(z->link);
    z->link = -1;
}


static void
pyexec_zygote_fork(pyexec_nursery_t *z)
{
    int              i, gifts[PYEXEC_GIFTS], pidfd;
    pid_t            pid;
    u_char           byte;
    ssize_t          n;
    pyexec_log_t     log;
    pyexec_vital_t   vital;

    n = pyexec_recv_fds(z->pool->queue[z->kind][1], &byte, 1, gifts,
                        PYEXEC_GIFTS, MSG_DONTWAIT);

    if (n == 0) {

        /* no runner is left, and no first process to start one */

        z->retired = 1;
        return;
    }

    if (n == -1 || gifts[0] == -1) {
        return;
    }

    pyexec_python_before_fork();
    pid = pyexec_sandbox_fork_child(&z->pool->sandbox);
    pyexec_python_after_fork(pid);

    if (pid == 0) {
        pyexec_become_child(z, gifts);
    }

    /* without a child the runner's end of vitals reads the end at once */

    for (i = PYEXEC_VITALS + 1; i < PYEXEC_GIFTS; i++) {
        (void) close(gifts[i]);
    }

    if (pid == -1) {
        pyexec_log(PYEXEC_LOG_ERR, "fork(): %m");
        (void) close(gifts[PYEXEC_VITALS]);
        return;
    }

    memset(&vital, 0, sizeof(pyexec_vital_t));
    vital.event = PYEXEC_BORN;

    pidfd = syscall(SYS_pidfd_open, pid, 0);
    if (pidfd == -1) {
        pyexec_die("pidfd_open(): %m");
    }

    (void) pyexec_send_fds(gifts[PYEXEC_VITALS], &vital, sizeof(vital),
                           &pidfd, 1);
    (void) close(pidfd);

    z->children[z->n].pid = pid;
    z->children[z->n].vitals = gifts[PYEXEC_VITALS];
    z->n++;

    /* again and again: the one before it may not have left */

    if (z->pool->max_requests && ++z->forks % z->pool->max_requests == 0) {
        log.level = PYEXEC_LOG_INFO;
        log.text.data = (u_char *) "enough";
        log.text.len = 6;
        (void) pyexec_send(z->link, PYEXEC_MSG_LOG, &log, NULL, 0);
    }
}


static void
pyexec_zygote_reap(pyexec_nursery_t *z)
{
    pid_t                    pid;
    unsigned                 i;
    pyexec_vital_t           vital;
    struct signalfd_siginfo  info;

    while (read(z->signals, &info, sizeof(info)) > 0) { /* void */ }

    memset(&vital, 0, sizeof(pyexec_vital_t));
    vital.event = PYEXEC_DEAD;

    for ( ;; ) {

        pid = wait4(-1, &vital.status, WNOHANG, &vital.usage);

        if (pid <= 0) {
            return;
        }

        for (i = 0; i < z->n && z->children[i].pid != pid; i++) { /* void */ }

        if (i == z->n) {
            continue;
        }

        if (z->children[i].vitals != -1) {
            (void) pyexec_send_fds(z->children[i].vitals, &vital,
                                   sizeof(vital), NULL, 0);
            (void) close(z->children[i].vitals);
        }

        z->children[i] = z->children[--z->n];
    }
}


/*
 * Descriptors 0 to 3 are the child's; the rest are closed by its first wall.
 * An open file has flags that all who inherit it see: so 0 is opened anew.
 */

static void
pyexec_become_child(pyexec_nursery_t *z, const int *gifts)
{
    int       null;
    sigset_t  set;

    (void) sigemptyset(&set);

    null = open("/dev/null", O_RDONLY|O_CLOEXEC);

    if (sigprocmask(SIG_SETMASK, &set, NULL) == -1
        || dup2(null, STDIN_FILENO) == -1
        || dup2(gifts[PYEXEC_OUT], STDOUT_FILENO) == -1
        || dup2(gifts[PYEXEC_ERR], STDERR_FILENO) == -1
        || dup2(gifts[PYEXEC_JOB], PYEXEC_CHILD_FD) == -1)
    {
        _exit(1);
    }

    pyexec_log_open(-1);

    pyexec_child(z->pool, z->kind);
}
