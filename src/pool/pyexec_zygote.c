
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "base/pyexec_title.h"
#include "pool/pyexec_pool.h"
#include "python/memory/pyexec_heap.h"
#include "python/memory/pyexec_pack.h"
#include "python/pyexec_output.h"
#include "python/pyexec_python.h"
#include "wire/pyexec_message.h"
#include "wire/pyexec_zygote_wire.h"


/*
 * Children of a zygote at a time.  A runner has up to four of them: two that
 * wait, one that runs, and one for a correction.
 */

#define PYEXEC_MAX_CHILDREN 2048

#define PYEXEC_EVENTS       64             /* that one wait can return */

/* a scout's nice value: where runs want the processor, it gets little of it */

#define PYEXEC_SCOUT_NICE   10


typedef struct {
    pid_t                  pid;
    int                    vitals;         /* socket to its runner; -1: the
                                              runner has hung up */
} pyexec_entry_t;


typedef struct {
    pyexec_pool_t         *pool;
    pyexec_zygote_e        kind;
    uint32_t               hash_seed;
    int                    link;           /* to the first process; -1: it is
                                              dead, or has retired this one */
    int                    queue;          /* requests for children */
    int                    signals;        /* signalfd */
    int                    reports[2];     /* of rehearsals; -1: it was read */
    int                    epoll;          /* of all these, and vitals */
    unsigned               listening:1;    /* queue is in epoll */
    unsigned               retired:1;      /* forks no more */
    uint64_t               forks;
    unsigned               n;              /* of children[] */
    char                   roots[PYEXEC_MAX_ROOTS];  /* as pyexec_roots_t's */
    pyexec_entry_t         children[PYEXEC_MAX_CHILDREN];
} pyexec_nursery_t;


static void pyexec_zygote_load(pyexec_nursery_t *z,
    pyexec_learned_t *learned);
static void pyexec_zygote_events(pyexec_nursery_t *z);
static void pyexec_zygote_python(pyexec_nursery_t *z);
static void pyexec_zygote_rehearse(void *data);
static void pyexec_zygote_wait(pyexec_nursery_t *z);
static void pyexec_zygote_listen(pyexec_nursery_t *z);
static void pyexec_zygote_watch(pyexec_nursery_t *z, int op, int fd,
    uint32_t events);
static void pyexec_zygote_learn(pyexec_nursery_t *z, unsigned usual);
static void pyexec_zygote_hung_up(pyexec_nursery_t *z, int vitals);
static void pyexec_zygote_forget(pyexec_nursery_t *z, pyexec_entry_t *child);
static void pyexec_zygote_link(pyexec_nursery_t *z);
static void pyexec_zygote_stale(pyexec_nursery_t *z);
static void pyexec_zygote_fork(pyexec_nursery_t *z);
static void pyexec_zygote_reap(pyexec_nursery_t *z);
static void pyexec_become_child(pyexec_nursery_t *z, const int *gifts);


void
pyexec_zygote(pyexec_pool_t *pool, pyexec_zygote_e kind,
    pyexec_learned_t *learned, int link)
{
    static pyexec_nursery_t  z;

    z.pool = pool;
    z.kind = kind;
    z.link = link;
    z.queue = pool->queue[kind][1];

    pyexec_zygote_load(&z, learned);

    /* retired: it stays until its last child has exited */

    while (!z.retired || z.n != 0) {
        pyexec_zygote_wait(&z);
    }

    _exit(0);
}


void
pyexec_scout(pyexec_pool_t *pool, pyexec_zygote_e kind,
    pyexec_learned_t *learned)
{
    static pyexec_nursery_t  z;

    (void) !nice(PYEXEC_SCOUT_NICE);

    z.pool = pool;
    z.kind = kind;
    z.hash_seed = pyexec_python_hash_seed();

    learned->hash_seed = z.hash_seed;

    pyexec_python_preinit();

    _exit(pyexec_pack_learn(learned, pyexec_zygote_rehearse, &z) == 0 ? 0 : 1);
}


static void
pyexec_zygote_load(pyexec_nursery_t *z, pyexec_learned_t *learned)
{
    const char      *what;
    pyexec_ready_t   ready;

    pyexec_title(z->kind == PYEXEC_FULL ? "pyexec-full" : "pyexec-light",
                 "zygote, %s", z->kind == PYEXEC_FULL ? "full" : "light");

    z->hash_seed = learned ? learned->hash_seed : pyexec_python_hash_seed();

    pyexec_python_preinit();

    if (learned) {
        pyexec_pack_use(learned);
    }

    pyexec_zygote_python(z);

    pyexec_heap_settle();
    pyexec_python_settled();

    /* shared with later zygotes: a child must not write to it */

    if (learned && munmap(learned, sizeof(pyexec_learned_t)) == -1) {
        pyexec_die("munmap(): %m");
    }

    pyexec_heap_rehearse(pyexec_sandbox_proc(), pyexec_python_fork,
                         pyexec_python_rehearse, z->reports);

    what = pyexec_sandbox_zygote_ready(&z->pool->sandbox);
    if (what) {
        pyexec_die("%s failed in a zygote: %m", what);
    }

    pyexec_zygote_events(z);

    ready.text.data = (u_char *) z->roots;
    ready.text.len = strlen(z->roots);

    if (pyexec_send(z->link, PYEXEC_MSG_READY, &ready, NULL, 0) == -1) {
        _exit(0);
    }

    /* WORN is said again: it does not wait for a first process that is busy */

    (void) fcntl(z->link, F_SETFL, O_NONBLOCK);
}


