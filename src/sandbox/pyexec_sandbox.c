
/*
 * The order in which the walls go up, and why.
 *
 * In a zygote, once
 *
 *   root     If the pool was started by root, the new root is built first:
 *            only root may be able to reach the paths to mount.  Then
 *            setresuid(), then the user namespace, which maps only the final
 *            uid.  An ordinary user needs the user namespace first, since
 *            mounting takes CAP_SYS_ADMIN.
 *   user ns  Its uid is written to /proc/self/uid_map, which belongs to root
 *            after setresuid() until PR_SET_DUMPABLE is set (proc(5)).  The
 *            new root has no /proc, so that a descriptor of it is kept.
 *   pid ns   unshare(CLONE_NEWPID) takes effect for the next process that is
 *            forked.  The process in between exits, and the zygote, pid 1 of
 *            the namespace, becomes a child of the first process, which is a
 *            subreaper.
 *   seccomp  Last, as loading libraries needs calls that it refuses.  It is
 *            the larger of two filters: the kernel takes longest to load it,
 *            and children inherit it.
 *
 * In a child, while it waits for a job
 *
 *   user, mount ns  RLIMIT_NPROC counts processes per user namespace, so that
 *                   a child has one of its own.  The mounts that it inherits
 *                   are locked (mount_namespaces(7)): it can't unmount them
 *                   and reach what is below.
 *   bounding set    A new user namespace has a full one.  It is dropped here
 *                   because that takes some 40 system calls.
 *   ruleset         Created here because its rules take time to add.
 *   descriptors     Landlock does not restrict files that are open already:
 *                   all but the child's own are closed.
 *
 * In a child, with its job
 *
 *   mounts          Before capabilities are dropped.  The session is mounted
 *                   over the workspaces and hides them.  Only the pool's code
 *                   has run in the child until then.
 *   Landlock        After the mounts: a process with a ruleset can't change
 *                   its mounts any more (landlock(7)).  Needs no_new_privs.
 *   rlimits         RLIMIT_NOFILE may be less than the steps above need.
 *   capabilities    Dropped when nothing needs them any more.
 *   seccomp         Last: the child's filter refuses all of the above.
 */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/pyexec_log.h"
#include "sandbox/pyexec_landlock.h"
#include "sandbox/pyexec_root.h"
#include "sandbox/pyexec_sandbox.h"
#include "sandbox/pyexec_seccomp.h"


#define PYEXEC_NAMESPACES   (CLONE_NEWUSER|CLONE_NEWUTS|CLONE_NEWCGROUP       \
                             |(pyexec_wall(MOUNT) ? CLONE_NEWNS : 0)          \
                             |(pyexec_wall(NETWORK) ? CLONE_NEWNET : 0)       \
                             |(pyexec_wall(IPC) ? CLONE_NEWIPC : 0)           \
                             |(pyexec_wall(PID) ? CLONE_NEWPID : 0))

#define PYEXEC_HOST         "pyexec"

#define pyexec_rlimit(name) RLIMIT_##name, "RLIMIT_" #name


typedef struct {
    int                    resource;
    const char            *name;
    uint64_t               value;
    unsigned               skip:1;
    const char            *what;           /* the directive, for a message */
} pyexec_limit_t;


static const char *pyexec_zygote_namespaces(pyexec_sandbox_t *sb);
static const char *pyexec_user_map(const pyexec_sandbox_t *sb);
static const char *pyexec_write_proc(const char *path, const char *text);
static const char *pyexec_drop_uid(const pyexec_sandbox_t *sb);
static const char *pyexec_close_from(int keep);
static const char *pyexec_limits(const pyexec_sandbox_t *sb,
    const pyexec_confine_t *c,
    const char *(*each)(const pyexec_limit_t *limit));
static const char *pyexec_limit_set(const pyexec_limit_t *limit);
static const char *pyexec_limit_check(const pyexec_limit_t *limit);
static void pyexec_drop_bounding_set(void);
static const char *pyexec_drop_capabilities(void);


/* set in a zygote, for its children */

static int                pyexec_proc = -1;    /* /proc, O_PATH */
static int                pyexec_pid_ns = -1;  /* the zygote's */
static pid_t              pyexec_parent;       /* the zygote's pid */
static uint64_t           pyexec_vm_size;      /* the zygote's, bytes */

/* set in a child by prepare, for confine: Landlock's ruleset */

static int                pyexec_ruleset = -1;


