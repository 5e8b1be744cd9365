
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "base/pyexec_title.h"
#include "pool/pyexec_process.h"
#include "wire/pyexec_message.h"


/*
 * Descriptors of any process, and those that a zygote needs for the children
 * of one runner
 */

#define PYEXEC_DESCRIPTORS  64
#define PYEXEC_CHILDREN     4


static void pyexec_process_become(pyexec_main_t *m, pyexec_process_t *p,
    int link) __attribute__((noreturn));
static void pyexec_process_confined(pyexec_main_t *m, pyexec_process_t *p,
    int link) __attribute__((noreturn));
static void pyexec_process_unmap(pyexec_main_t *m,
    const pyexec_learned_t *keep);
static void pyexec_process_drop(const pyexec_sandbox_t *sb);


static const char *const  pyexec_roles[] = {
    [PYEXEC_ZYGOTE] = "zygote",
    [PYEXEC_SCOUT] = "scout",
    [PYEXEC_RUNNER] = "runner",
    [PYEXEC_CLERK] = "clerk",
    [PYEXEC_SWEEPER] = "sweeper"
};


void
pyexec_process_descriptors(const pyexec_pool_t *pool)
{
    rlim_t         need;
    struct rlimit  rl;

    need = PYEXEC_DESCRIPTORS + pool->sandbox.nworkspaces
           + PYEXEC_CHILDREN * pool->workers;

    if (getrlimit(RLIMIT_NOFILE, &rl) == -1) {
        pyexec_die("getrlimit(RLIMIT_NOFILE): %m");
    }

    if (rl.rlim_max < need) {
        pyexec_die("the hard limit of RLIMIT_NOFILE, %llu, is below the %llu "
                   "that workers=%u needs", (unsigned long long) rl.rlim_max,
                   (unsigned long long) need, pool->workers);
    }

    /*
     * As much as may be: the soft limit is also how many descriptors the user,
     * who may be nginx's too, can have in flight when one is to be sent.
     */

    rl.rlim_cur = rl.rlim_max;

    if (setrlimit(RLIMIT_NOFILE, &rl) == -1) {
        pyexec_die("setrlimit(RLIMIT_NOFILE): %m");
    }
}


void
pyexec_process_streams(pyexec_main_t *m)
{
    int  null;

    null = open("/dev/null", O_RDWR|O_CLOEXEC);

    if (null == -1 || pipe2(m->streams, O_CLOEXEC) == -1
        || fcntl(m->streams[0], F_SETFL, O_NONBLOCK) == -1
        || dup2(null, STDOUT_FILENO) == -1)
    {
        pyexec_die("pipe2(): %m");
    }

#ifndef PYEXEC_ASAN

    /* else a report on this process would be lost */

    if (dup2(null, STDERR_FILENO) == -1) {
        pyexec_die("dup2(): %m");
    }

#endif

    (void) close(null);
}


void
pyexec_process_said(pyexec_main_t *m)
{
    char         *line, *end;
    ssize_t       n;

    static char   text[4096];
    static size_t len;

    n = read(m->streams[0], text + len, sizeof(text) - 1 - len);

    if (n <= 0) {
        return;
    }

    len += n;
    text[len] = '\0';

    for (line = text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';

        if (end != line) {
            pyexec_log(PYEXEC_LOG_ERR, "%s", line);
        }
    }

    n = text + len - line;

    /* a line that goes on is the rest of a full buffer, if not all of it */

    if (n && (len < sizeof(text) - 1 || line == text)) {
        pyexec_log(PYEXEC_LOG_ERR, "%s", line);
        n = 0;
    }

    memmove(text, line, n);
    len = n;
}


void
pyexec_process_start(pyexec_main_t *m, pyexec_process_t *p)
{
    int  link[2] = { -1, -1 };

    p->born = pyexec_now();
    p->pid = -1;

    p->generation = m->lineage[p->kind].generation;

    if (p->role > PYEXEC_SCOUT) {
        p->pid = fork();

    } else if (p->role == PYEXEC_SCOUT
               || socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, link) == 0)
    {
        p->pid = pyexec_sandbox_fork_zygote(&m->pool.sandbox);
    }

    if (p->pid == 0) {
        if (link[0] != -1) {
            (void) close(link[0]);
        }

        pyexec_process_become(m, p, link[1]);
    }

    if (link[1] != -1) {
        (void) close(link[1]);
    }

    if (p->pid != -1) {
        p->link = link[0];
        return;
    }

    if (!m->said_ready) {
        pyexec_die("starting a %s failed: %m", pyexec_process_name(p));
    }

    /* the other processes serve on; pyexec_supervise() tries this again */

    pyexec_log(PYEXEC_LOG_ERR, "starting a %s failed: %m",
               pyexec_process_name(p));

    if (link[0] != -1) {
        (void) close(link[0]);
    }

    p->pid = 0;
    p->link = -1;
}