static void
pyexec_zygote_events(pyexec_nursery_t *z)
{
    sigset_t  set;
    unsigned  usual;

    (void) sigemptyset(&set);
    (void) sigaddset(&set, SIGCHLD);

    if (sigprocmask(SIG_BLOCK, &set, NULL) == -1) {
        pyexec_die("sigprocmask(): %m");
    }

    z->signals = signalfd(-1, &set, SFD_NONBLOCK|SFD_CLOEXEC);
    if (z->signals == -1) {
        pyexec_die("signalfd(): %m");
    }

    /* a rehearsal may have ended before its signal was waited for */

    pyexec_zygote_reap(z);

    z->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (z->epoll == -1) {
        pyexec_die("epoll_create1(): %m");
    }

    pyexec_zygote_watch(z, EPOLL_CTL_ADD, z->signals, EPOLLIN);
    pyexec_zygote_watch(z, EPOLL_CTL_ADD, z->link, EPOLLIN);

    for (usual = 0; usual <= 1; usual++) {
        if (z->reports[usual] != -1) {
            pyexec_zygote_watch(z, EPOLL_CTL_ADD, z->reports[usual], EPOLLIN);
        }
    }

    pyexec_zygote_listen(z);
}


static void
pyexec_zygote_python(pyexec_nursery_t *z)
{
    struct stat              st;
    const pyexec_sandbox_t  *sb = &z->pool->sandbox;

    pyexec_heap_begin(pyexec_pack_lay);

    pyexec_output_register();
    pyexec_python_init(sb->python, z->hash_seed);
    pyexec_python_preload(z->kind == PYEXEC_FULL ? z->pool->preload : "",
                          sb->fonts, sb->matplotlibrc, z->roots,
                          sizeof(z->roots));

    /* fork() copies one thread: locks that others hold would stay locked */

    if (fstatat(pyexec_sandbox_proc(), "self/task", &st, 0) == -1) {
        pyexec_die("stat(/proc/self/task): %m");
    }

    if (st.st_nlink != 3) {
        pyexec_die("a module that was imported runs %d threads:"
                   " leave it out of preload=", (int) st.st_nlink - 3);
    }
}


static void
pyexec_zygote_rehearse(void *data)
{
    unsigned           usual;
    pyexec_nursery_t  *z = data;

    pyexec_zygote_python(z);
    pyexec_heap_rehearse(pyexec_sandbox_proc(), pyexec_python_fork,
                         pyexec_python_rehearse, z->reports);

    for (usual = 0; usual <= 1; usual++) {
        pyexec_heap_learn(z->reports[usual], usual);
    }
}


static void
pyexec_zygote_wait(pyexec_nursery_t *z)
{
    int                 i, n, fd, asked, reap, told;
    struct epoll_event  events[PYEXEC_EVENTS];

    n = epoll_wait(z->epoll, events, PYEXEC_EVENTS, -1);

    if (n == -1) {
        if (errno == EINTR) {
            return;
        }

        pyexec_die("epoll_wait(): %m");
    }

    asked = 0;
    reap = 0;
    told = 0;

    /*
     * Handlers that close descriptors run before the one that opens new ones:
     * an event must not be taken for one of a descriptor that got its number.
     */

    for (i = 0; i < n; i++) {
        fd = events[i].data.fd;

        if (fd == z->queue) {
            asked = 1;

        } else if (fd == z->signals) {
            reap = 1;

        } else if (fd == z->link) {
            told = 1;

        } else if (fd == z->reports[0] || fd == z->reports[1]) {
            pyexec_zygote_learn(z, fd == z->reports[1]);

        } else {
            pyexec_zygote_hung_up(z, fd);
        }
    }

    if (reap) {
        pyexec_zygote_reap(z);
    }

    /*
     * A request that woke this zygote woke no other: it is served before the
     * zygote retires.
     */

    if (asked) {
        pyexec_zygote_fork(z);
    }

    if (told) {
        pyexec_zygote_link(z);
    }

    pyexec_zygote_listen(z);
}


/*
 * Watches the queue while this zygote may fork.  Zygotes of a kind share the
 * queue; with EPOLLEXCLUSIVE the kernel need not wake all of them for a
 * request.
 */

static void
pyexec_zygote_listen(pyexec_nursery_t *z)
{
    unsigned  listen;

    listen = !z->retired && z->n < PYEXEC_MAX_CHILDREN;

    if (listen != z->listening) {
        pyexec_zygote_watch(z, listen ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
                            z->queue, EPOLLIN|EPOLLEXCLUSIVE);
        z->listening = listen;
    }
}