pid_t
pyexec_sandbox_fork_zygote(pyexec_sandbox_t *sb)
{
    int          fd[2], status;
    pid_t        pid, between;
    const char  *what;

    if (pipe2(fd, O_CLOEXEC) == -1) {
        return -1;
    }

    between = fork();

    if (between == 0) {
        (void) close(fd[0]);

        what = pyexec_sandbox_enter(sb);
        if (what) {
            pyexec_die("%s failed in a zygote: %m", what);
        }

        pid = fork();

        if (pid == 0) {
            (void) close(fd[1]);
            return 0;
        }

        (void) !write(fd[1], &pid, sizeof(pid));
        _exit(0);
    }

    (void) close(fd[1]);

    if (between == -1 || read(fd[0], &pid, sizeof(pid)) != sizeof(pid)) {
        pid = -1;
        errno = between == -1 ? errno : ECHILD;
    }

    (void) close(fd[0]);

    if (between != -1) {
        (void) waitpid(between, &status, 0);
    }

    return pid;
}


const char *
pyexec_sandbox_zygote_ready(pyexec_sandbox_t *sb)
{
    int           fd;
    char          statm[64];
    ssize_t       n;
    const char   *what;

    fd = openat(pyexec_proc, "self/statm", O_RDONLY|O_CLOEXEC);
    n = fd == -1 ? -1 : read(fd, statm, sizeof(statm) - 1);

    if (n <= 0) {
        return "read(/proc/self/statm)";
    }

    (void) close(fd);

    statm[n] = '\0';
    pyexec_vm_size = strtoull(statm, NULL, 10) * (uint64_t) getpagesize();
    pyexec_parent = getpid();

    /* again: RLIMIT_AS depends on the zygote's size, which is known now */

    pyexec_sandbox_check_limits(sb);

    what = sb->landlock ? pyexec_landlock_open(sb) : NULL;

    if (what == NULL && sb->namespaces) {
        pyexec_pid_ns = openat(pyexec_proc, "self/ns/pid",
                               O_RDONLY|O_CLOEXEC);
        what = pyexec_pid_ns == -1 ? "open(/proc/self/ns/pid)" : NULL;
    }

    if (what == NULL && pyexec_mounts(sb)) {
        what = pyexec_root_seal();
    }

    if (what == NULL && pyexec_wall(SECCOMP)) {
        what = pyexec_seccomp_load(&sb->zygote_filter, 0,
                                   pyexec_mounts(sb));
    }

    return what;
}


int
pyexec_sandbox_proc(void)
{
    return pyexec_proc;
}


pid_t
pyexec_sandbox_fork_child(pyexec_sandbox_t *sb)
{
    int    err;
    pid_t  pid;

    if (!sb->namespaces || !pyexec_wall(PID)) {
        return fork();
    }

    if (unshare(CLONE_NEWPID) == -1) {
        return -1;
    }

    pid = fork();

    if (pid == 0) {
        return 0;
    }

    err = errno;

    if (setns(pyexec_pid_ns, CLONE_NEWPID) == -1) {
        pyexec_die("setns(): %m");
    }

    errno = err;

    return pid;
}


const char *
pyexec_sandbox_prepare(pyexec_sandbox_t *sb, int keep)
{
    const char  *what;

    if (setsid() == -1) {
        return "setsid()";
    }

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1) {
        return "prctl(PR_SET_PDEATHSIG)";
    }

    /*
     * If the zygote died before PR_SET_PDEATHSIG, no signal comes, but the
     * parent is another.  In a pid namespace the kernel kills the child when
     * the zygote, pid 1 of the outer one, dies.
     */

    if ((!sb->namespaces || !pyexec_wall(PID)) && getppid() != pyexec_parent) {
        _exit(0);
    }

    /* when the system is out of memory, the kernel is to kill runs first */

    what = pyexec_write_proc("self/oom_score_adj", "1000");

    if (what == NULL && sb->namespaces) {
        if (unshare(CLONE_NEWUSER | (pyexec_wall(MOUNT) ? CLONE_NEWNS : 0))
            == -1)
        {
            return "unshare()";
        }

        what = pyexec_user_map(sb);
    }

    if (what == NULL && pyexec_wall(CAPABILITIES)) {
        pyexec_drop_bounding_set();
    }

    if (what == NULL && sb->landlock && pyexec_wall(LANDLOCK)) {
        what = pyexec_landlock_begin(sb, &pyexec_ruleset);
    }

    if (what == NULL && pyexec_wall(DESCRIPTORS)) {
        what = pyexec_close_from(keep);
    }

    return what;
}


