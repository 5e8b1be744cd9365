
/*
 * Confined children that try what the walls are to stop, and beside it what
 * they are to let through: with all walls, with mounts but no Landlock, and
 * with Landlock but no namespaces.
 */

#include "unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/prctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "base/pyexec_tree.h"
#include "sandbox/pyexec_probe.h"
#include "sandbox/pyexec_sandbox.h"


#define RUN             "20260101T000000-00000000000a"
#define OTHER_RUN       "20260101T000000-00000000000b"
#define REPORT          3                  /* the child's; then come two more */
#define MB              (1024 * 1024ull)
#define EXECUTABLE      (PROT_READ|PROT_WRITE|PROT_EXEC)


typedef struct {
    const char            *name;
    unsigned               namespaces:1;
    unsigned               landlock:1;
} wall_t;


typedef void (*job_pt)(void);


typedef struct {
    const char            *name;
    job_pt                 job;
    const char            *report;         /* what it is to come to */
    unsigned               writable:1;     /* the session */
} case_t;


static const wall_t       walls[] = {
    { "all walls", 1, 1 },
    { "no Landlock", 1, 0 },
    { "no namespaces", 0, 1 }
};

static char               top[] = "/tmp/pyexec-sandbox.XXXXXX";
static char               workspace[PATH_MAX];
static pid_t              tester;
static unsigned           writable;        /* of the case that is tried */
static pyexec_sandbox_t   probed;          /* what this machine has */
static pyexec_sandbox_t   sb;              /* what the run is to have */


/* in a child: what is not as it should be goes to the report */

static void
want(int ok, const char *what)
{
    if (!ok) {
        (void) dprintf(REPORT, "%s (%s); ", what, strerror(errno));
    }
}


static void
want_error(long rc, int error, const char *what)
{
    if (rc != -1 || errno != error) {
        (void) dprintf(REPORT, "%s: %ld (%s); ", what, rc,
                       rc == -1 ? strerror(errno) : "done");
    }
}


static int
can(const char *path, int flags)
{
    int  fd;

    fd = open(path, flags|O_CLOEXEC, 0600);

    return fd != -1 && close(fd) == 0;
}


static int
can_map(int prot, int flags, const char *path, int mode)
{
    int    fd, rc;
    void  *p;

    fd = path ? open(path, mode|O_CLOEXEC, 0600) : -1;

    if (path) {
        want(fd != -1, path);
    }

    p = mmap(NULL, 4096, prot, flags, fd, 0);
    rc = p != MAP_FAILED;

    if (rc) {
        (void) munmap(p, 4096);
    }

    if (path) {
        (void) close(fd);
    }

    return rc;
}


static void
confine(job_pt job, int report)
{
    int               fd, dirs[2];
    const char       *what;
    pyexec_confine_t  c;

    memset(&c, 0, sizeof(pyexec_confine_t));

    fd = probed.workspaces[0].fd;
    dirs[0] = openat(fd, "mine", O_PATH|O_DIRECTORY);
    dirs[1] = openat(fd, "mine/code_exec/" RUN, O_PATH|O_DIRECTORY);

    if (dup2(report, 100) == -1 || dup2(dirs[0], 101) == -1
        || dup2(dirs[1], 102) == -1 || dup2(100, REPORT) == -1
        || dup2(101, REPORT + 1) == -1 || dup2(102, REPORT + 2) == -1)
    {
        _exit(1);
    }

    c.session = (pyexec_str_t) pyexec_str("mine");
    c.run_id = (pyexec_str_t) pyexec_str(RUN);
    c.session_fd = REPORT + 1;
    c.run_fd = REPORT + 2;
    c.session_write = writable;
    c.max_memory = 256 * MB;
    c.max_file_size = 1 * MB;
    c.max_open_files = 32;
    c.max_threads = 4;
    c.max_cpu = 1;

    what = pyexec_sandbox_prepare(&sb, REPORT + 3);

    if (what == NULL) {
        what = pyexec_sandbox_confine(&sb, &c);
    }

    want(what == NULL, what);

    (void) close(REPORT + 1);
    (void) close(REPORT + 2);

    if (what == NULL) {
        job();
        (void) !write(REPORT, "end", 3);
    }

    _exit(0);
}


