
/*
 * Runs a command as in an ordinary container: creating a namespace and
 * mounting fail with EPERM.
 */

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include <seccomp.h>


int
main(int argc, char **argv)
{
    size_t           i;
    scmp_filter_ctx  ctx;

    static const int  calls[] = {
        SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(mount),
        SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(open_tree),
        SCMP_SYS(move_mount), SCMP_SYS(fsopen), SCMP_SYS(mount_setattr)
    };

    ctx = seccomp_init(SCMP_ACT_ALLOW);

    for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (ctx == NULL
            || seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), calls[i], 0) != 0)
        {
            return 1;
        }
    }

    if (argc < 2 || seccomp_load(ctx) != 0) {
        return 1;
    }

    (void) execvp(argv[1], argv + 1);
    perror(argv[1]);

    return 1;
}