const char *
pyexec_sandbox_confine(pyexec_sandbox_t *sb, const pyexec_confine_t *c)
{
    const char  *what;

    if (pyexec_mounts(sb)) {
        what = pyexec_root_show(c);

    } else {
        what = fchdir(c->run_fd) == -1 ? "fchdir()" : NULL;
    }

    if (what == NULL && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) {
        what = "prctl(PR_SET_NO_NEW_PRIVS)";
    }

    if (what == NULL && sb->landlock && pyexec_wall(LANDLOCK)) {
        what = pyexec_landlock_confine(sb, pyexec_ruleset, c);
    }

    if (what == NULL && pyexec_wall(RLIMITS)) {
        what = pyexec_limits(sb, c, pyexec_limit_set);
    }

    if (what == NULL && pyexec_wall(CAPABILITIES)) {
        what = pyexec_drop_capabilities();
    }

    /* so that the runner may see in /proc which files it holds */

    if (what == NULL && prctl(PR_SET_DUMPABLE, 1) == -1) {
        what = "prctl(PR_SET_DUMPABLE)";
    }

    if (what == NULL && pyexec_wall(SECCOMP)) {
        what = pyexec_seccomp_load(&sb->child_filter, c->session_write,
                                   pyexec_mounts(sb));
    }

    return what;
}


const char *
pyexec_sandbox_enter(pyexec_sandbox_t *sb)
{
    int          fd;
    const char  *what;

    fd = open("/proc", O_PATH|O_DIRECTORY|O_CLOEXEC);
    if (fd == -1) {
        return "open(/proc)";
    }

    /* the descriptors below PYEXEC_HIGH_FD are for a child's own */

    pyexec_proc = fcntl(fd, F_DUPFD_CLOEXEC, PYEXEC_HIGH_FD);
    (void) close(fd);

    what = sb->namespaces ? pyexec_zygote_namespaces(sb)
                          : pyexec_drop_uid(sb);

    if (what == NULL && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) {
        what = "prctl(PR_SET_NO_NEW_PRIVS)";
    }

    return what;
}


static const char *
pyexec_zygote_namespaces(pyexec_sandbox_t *sb)
{
    unsigned     root;
    const char  *what;

    root = geteuid() == 0;
    what = NULL;

    if (root) {
        if (pyexec_mounts(sb)) {
            if (unshare(CLONE_NEWNS) == -1) {
                return "unshare(CLONE_NEWNS)";
            }

            what = pyexec_root_build(sb);
        }

        if (what == NULL) {
            what = pyexec_drop_uid(sb);
        }

        if (what) {
            return what;
        }
    }

    if (unshare(PYEXEC_NAMESPACES) == -1) {
        return "unshare()";
    }

    /* which child namespaces inherit; else gid_map could not be written */

    what = pyexec_write_proc("self/setgroups", "deny");

    if (what == NULL) {
        what = pyexec_user_map(sb);
    }

    if (what == NULL && !root && pyexec_mounts(sb)) {
        what = pyexec_root_build(sb);
    }

    if (what == NULL && sethostname(PYEXEC_HOST, sizeof(PYEXEC_HOST) - 1)
                        == -1)
    {
        what = "sethostname()";
    }

    return what;
}


/* maps the final uid and gid, and no other, into a new user namespace */

static const char *
pyexec_user_map(const pyexec_sandbox_t *sb)
{
    char         map[64];
    const char  *what;

    (void) snprintf(map, sizeof(map), "%u %u 1", sb->uid, sb->uid);
    what = pyexec_write_proc("self/uid_map", map);

    if (what == NULL) {
        (void) snprintf(map, sizeof(map), "%u %u 1", sb->gid, sb->gid);
        what = pyexec_write_proc("self/gid_map", map);
    }

    return what;
}


static const char *
pyexec_write_proc(const char *path, const char *text)
{
    int      fd, err;
    ssize_t  n;

    fd = openat(pyexec_proc, path, O_WRONLY|O_CLOEXEC);
    if (fd == -1) {
        return "open(/proc/self)";
    }

    n = write(fd, text, strlen(text));
    err = errno;
    (void) close(fd);
    errno = err;

    return n == -1 ? "write(/proc/self)" : NULL;
}


static const char *
pyexec_drop_uid(const pyexec_sandbox_t *sb)
{
    if (geteuid() == 0
        && (setgroups(0, NULL) == -1
            || setresgid(sb->gid, sb->gid, sb->gid) == -1
            || setresuid(sb->uid, sb->uid, sb->uid) == -1))
    {
        return "setresuid()";
    }

    /* else /proc/self/uid_map and the like belong to root (proc(5)) */

    if (prctl(PR_SET_DUMPABLE, 1) == -1) {
        return "prctl(PR_SET_DUMPABLE)";
    }

    return NULL;
}


/* closes all descriptors from keep on; Landlock's ruleset becomes keep */

static const char *
pyexec_close_from(int keep)
{
    if (pyexec_ruleset == -1) {
        (void) close(keep);

    } else if (pyexec_ruleset != keep) {

        if (dup3(pyexec_ruleset, keep, O_CLOEXEC) == -1) {
            return "dup3()";
        }

        pyexec_ruleset = keep;
    }

    if (syscall(SYS_close_range, keep + 1, ~0u, 0) == -1) {
        return "close_range()";
    }

    return NULL;
}