/* what becomes of a child is put behind its report */

static void
zygote(job_pt job, int report)
{
    int          status;
    pid_t        pid;
    const char  *what;

    what = pyexec_sandbox_zygote_ready(&sb);
    if (what) {
        (void) dprintf(report, "%s (%s)", what, strerror(errno));
        _exit(1);
    }

    pid = pyexec_sandbox_fork_child(&sb);

    if (pid == 0) {
        confine(job, report);
    }

    if (pid == -1 || waitpid(pid, &status, 0) != pid) {
        status = -1;
    }

    if (WIFSIGNALED(status)) {
        (void) dprintf(report, " signal %d", WTERMSIG(status));
    }

    _exit(0);
}


static void
report_is(job_pt job, const char *wanted)
{
    int      fd[2], status;
    char     buf[8192];
    pid_t    pid;
    size_t   len;
    ssize_t  n;

    assert_int_equal(pipe2(fd, O_CLOEXEC), 0);

    pid = pyexec_sandbox_fork_zygote(&sb);
    assert_int_not_equal(pid, -1);

    if (pid == 0) {
        zygote(job, fd[1]);
    }

    (void) close(fd[1]);

    for (len = 0; len < sizeof(buf) - 1; len += n) {
        n = read(fd[0], buf + len, sizeof(buf) - 1 - len);
        if (n <= 0) {
            break;
        }
    }

    buf[len] = '\0';
    (void) close(fd[0]);

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_string_equal(buf, wanted);
}


/* a case, behind each set of walls that can be had here */

