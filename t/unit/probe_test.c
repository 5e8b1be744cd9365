
/* The probe: what it finds, and what it refuses. */

#include "unit.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "sandbox/pyexec_probe.h"
#include "sandbox/pyexec_sandbox.h"


#define POOLS    4
#define TIMES    10


static char               workspace[] = "/tmp/pyexec-probe.XXXXXX";
static pyexec_sandbox_t   alone;           /* what one finds by itself */


static void
find(pyexec_sandbox_t *sb)
{
    char  text[512];

    pyexec_probe_places(sb);
    pyexec_probe(sb, text, sizeof(text));
}


/* in a process of its own, since it dies: its status, or -1 */

static int
probe(const pyexec_sandbox_t *wanted)
{
    int               fd, status;
    pid_t             pid;
    pyexec_sandbox_t  sb;

    pid = fork();

    if (pid == 0) {
        fd = open("/dev/null", O_WRONLY);
        (void) dup2(fd, STDERR_FILENO);

        sb = *wanted;
        find(&sb);
        _exit(0);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);

    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}


/* pools of several nginxes start together */

static void
all_find_the_same(void **state)
{
    int               i, j, same, status;
    pid_t             pid;
    pyexec_sandbox_t  sb;

    (void) state;

    for (i = 0; i < POOLS; i++) {
        pid = fork();
        assert_int_not_equal(pid, -1);

        if (pid != 0) {
            continue;
        }

        for (same = 1, j = 0; same && j < TIMES; j++) {
            sb = alone;
            find(&sb);
            same = sb.namespaces == alone.namespaces;
        }

        _exit(!same);
    }

    for (i = 0; i < POOLS; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
}


static void
what_cannot_hold_is_refused(void **state)
{
    unsigned          i;
    char              inside[PATH_MAX];
    pyexec_sandbox_t  sb;

    const char *const  bad[] = { "/usr/lib", "/usr", "/", inside };

    (void) state;

    (void) snprintf(inside, sizeof(inside), "%s/inside", workspace);
    assert_int_equal(mkdir(inside, 0755), 0);

    assert_int_equal(probe(&alone), 0);

    sb = alone;
    sb.strict = 1;
    assert_int_equal(probe(&sb), !alone.namespaces || !alone.landlock);

    sb = alone;
    sb.python = inside;
    assert_int_equal(probe(&sb), 1);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        sb = alone;
        sb.nworkspaces = 2;
        sb.workspaces[1].path = bad[i];
        sb.workspaces[1].fd = open(bad[i], O_PATH|O_DIRECTORY|O_CLOEXEC);
        assert_int_equal(probe(&sb), 1);
        (void) close(sb.workspaces[1].fd);
    }

    assert_int_equal(rmdir(inside), 0);
}


/* root mounts what is behind a closed door; nobody else can, nor pass it */

static void
what_runs_cannot_reach_is_refused(void **state)
{
    char              door[PATH_MAX], path[PATH_MAX + 8];
    pyexec_sandbox_t  sb;

    (void) state;

    (void) snprintf(door, sizeof(door), "%s/door", workspace);
    (void) snprintf(path, sizeof(path), "%s/behind", door);

    assert_int_equal(mkdir(door, 0755), 0);
    assert_int_equal(mkdir(path, 0755), 0);

    sb = alone;
    sb.workspaces[0].path = path;
    sb.workspaces[0].fd = open(path, O_PATH|O_DIRECTORY|O_CLOEXEC);

    if (geteuid() == 0) {
        assert_int_equal(chown(path, sb.uid, sb.gid), 0);
    }

    assert_int_equal(probe(&sb), 0);

    assert_int_equal(chmod(door, 0600), 0);
    assert_int_equal(probe(&sb), geteuid() != 0 || !alone.namespaces);

    assert_int_equal(chmod(door, 0755), 0);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(door), 0);
    (void) close(sb.workspaces[0].fd);
}


static void
limits_that_cannot_be_set_are_refused(void **state)
{
    struct rlimit     rl;
    pyexec_sandbox_t  sb;

    (void) state;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &rl), 0);

    sb = alone;
    sb.most.max_open_files = rl.rlim_max;
    assert_int_equal(probe(&sb), 0);

    sb.most.max_open_files++;
    assert_int_equal(probe(&sb), 1);
}


/* an empty directory can be removed */

static int
nothing_is_left(void **state)
{
    (void) state;

    return rmdir(workspace);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(all_find_the_same),
        cmocka_unit_test(what_cannot_hold_is_refused),
        cmocka_unit_test(what_runs_cannot_reach_is_refused),
        cmocka_unit_test(limits_that_cannot_be_set_are_refused)
    };

    if (mkdtemp(workspace) == NULL || chmod(workspace, 0755) == -1
        || (geteuid() == 0 && chown(workspace, 65534, 65534) == -1))
    {
        return 1;
    }

    alone.uid = geteuid() ? geteuid() : 65534;
    alone.gid = geteuid() ? getegid() : 65534;
    alone.python = "/usr";
    alone.nworkspaces = 1;
    alone.workspaces[0].path = workspace;
    alone.workspaces[0].fd = open(workspace, O_PATH|O_DIRECTORY|O_CLOEXEC);

    find(&alone);

    return cmocka_run_group_tests_name("probe", tests, NULL, nothing_is_left);
}
