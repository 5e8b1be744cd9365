
/*
 * The probe forks a zygote without Python and a child of it, with the functions
 * that real ones use, and tries in the child what the walls have to stop.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/pyexec_log.h"
#include "base/pyexec_tree.h"
#include "sandbox/pyexec_landlock.h"
#include "sandbox/pyexec_root.h"
#include "sandbox/pyexec_sandbox.h"
#include "sandbox/pyexec_seccomp.h"


/* names of sessions can't begin with a dot: no client can use this one */

#define PYEXEC_PROBE        ".pyexec.probe"
#define PYEXEC_PROBE_RUN    "20000101T000000-000000000000"


static void pyexec_probe_apart(const char *workspace, const char *path);
static void pyexec_probe_reach(const pyexec_sandbox_t *sb);
static void pyexec_probe_path(const pyexec_sandbox_t *sb, const char *path);
static void pyexec_probe_walls(pyexec_sandbox_t *sb, char *reason,
    size_t size);
static int pyexec_probe_turn(const pyexec_workspace_t *w);
static void pyexec_probe_zygote(pyexec_sandbox_t *sb, const int *dirs,
    int report) __attribute__((noreturn));
static const char *pyexec_probe_child(pyexec_sandbox_t *sb, const int *dirs,
    int *report);
static const char *pyexec_probe_tests(void);
static void pyexec_probe_dirs(pyexec_sandbox_t *sb, int *dirs);


void
pyexec_probe(pyexec_sandbox_t *sb, char *text, size_t size)
{
    int          abi;
    char         reason[256], landlock[64];
    const char  *what;

    if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1) {
        pyexec_die("prctl(PR_SET_CHILD_SUBREAPER): %m");
    }

    what = pyexec_seccomp_build(&sb->zygote_filter, &sb->child_filter);
    if (what) {
        pyexec_die("%s: %m: no pool without seccomp", what);
    }

    /* root can mount paths that the user of runs can't reach; others can't */

    if (geteuid() != 0) {
        pyexec_probe_reach(sb);
    }

    sb->namespaces = 1;
    pyexec_sandbox_check_limits(sb);

    abi = pyexec_landlock_abi();
    sb->landlock = abi;

    pyexec_probe_walls(sb, reason, sizeof(reason));

    if (reason[0]) {

        if (sb->strict) {
            pyexec_die("%s: the namespaces cannot be had, which "
                       "sandbox=strict asks for", reason);
        }

        if (abi == 0) {
            pyexec_die("%s, and there is no Landlock: no pool without a wall "
                       "for files", reason);
        }

        /* Landlock, seccomp and rlimits must work without namespaces */

        sb->namespaces = 0;
        (void) snprintf(text, size, "no namespaces (%s), ", reason);
        text += strlen(text);
        size -= strlen(text);

        pyexec_probe_reach(sb);
        pyexec_probe_walls(sb, reason, sizeof(reason));

        if (reason[0]) {
            pyexec_die("%s: no pool without its walls", reason);
        }

    } else {
        (void) snprintf(text, size, "user, mount, pid, network, ipc, uts and "
                        "cgroup namespaces, ");
    }

    if (abi == 0 && sb->strict) {
        pyexec_die("there is no Landlock, which sandbox=strict asks for");
    }

    (void) snprintf(landlock, sizeof(landlock), "landlock ABI %d", abi);
    (void) snprintf(text + strlen(text), size - strlen(text),
                    "%s, seccomp with %u instructions, rlimits%s",
                    abi ? landlock : "no landlock",
                    sb->zygote_filter.len + sb->child_filter.len,
                    PYEXEC_WITHOUT ? ", but built with walls left out" : "");
}


/*
 * All runs may read the system's and Python's paths.  Exits if a workspace is
 * in one of these, or contains one, or the same with another workspace.
 */

void
pyexec_probe_places(const pyexec_sandbox_t *sb)
{
    unsigned              i, j;
    const char           *workspace;
    pyexec_path_t         python[PYEXEC_PYTHON_PATHS + 1];
    const pyexec_path_t  *p;

    pyexec_python_paths(sb, python);

    for (i = 0; i < sb->nworkspaces; i++) {
        workspace = sb->workspaces[i].path;

        for (p = pyexec_system_paths; p->path; p++) {
            pyexec_probe_apart(workspace, p->path);
        }

        for (p = python; p->path; p++) {
            pyexec_probe_apart(workspace, p->path);
        }

        for (j = 0; j < i; j++) {
            pyexec_probe_apart(workspace, sb->workspaces[j].path);
        }
    }
}