static void
try(void **state)
{
    unsigned       i, tried;
    const case_t  *c;

    c = *state;
    tried = 0;
    writable = c->writable;

    for (i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {

        if ((walls[i].namespaces && !probed.namespaces)
            || (walls[i].landlock && !probed.landlock))
        {
            continue;
        }

        print_message("%s\n", walls[i].name);

        sb = probed;
        sb.namespaces = walls[i].namespaces;
        sb.landlock = walls[i].landlock ? probed.landlock : 0;

        report_is(c->job, c->report);
        tried++;
    }

    assert_int_not_equal(tried, 0);
}


static void
read_job(void)
{
    char  path[PATH_MAX + 32];

    want(can("main.py", O_RDONLY), "reading the run");
    want(can("../../data.csv", O_RDONLY), "reading the session");
    want(can("../" OTHER_RUN "/main.py", O_RDONLY), "reading a run before");
    want(can("/usr/lib/os-release", O_RDONLY), "reading /usr");
    want(can("/dev/urandom", O_RDONLY), "reading /dev/urandom");

    want(!can("../../../other/data.csv", O_RDONLY), "another session");
    want(!can("/workspace/0/other/data.csv", O_RDONLY), "/workspace");
    want(!can("/workspace/0", O_RDONLY), "listing a workspace");
    want(!can("/etc/passwd", O_RDONLY), "/etc/passwd");
    want(!can("/proc/self/maps", O_RDONLY), "/proc");
    want(!can("/", O_RDONLY) || sb.namespaces, "listing /");

    (void) snprintf(path, sizeof(path), "%s/other/data.csv", workspace);
    want(!can(path, O_RDONLY), "another session by its path");

    if (sb.namespaces) {
        want_error(access("../../../other", F_OK), ENOENT, "stat()");
        want_error(access("/workspace/0", F_OK), ENOENT, "stat()");
        want_error(access(path, F_OK), ENOENT, "stat()");
        want_error(access("/etc/passwd", F_OK), ENOENT, "stat()");
    }
}


static void
write_job(void)
{
    want(can("new", O_WRONLY|O_CREAT|O_EXCL), "making a file");
    want(mkdir("d", 0700) == 0, "making a directory");
    want(rename("new", "d/new") == 0, "renaming into a directory");
    want(can("d/new", O_WRONLY|O_TRUNC), "truncating");
    want(unlink("d/new") == 0 && rmdir("d") == 0, "removing");
    want(can("/dev/null", O_WRONLY), "writing /dev/null");

    want(!can("../new", O_WRONLY|O_CREAT), "making a file in code_exec");
    want(mkdir("../d", 0700) == -1, "making a directory in code_exec");
    want(!can("../" OTHER_RUN "/main.py", O_WRONLY), "writing another run");
    want(truncate("../" OTHER_RUN "/main.py", 0) == -1 || sb.landlock == 1
         || sb.landlock == 2, "truncating another run's file");
    want(unlink("../" OTHER_RUN "/main.py") == -1, "removing another's file");
    want(unlink("../runs.jsonl") == -1, "removing the history");
    want(rename("../" OTHER_RUN, "mine") == -1, "taking another run");
    want(rename("../" RUN, "../../run") == -1, "moving the own run");
    want(rename("../../code_exec", "../../c") == -1, "moving code_exec");
    want(rename("../../../mine", "../../../m") == -1, "moving the session");

    want(!can("/var/tmp/new", O_WRONLY|O_CREAT), "writing /var/tmp");
    want(!can("/dev/shm/new", O_WRONLY|O_CREAT), "writing /dev/shm");
    want(!can("../../../new", O_WRONLY|O_CREAT), "writing above it");
    want(!can("/new", O_WRONLY|O_CREAT), "writing /");
    want(!can("../../../other/data.csv", O_WRONLY), "writing a session");

    want(symlink("/etc/passwd", "link") == -1, "making a symbolic link");
    want(link("main.py", "link") == -1, "making a link");
    want(mkfifo("fifo", 0600) == -1, "making a FIFO");
}


static void
closed_job(void)
{
    write_job();

    want(!can("../../data.csv", O_WRONLY), "writing the session");
    want(!can("../../new", O_WRONLY|O_CREAT), "making a file there");
    want(!can("../../uploads/new", O_WRONLY|O_CREAT), "and further down");
    want(unlink("../../data.csv") == -1, "removing the session's file");
}


static void
open_job(void)
{
    write_job();

    want(can("../../data.csv", O_WRONLY), "writing the session");
    want(can("../../uploads/new", O_WRONLY|O_CREAT), "making a file there");
    want(unlink("../../uploads/new") == 0, "removing it");
    want(can("../../top", O_WRONLY|O_CREAT) == (int) sb.namespaces,
         "making a file at the top, if there are mounts");
    (void) unlink("../../top");
}


static void
modes_job(void)
{
    int          fd;
    struct stat  st;

    want(mkdir("ordinary", 0755) == 0, "making a directory");
    want(mkdir("setgid", 02755) == -1, "making it set-group-id");
    fd = open("setuid", O_WRONLY|O_CREAT, 04755);
    want(fd == -1, "making a file set-user-id");
    fd = open("f", O_WRONLY|O_CREAT, 0600);
    want(fchmod(fd, 04755) == -1 && errno == EPERM, "fchmod()");
    want(chmod("f", 02755) == -1 && errno == EPERM, "chmod()");
    want(fstat(fd, &st) == 0 && (st.st_mode & 07777) == 0600, "its mode");
    want(unlink("f") == 0 && rmdir("ordinary") == 0, "removing them");
}


/*
 * A shared mapping that may be executed and a second one of the same pages
 * that may be written would be as good as one that may be both.
 */

static void
memory_job(void)
{
    int    i, fd;
    void  *p;

    static const char *const  shared[] = { "/dev/zero", "f" };

    want(can_map(PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, NULL, 0),
         "mapping memory");
    want(!can_map(EXECUTABLE, MAP_PRIVATE|MAP_ANONYMOUS, NULL, 0),
         "memory to write and execute");
    want(!can_map(PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_ANONYMOUS, NULL, 0),
         "memory to execute");

    p = mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1,
             0);
    want(mprotect(p, 4096, PROT_READ) == 0, "memory read-only");
    want(mprotect(p, 4096, PROT_READ|PROT_EXEC) == -1, "memory executable");

    want(dlopen("libutil.so.1", RTLD_NOW) != NULL, "loading a library");

    fd = open("f", O_RDWR|O_CREAT|O_CLOEXEC, 0700);
    want(ftruncate(fd, 4096) == 0, "ftruncate()");

    for (i = 0; i < 2; i++) {
        want(can_map(PROT_READ|PROT_WRITE, MAP_SHARED, shared[i], O_RDWR),
             "sharing a file to write");
        want(!can_map(PROT_READ|PROT_EXEC, MAP_SHARED, shared[i], O_RDWR),
             "sharing a file to execute");
    }

    want(can_map(PROT_READ|PROT_EXEC, MAP_PRIVATE, "f", O_RDONLY)
         != (int) sb.namespaces, "executing a file of the run");
    want(unlink("f") == 0, "removing it");
}