void
pyexec_sandbox_check_limits(const pyexec_sandbox_t *sb)
{
    (void) pyexec_limits(sb, &sb->most, pyexec_limit_check);
}


/* calls each() for every limit of a run until it returns what failed */

static const char *
pyexec_limits(const pyexec_sandbox_t *sb, const pyexec_confine_t *c,
    const char *(*each)(const pyexec_limit_t *limit))
{
    size_t         i;
    const char    *what;
    struct rlimit  core;

    if (getrlimit(RLIMIT_CORE, &core) == -1) {
        return "getrlimit()";
    }

    /*
     * Where kernel.core_pattern is a pipe, a core is fed to it whatever the
     * limit, except one of 1, which makes no file either.
     *
     * Without a user namespace, RLIMIT_NPROC counts all processes of the uid:
     * it is not set then.
     */

    const pyexec_limit_t  limits[] = {
        { pyexec_rlimit(CORE), 1, core.rlim_max == 0, NULL },
        { pyexec_rlimit(AS), pyexec_vm_size + c->max_memory, 0,
          "pyexec_max_memory" },
        { pyexec_rlimit(CPU), c->max_cpu, 0, "pyexec_max_cpu" },
        { pyexec_rlimit(FSIZE), c->max_file_size, 0, "pyexec_max_file_size" },
        { pyexec_rlimit(NPROC), c->max_threads, !sb->namespaces,
          "pyexec_max_threads" },
        { pyexec_rlimit(MEMLOCK), 0, 0, NULL },
        { pyexec_rlimit(MSGQUEUE), 0, 0, NULL },
        { pyexec_rlimit(SIGPENDING), 64, 0, "a run" },
        { pyexec_rlimit(NICE), 0, 0, NULL },
        { pyexec_rlimit(RTPRIO), 0, 0, NULL },
        { pyexec_rlimit(NOFILE), c->max_open_files, 0,
          "pyexec_max_open_files" }
    };

    what = NULL;

    for (i = 0; i < sizeof(limits) / sizeof(limits[0]) && !what; i++) {
        what = limits[i].skip ? NULL : each(&limits[i]);
    }

    return what;
}


static const char *
pyexec_limit_set(const pyexec_limit_t *limit)
{
    struct rlimit  rl;

    /*
     * RLIMIT_CPU sends SIGXCPU at the soft limit, which pid 1 of a pid
     * namespace ignores, and SIGKILL at the hard one: both are the same.
     */

    rl.rlim_cur = limit->value;
    rl.rlim_max = limit->value;

    return setrlimit(limit->resource, &rl) == -1 ? "setrlimit()" : NULL;
}


static const char *
pyexec_limit_check(const pyexec_limit_t *limit)
{
    struct rlimit  rl;

    if (getrlimit(limit->resource, &rl) == -1) {
        pyexec_die("getrlimit(%s): %m", limit->name);
    }

    if (rl.rlim_max < limit->value) {
        pyexec_die("the hard limit of %s, %llu, is below the %llu that %s "
                   "needs", limit->name, (unsigned long long) rl.rlim_max,
                   (unsigned long long) limit->value, limit->what);
    }

    return NULL;
}


/*
 * Drops every capability from the bounding set, until EINVAL tells that there
 * is no such one; the process still has its own.  Without namespaces the first
 * call fails with EPERM, and the set does not matter: no_new_privs keeps
 * execve() from granting any.
 */

static void
pyexec_drop_bounding_set(void)
{
    int  cap;

    for (cap = 0; prctl(PR_CAPBSET_DROP, cap) == 0; cap++) { /* void */ }
}


static const char *
pyexec_drop_capabilities(void)
{
    struct __user_cap_data_struct   none[2];
    struct __user_cap_header_struct header;

    /* these two fail without CAP_SETPCAP, that is, without namespaces */

    (void) prctl(PR_SET_SECUREBITS, SECBIT_NOROOT|SECBIT_NOROOT_LOCKED
                                    |SECBIT_NO_SETUID_FIXUP
                                    |SECBIT_NO_SETUID_FIXUP_LOCKED
                                    |SECBIT_KEEP_CAPS_LOCKED
                                    |SECBIT_NO_CAP_AMBIENT_RAISE
                                    |SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED);

    (void) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);

    memset(none, 0, sizeof(none));
    header.version = _LINUX_CAPABILITY_VERSION_3;
    header.pid = 0;

    if (syscall(SYS_capset, &header, none) == -1) {
        return "capset()";
    }

    return NULL;
}