static void
pyexec_zygote_watch(pyexec_nursery_t *z, int op, int fd, uint32_t events)
{
    struct epoll_event  ev;

    memset(&ev, 0, sizeof(struct epoll_event));
    ev.events = events;
    ev.data.fd = fd;

    if (epoll_ctl(z->epoll, op, fd, &ev) == -1) {
        pyexec_die("epoll_ctl(): %m");
    }
}


/*
 * Reads which pages a rehearsal wrote to: children copy these while they wait.
 * Those that were forked before both reports came are stale, since they do
 * not.
 */

static void
pyexec_zygote_learn(pyexec_nursery_t *z, unsigned usual)
{
    pyexec_zygote_watch(z, EPOLL_CTL_DEL, z->reports[usual], 0);
    pyexec_heap_learn(z->reports[usual], usual);
    z->reports[usual] = -1;

    if (z->reports[!usual] == -1) {
        pyexec_zygote_stale(z);
    }
}


/* the runner has closed its end: the child is killed, unless it has exited */

static void
pyexec_zygote_hung_up(pyexec_nursery_t *z, int vitals)
{
    unsigned  i;

    for (i = 0; i < z->n; i++) {
        if (z->children[i].vitals == vitals) {
            (void) kill(z->children[i].pid, SIGKILL);
            pyexec_zygote_forget(z, &z->children[i]);
        }
    }
}


/*
 * epoll watches the open file, and children that were just forked hold it
 * until they close what they inherited: closing it here is not enough.
 */

static void
pyexec_zygote_forget(pyexec_nursery_t *z, pyexec_entry_t *child)
{
    pyexec_zygote_watch(z, EPOLL_CTL_DEL, child->vitals, 0);

    (void) close(child->vitals);
    child->vitals = -1;
}


/*
 * A byte retires this zygote.  The end means that the first process is dead;
 * then it forks on until the last runner has exited too.
 */

static void
pyexec_zygote_link(pyexec_nursery_t *z)
{
    u_char  byte;

    z->retired = read(z->link, &byte, 1) == 1;

    pyexec_zygote_watch(z, EPOLL_CTL_DEL, z->link, 0);
    (void) close(z->link);
    z->link = -1;

    if (z->retired) {
        pyexec_zygote_stale(z);
    }
}


/* tells runners to drop the children that wait, and to request others */

static void
pyexec_zygote_stale(pyexec_nursery_t *z)
{
    unsigned        i;
    pyexec_vital_t  vital;

    memset(&vital, 0, sizeof(pyexec_vital_t));
    vital.event = PYEXEC_STALE;

    for (i = 0; i < z->n; i++) {
        if (z->children[i].vitals != -1) {
            (void) pyexec_send_fds_wait(z->children[i].vitals, &vital,
                                        sizeof(vital), NULL, 0);
        }
    }
}


static void
pyexec_zygote_fork(pyexec_nursery_t *z)
{
    int              i, gifts[PYEXEC_GIFTS], pidfd;
    pid_t            pid;
    u_char           byte;
    ssize_t          n;
    pyexec_vital_t   vital;

    n = pyexec_recv_fds(z->queue, &byte, 1, gifts,
                        PYEXEC_GIFTS, MSG_DONTWAIT);

    if (n == 0) {

        /* the end: no runner is left, and no first process to start one */

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

    /* if fork() failed, closing vitals tells the runner */

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

    z->children[z->n].pid = pid;
    z->children[z->n].vitals = gifts[PYEXEC_VITALS];
    z->n++;

    pyexec_zygote_watch(z, EPOLL_CTL_ADD, gifts[PYEXEC_VITALS], EPOLLIN);

    pidfd = syscall(SYS_pidfd_open, pid, 0);

    if (pidfd == -1
        || pyexec_send_fds_wait(gifts[PYEXEC_VITALS], &vital, sizeof(vital),
                                &pidfd, 1) == -1)
    {
        pyexec_log(PYEXEC_LOG_ERR, "a child's descriptor cannot be sent: %m");
        pyexec_zygote_hung_up(z, gifts[PYEXEC_VITALS]);
    }

    if (pidfd != -1) {
        (void) close(pidfd);
    }

    /* repeated: the first process ignores it while a scout is under way */

    if (z->pool->max_requests && ++z->forks % z->pool->max_requests == 0) {
        (void) pyexec_send(z->link, PYEXEC_MSG_WORN, NULL, NULL, 0);
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
            (void) pyexec_send_fds_wait(z->children[i].vitals, &vital,
                                        sizeof(vital), NULL, 0);
            pyexec_zygote_forget(z, &z->children[i]);
        }

        z->children[i] = z->children[--z->n];
    }
}


/*
 * Sets up descriptors 0 to 3; pyexec_sandbox_prepare() closes all others.
 * Stdin is opened anew: flags of an inherited open file would be shared with
 * the zygote and its other children.
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