static void *
pause_thread(void *data)
{
    (void) pause();
    return data;
}


static void
process_job(void)
{
    int        rc, n;
    char      *argv[] = { "/bin/true", NULL };
    pthread_t  thread;

    want_error(fork(), EPERM, "fork()");
    want_error(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0), EPERM, "clone()");
    want_error(execv(argv[0], argv), EPERM, "execve()");
    want_error(unshare(CLONE_NEWUSER), EPERM, "unshare()");

    for (n = 1; n < 100; n++) {
        rc = pthread_create(&thread, NULL, pause_thread, NULL);
        if (rc != 0) {
            break;
        }
    }

    want(n > 1, "making a thread");
    want(n <= 4 || !sb.namespaces, "making more threads than allowed");
}


static volatile sig_atomic_t  caught;


static void
handler(int signo)
{
    caught = signo;
}


static void
signal_job(void)
{
    (void) signal(SIGUSR1, handler);
    want(raise(SIGUSR1) == 0 && caught == SIGUSR1, "signalling oneself");
    caught = 0;
    want(kill(getpid(), SIGUSR1) == 0 && caught == SIGUSR1, "with kill()");

    want(kill(tester, 0) == -1, "signalling the first process");
    want(kill(-1, 0) == -1, "signalling all");
    want(kill(0, 0) == -1, "signalling the group");
    want(getpid() == 1 || kill(1, 0) == -1, "signalling pid 1");
    want(syscall(SYS_tgkill, tester, tester, 0) == -1, "with tgkill()");
    want(syscall(SYS_pidfd_open, tester, 0) == -1, "pidfd_open()");
    want(!sb.namespaces || getpid() == 1, "a pid namespace");
}


static void
socket_job(void)
{
    int   fd[2];
    char  c;

    want(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0, "socketpair()");
    want(send(fd[0], "x", 1, 0) == 1 && recv(fd[1], &c, 1, 0) == 1,
         "sending over it");

    want_error(socketpair(AF_TIPC, SOCK_STREAM, 0, fd), ENOSYS, "TIPC");
    want_error(socket(AF_INET, SOCK_STREAM, 0), EPERM, "TCP");
    want_error(socket(AF_INET, SOCK_DGRAM, 0), EPERM, "UDP");
    want_error(socket(AF_UNIX, SOCK_STREAM, 0), EPERM, "unix");
    want_error(socket(AF_NETLINK, SOCK_RAW, 0), EPERM, "netlink");
}


static void
descriptor_job(void)
{
    int  fd;

    want(fcntl(REPORT, F_GETFD) != -1, "the own descriptor");

    for (fd = REPORT + 1; fd < 1024; fd++) {
        want_error(fcntl(fd, F_GETFD), EBADF, "an inherited descriptor");
    }
}