static void
pyexec_probe_apart(const char *workspace, const char *path)
{
    char  one[PATH_MAX], other[PATH_MAX];

    if (realpath(workspace, one) == NULL) {
        pyexec_die("the workspace \"%s\" cannot be used: %m", workspace);
    }

    if (realpath(path, other) == NULL) {
        return;
    }

    if (pyexec_path_in(one, other) || pyexec_path_in(other, one)) {
        pyexec_die("the workspace \"%s\" and \"%s\", which other runs may "
                   "read, are one in the other", workspace, path);
    }
}


/*
 * Tries to reach Python and the workspaces as the user of runs, in a process
 * of its own, since setresuid() can't be undone.
 */

static void
pyexec_probe_reach(const pyexec_sandbox_t *sb)
{
    int                status;
    pid_t              pid;
    unsigned           i;
    const char        *what;
    pyexec_path_t     *p, python[PYEXEC_PYTHON_PATHS + 1];
    pyexec_sandbox_t   bare;

    pid = fork();

    if (pid != 0) {

        if (pid == -1 || waitpid(pid, &status, 0) == -1) {
            pyexec_die("fork(): %m");
        }

        /* that process has logged which path */

        if (status != 0) {
            _exit(1);
        }

        return;
    }

    bare = *sb;
    bare.namespaces = 0;

    pyexec_python_paths(sb, python);

    what = pyexec_sandbox_enter(&bare);
    if (what) {
        pyexec_die("%s failed in the probe: %m", what);
    }

    for (p = python; p->path; p++) {
        pyexec_probe_path(sb, p->path);
    }

    for (i = 0; i < sb->nworkspaces; i++) {
        pyexec_probe_path(sb, sb->workspaces[i].path);
    }

    _exit(0);
}