static void
pyexec_process_become(pyexec_main_t *m, pyexec_process_t *p, int link)
{
    char            name[32];
    sigset_t        set;
    unsigned        i;
    pyexec_pool_t  *pool;

    pool = &m->pool;

    (void) snprintf(name, sizeof(name), "pyexec-%s", pyexec_roles[p->role]);
    pyexec_title(name, "%s", pyexec_roles[p->role]);

    (void) sigemptyset(&set);
    (void) sigprocmask(SIG_SETMASK, &set, NULL);

    if (dup2(m->streams[1], STDOUT_FILENO) == -1
        || dup2(m->streams[1], STDERR_FILENO) == -1)
    {
        pyexec_die("dup2(): %m");
    }

    (void) close(m->streams[0]);
    (void) close(m->streams[1]);
    (void) close(m->signals);
    (void) close(m->watch.mounts);
    (void) close(PYEXEC_FD_LOCK);
    (void) close(pool->lifeline[1]);

    for (i = 0; i < m->nprocesses; i++) {
        if (m->processes[i].link != -1) {
            (void) close(m->processes[i].link);
        }
    }

    if (p->role <= PYEXEC_SCOUT) {
        pyexec_process_confined(m, p, link);
    }

    pyexec_process_unmap(m, NULL);

    for (i = 0; i < pool->kinds; i++) {
        (void) close(pool->queue[i][1]);
    }

    if (pool->steward[1] != -1) {
        (void) close(pool->steward[1]);
    }

    pyexec_process_drop(&pool->sandbox);

    switch (p->role) {

    case PYEXEC_RUNNER:
        (void) close(PYEXEC_FD_FILES);
        pyexec_runner(pool);

    case PYEXEC_CLERK:
        pyexec_clerk(pool);

    default:
        (void) close(PYEXEC_FD_FILES);
        pyexec_sweeper(pool);
    }
}


/*
 * A zygote or scout.  Its children run hostile code and inherit what it has:
 * it closes and unmaps all that it does not need itself.
 */

static void
pyexec_process_confined(pyexec_main_t *m, pyexec_process_t *p, int link)
{
    int                log;
    unsigned           i;
    pyexec_pool_t     *pool;
    pyexec_learned_t  *learned;

    pool = &m->pool;

    /* descriptor 3 is a child's socket to its runner */

    log = fcntl(PYEXEC_FD_RUNS, F_DUPFD_CLOEXEC, 16);
    pyexec_log_open(log);

    (void) close(PYEXEC_FD_RUNS);
    (void) close(PYEXEC_FD_FILES);
    (void) close(pool->lifeline[0]);

    if (pool->steward[0] != -1) {
        (void) close(pool->steward[0]);
        (void) close(pool->steward[1]);
    }

    for (i = 0; i < pool->kinds; i++) {
        (void) close(pool->queue[i][0]);

        if (p->role == PYEXEC_SCOUT || i != p->kind) {
            (void) close(pool->queue[i][1]);
        }
    }

    /* shared memory that runners trust: a child must not write to it */

    if (munmap(pool->roots, sizeof(pyexec_roots_t)) == -1) {
        pyexec_die("munmap(): %m");
    }

    pool->roots = NULL;

    learned = p->role == PYEXEC_SCOUT ? m->lineage[p->kind].scouted
                                      : m->lineage[p->kind].learned;
    pyexec_process_unmap(m, learned);

    if (p->role == PYEXEC_SCOUT) {
        pyexec_scout(pool, p->kind, learned);
    }

    pyexec_zygote(pool, p->kind, learned, link);
}


static void
pyexec_process_unmap(pyexec_main_t *m, const pyexec_learned_t *keep)
{
    unsigned           i, j;
    pyexec_learned_t  *map[2];

    for (i = 0; i < PYEXEC_KINDS; i++) {
        map[0] = m->lineage[i].learned;
        map[1] = m->lineage[i].scouted;

        for (j = 0; j < 2; j++) {
            if (map[j] && map[j] != keep
                && munmap(map[j], sizeof(pyexec_learned_t)) == -1)
            {
                pyexec_die("munmap(): %m");
            }
        }
    }
}


/*
 * Runners, clerk and sweeper: drops root, and is not dumpable, so that no
 * process of the same user can trace it.
 */

static void
pyexec_process_drop(const pyexec_sandbox_t *sb)
{
    if (geteuid() == 0
        && (setgroups(0, NULL) == -1
            || setresgid(sb->gid, sb->gid, sb->gid) == -1
            || setresuid(sb->uid, sb->uid, sb->uid) == -1))
    {
        pyexec_die("setresuid(): %m");
    }

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1
        || prctl(PR_SET_DUMPABLE, 0) == -1)
    {
        pyexec_die("prctl(): %m");
    }
}


void
pyexec_process_retire(pyexec_process_t *p)
{
    /*
     * While it loads, a zygote has no children and does not read its link.  One
     * that can't be told would stay, and the pool with it.
     */

    if (!p->loaded
        || pyexec_send_fds_wait(p->link, "", 1, NULL, 0) == -1)
    {
        (void) kill(p->pid, SIGKILL);
    }

    (void) close(p->link);
    p->link = -1;
}


const char *
pyexec_process_name(const pyexec_process_t *p)
{
    return pyexec_roles[p->role];
}