static void
limit_job(void)
{
    int             fd, n;
    void           *p;
    ssize_t         rc;
    struct rlimit   rl;
    static char     block[MB + 1];

    p = mmap(NULL, 128 * MB, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS,
             -1, 0);
    want(p != MAP_FAILED, "128 MB of memory");
    p = mmap(NULL, 256 * MB, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS,
             -1, 0);
    want_error(p == MAP_FAILED ? -1 : 0, ENOMEM, "256 MB more");

    (void) signal(SIGXFSZ, SIG_IGN);
    fd = open("f", O_WRONLY|O_CREAT, 0600);
    rc = write(fd, block, sizeof(block));
    want(rc == (ssize_t) MB, "a file of 1 MB");
    want_error(write(fd, block, 1), EFBIG, "a byte more");
    want(close(fd) == 0 && unlink("f") == 0, "removing it");

    for (n = 0; n < 100; n++) {
        if (dup(REPORT) == -1) {
            break;
        }
    }

    want(n > 10 && n < 32, "as many descriptors as allowed");

    want(getrlimit(RLIMIT_CORE, &rl) == 0 && rl.rlim_max <= 1, "core dumps");
    rl.rlim_cur = rl.rlim_max = 2;
    want(setrlimit(RLIMIT_CORE, &rl) == -1, "setrlimit()");
}


static void
cpu_job(void)
{
    for ( ;; ) { /* void */ }
}


static void
attack_job(void)
{
    (void) syscall(SYS_kexec_load, 0, 0, NULL, 0);
}


static void
privilege_job(void)
{
    struct utsname                  name;
    struct __user_cap_data_struct   cap[2];
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };

    want(getuid() == sb.uid && geteuid() == sb.uid, "the uid");
    want(getgid() == sb.gid && getegid() == sb.gid, "the gid");
    want(syscall(SYS_capget, &header, cap) == 0
         && (cap[0].permitted | cap[1].permitted) == 0
         && (cap[0].inheritable | cap[1].inheritable) == 0, "capabilities");
    want(prctl(PR_GET_DUMPABLE) == 1, "dumpable");
    want_error(setuid(0), EPERM, "setuid()");

    if (sb.namespaces) {
        want(prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) == 0, "the bounding set");
        want(uname(&name) == 0 && strcmp(name.nodename, "pyexec") == 0,
             "the host's name");
    }
}


static void
wait_job(void)
{
    (void) dprintf(REPORT, "%d", getpid());
    (void) pause();
}


static void
first_when_memory_is_short(const char *pid)
{
    int   score;
    char  path[64];
    FILE  *f;

    (void) snprintf(path, sizeof(path), "/proc/%s/oom_score_adj", pid);

    f = fopen(path, "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%d", &score), 1);
    assert_int_equal(score, 1000);
    (void) fclose(f);
}


static void
dies_with_its_zygote(void **state)
{
    int            i, fd[2], status;
    char           buf[16];
    pid_t          pid;
    ssize_t        n;
    struct pollfd  pfd;

    (void) state;

    for (i = 0; i <= (int) probed.namespaces; i++) {

        sb = probed;
        sb.namespaces = i;

        assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
        pid = pyexec_sandbox_fork_zygote(&sb);
        assert_int_not_equal(pid, -1);

        if (pid == 0) {
            zygote(wait_job, fd[1]);
        }

        (void) close(fd[1]);
        n = read(fd[0], buf, sizeof(buf) - 1);
        assert_true(n > 0);
        buf[n] = '\0';

        if (i == 0) {
            first_when_memory_is_short(buf);
        }

        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);

        /* the child was the last who had the other end */

        pfd.fd = fd[0];
        pfd.events = POLLIN;
        assert_int_equal(poll(&pfd, 1, 10000), 1);
        assert_int_equal(read(fd[0], buf, sizeof(buf)), 0);
        (void) close(fd[0]);
    }
}