static void
pyexec_probe_path(const pyexec_sandbox_t *sb, const char *path)
{
    int           is_file;
    char         *slash, dir[PATH_MAX];
    struct stat   st;

    (void) snprintf(dir, sizeof(dir), "%s/", path);

    for (slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {

        *slash = '\0';

        is_file = stat(dir, &st) == 0 && S_ISREG(st.st_mode);

        if (access(dir, is_file ? R_OK : X_OK) == -1) {
            pyexec_die("runs cannot get to \"%s\": their user, whose uid is "
                       "%u, must be able to %s \"%s\": %m", path, sb->uid,
                       is_file ? "read" : "enter", dir);
        }

        *slash = '/';
    }
}


/* tries all walls; sets reason to what failed, or to "" */

static void
pyexec_probe_walls(pyexec_sandbox_t *sb, char *reason, size_t size)
{
    int      report[2], dirs[2], status, turn;
    pid_t    pid;
    ssize_t  n;

    turn = pyexec_probe_turn(&sb->workspaces[0]);
    pyexec_probe_dirs(sb, dirs);

    if (pipe2(report, O_CLOEXEC) == -1) {
        pyexec_die("pipe2(): %m");
    }

    pid = fork();
    if (pid == -1) {
        pyexec_die("fork(): %m");
    }

    if (pid == 0) {
        (void) close(report[0]);
        pyexec_probe_zygote(sb, dirs, report[1]);
    }

    (void) close(report[1]);

    /* returns at once if all processes with the pipe's other end have died */

    n = read(report[0], reason, size - 1);
    (void) close(report[0]);

    if (n <= 0) {
        (void) snprintf(reason, size, "the processes of the probe died");

    } else {
        reason[n] = '\0';
    }

    (void) waitpid(pid, &status, 0);

    /* "." says that all walls hold; nothing is read if the probe has died */

    if (strcmp(reason, ".") == 0) {
        reason[0] = '\0';
    }

    (void) close(dirs[0]);
    (void) close(dirs[1]);
    (void) pyexec_remove(sb->workspaces[0].fd, PYEXEC_PROBE, NULL);
    (void) close(turn);
}


/* locks the workspace: several pools may be starting, and share the session */

static int
pyexec_probe_turn(const pyexec_workspace_t *w)
{
    int  fd;

    fd = openat(w->fd, ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    if (fd == -1 || flock(fd, LOCK_EX) == -1) {
        pyexec_die("the workspace \"%s\" cannot be locked: %m", w->path);
    }

    return fd;
}


/*
 * The calling process becomes the one between the pool and a zygote.  It, the
 * zygote or the child reports what failed, or the child ".".
 */

static void
pyexec_probe_zygote(pyexec_sandbox_t *sb, const int *dirs, int report)
{
    int          status;
    pid_t        pid;
    const char  *what;

    what = pyexec_sandbox_enter(sb);
    pid = what ? 0 : fork();

    if (pid == 0 && what == NULL) {
        what = pyexec_sandbox_zygote_ready(sb);
        pid = what ? 0 : pyexec_sandbox_fork_child(sb);

        if (pid == 0 && what == NULL) {
            what = pyexec_probe_child(sb, dirs, &report);
        }
    }

    if (pid > 0) {
        (void) waitpid(pid, &status, 0);
        _exit(0);
    }

    if (pid == -1) {
        what = "fork()";
    }

    if (what) {
        (void) dprintf(report, "%s: %s", what, strerror(errno));

    } else {
        (void) !write(report, ".", 1);
    }

    _exit(0);
}


static const char *
pyexec_probe_child(pyexec_sandbox_t *sb, const int *dirs, int *report)
{
    const char        *what;
    pyexec_confine_t   c;

    memset(&c, 0, sizeof(pyexec_confine_t));

    c.session.data = (const u_char *) PYEXEC_PROBE;
    c.session.len = sizeof(PYEXEC_PROBE) - 1;
    c.run_id.data = (const u_char *) PYEXEC_PROBE_RUN;
    c.run_id.len = sizeof(PYEXEC_PROBE_RUN) - 1;
    c.max_memory = 64 * 1024 * 1024;
    c.max_file_size = 1024 * 1024;
    c.max_open_files = 64;
    c.max_threads = 8;
    c.max_cpu = 10;

    /* a child has its socket as descriptor 3, a job's directories as 4 and 5 */

    c.session_fd = fcntl(dirs[0], F_DUPFD, PYEXEC_HIGH_FD);
    c.run_fd = fcntl(dirs[1], F_DUPFD, PYEXEC_HIGH_FD);

    if (dup2(*report, 3) == -1 || dup2(c.session_fd, 4) == -1
        || dup2(c.run_fd, 5) == -1)
    {
        return "dup2()";
    }

    *report = 3;
    c.session_fd = 4;
    c.run_fd = 5;

    what = pyexec_sandbox_prepare(sb, 6);

    if (what == NULL) {
        what = pyexec_sandbox_confine(sb, &c);
    }

    return what ? what : pyexec_probe_tests();
}


/* tries what must work, and what must not; returns what is wrong, or NULL */

static const char *
pyexec_probe_tests(void)
{
    int  fd;

    if (PYEXEC_WITHOUT) {
        return NULL;
    }

    fd = open("probe", O_WRONLY|O_CREAT, 0600);

    if (fd == -1 || write(fd, "", 1) != 1 || unlink("probe") == -1) {
        return "writing in the run's directory";
    }

    errno = 0;

    if (open("../probe", O_WRONLY|O_CREAT, 0600) != -1
        || open("/var/tmp/probe", O_WRONLY|O_CREAT, 0600) != -1)
    {
        return "the walls let a file be written outside";
    }

    if (open("/etc/passwd", O_RDONLY) != -1
        || open("/proc/self/status", O_RDONLY) != -1)
    {
        return "the walls let a file be read outside";
    }

    if (socket(AF_UNIX, SOCK_STREAM, 0) != -1) {
        return "the filter lets a socket be made";
    }

    if (mmap(NULL, 4096, PROT_READ|PROT_WRITE|PROT_EXEC,
             MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
    {
        return "the filter lets memory be made executable";
    }

    return NULL;
}


/* makes the probe's session with one run, and opens both as dirs[] */

static void
pyexec_probe_dirs(pyexec_sandbox_t *sb, int *dirs)
{
    int                        fd, opened[3];
    unsigned                   i;
    static const char *const   names[] = {
        PYEXEC_PROBE, "code_exec", PYEXEC_PROBE_RUN
    };

    fd = sb->workspaces[0].fd;

    for (i = 0; i < 3; i++) {

        if (mkdirat(fd, names[i], 0777) == -1 && errno != EEXIST) {
            pyexec_die("the workspace \"%s\" cannot be written: %m",
                       sb->workspaces[0].path);
        }

        fd = openat(fd, names[i], O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

        if (fd == -1
            || (geteuid() == 0 && fchown(fd, sb->uid, sb->gid) == -1))
        {
            pyexec_die("the workspace \"%s\" cannot be used: %m",
                       sb->workspaces[0].path);
        }

        opened[i] = fd;
    }

    (void) close(opened[1]);

    dirs[0] = opened[0];
    dirs[1] = opened[2];
}
