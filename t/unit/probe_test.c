
/* The probe of the walls, where pools of several nginxes start together. */

#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/pyexec_tree.h"
#include "sandbox/pyexec_probe.h"


#define POOLS    4
#define TIMES    10


static char               workspace[] = "/tmp/pyexec-probe.XXXXXX";
static pyexec_sandbox_t   alone;           /* what one finds by itself */


static int
probe(pyexec_sandbox_t *sb)
{
    char  text[512];

    sb->uid = geteuid() ? geteuid() : 65534;
    sb->gid = geteuid() ? getegid() : 65534;
    sb->python = "/usr";
    sb->nworkspaces = 1;
    sb->workspaces[0].path = workspace;
    sb->workspaces[0].fd = open(workspace, O_PATH|O_DIRECTORY|O_CLOEXEC);

    pyexec_probe(sb, text, sizeof(text));

    return sb->namespaces == alone.namespaces;
}


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
            memset(&sb, 0, sizeof(pyexec_sandbox_t));
            same = probe(&sb);
        }

        _exit(!same);
    }

    for (i = 0; i < POOLS; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }

    /* an empty directory can be removed */

    assert_int_equal(rmdir(workspace), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(all_find_the_same)
    };

    if (mkdtemp(workspace) == NULL || chmod(workspace, 0755) == -1
        || (geteuid() == 0 && chown(workspace, 65534, 65534) == -1))
    {
        return 1;
    }

    (void) probe(&alone);

    return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