/* the workspace's path has a symbolic link in it, as an operator's may */

static void
scene(void)
{
    FILE        *f;
    unsigned     i;
    char         path[PATH_MAX + 64];

    static const char *const  made[] = {
        "real/", "real/ws/", "real/ws/mine/", "real/ws/mine/data.csv",
        "real/ws/mine/uploads/", "real/ws/mine/code_exec/",
        "real/ws/mine/code_exec/runs.jsonl",
        "real/ws/mine/code_exec/" RUN "/",
        "real/ws/mine/code_exec/" RUN "/main.py",
        "real/ws/mine/code_exec/" OTHER_RUN "/",
        "real/ws/mine/code_exec/" OTHER_RUN "/main.py",
        "real/ws/other/", "real/ws/other/data.csv"
    };

    if (mkdtemp(top) == NULL || chmod(top, 0755) == -1) {
        exit(1);
    }

    for (i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        (void) snprintf(path, sizeof(path), "%s/%s", top, made[i]);

        if (path[strlen(path) - 1] == '/') {
            if (mkdir(path, 0755) == -1) {
                exit(1);
            }

        } else {
            f = fopen(path, "w");
            if (f == NULL || fputs("1\n", f) == EOF || fclose(f) == EOF) {
                exit(1);
            }
        }

        if (geteuid() == 0 && chown(path, probed.uid, probed.gid) == -1) {
            exit(1);
        }
    }

    (void) snprintf(path, sizeof(path), "%s/real", top);
    (void) snprintf(workspace, sizeof(workspace), "%s/link", top);

    if (symlink(path, workspace) == -1) {
        exit(1);
    }

    (void) strcat(workspace, "/ws");
}


static const case_t  cases[] = {
    { "reads the session only", read_job, "end", 0 },
    { "reads the session only, if it may write", read_job, "end", 1 },
    { "writes the run only", closed_job, "end", 0 },
    { "writes the session, if it may", open_job, "end", 1 },
    { "makes no set-user-id files", modes_job, "end", 0 },
    { "executes libraries only", memory_job, "end", 0 },
    { "is one process", process_job, "end", 0 },
    { "signals itself only", signal_job, "end", 0 },
    { "has no network", socket_job, "end", 0 },
    { "inherits no descriptors", descriptor_job, "end", 0 },
    { "keeps within limits", limit_job, "end", 0 },
    { "is killed when out of CPU", cpu_job, " signal 9", 0 },
    { "is killed for an attack", attack_job, " signal 31", 0 },
    { "has no privileges", privilege_job, "end", 0 }
};

#define CASES  (sizeof(cases) / sizeof(cases[0]))


int
main(void)
{
    int       rc;
    char      text[512];
    unsigned  i;

    struct CMUnitTest  tests[CASES + 1] = {
        [CASES] = cmocka_unit_test(dies_with_its_zygote)
    };

    for (i = 0; i < CASES; i++) {
        tests[i].name = cases[i].name;
        tests[i].test_func = try;
        tests[i].initial_state = (void *) &cases[i];
    }

    probed.uid = geteuid() ? geteuid() : 65534;
    probed.gid = geteuid() ? getegid() : 65534;
    probed.python = "/usr";

    scene();

    probed.nworkspaces = 1;
    probed.workspaces[0].path = workspace;
    probed.workspaces[0].fd = open(workspace, O_PATH|O_DIRECTORY|O_CLOEXEC);

    /* for a child to inherit, where nobody would close it by chance */

    (void) fcntl(probed.workspaces[0].fd, F_DUPFD, 700);

    tester = getpid();

    pyexec_probe(&probed, text, sizeof(text));
    print_message("%s\n", text);

    rc = cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);

    return pyexec_remove(AT_FDCWD, top, NULL) == 0 ? rc : 1;
}
