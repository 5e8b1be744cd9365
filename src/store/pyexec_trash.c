
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/pyexec_log.h"
#include "base/pyexec_tree.h"
#include "store/pyexec_trash.h"


#define PYEXEC_TRASH_LEN    64


int
pyexec_trash_put(int runs, const char *name, uint64_t *files)
{
    char      to[PYEXEC_TRASH_LEN];
    uint64_t  n;

    n = 0;

    if (pyexec_count(runs, name, &n) == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    (void) snprintf(to, sizeof(to), PYEXEC_TRASH "/%s", name);

    if (mkdirat(runs, PYEXEC_TRASH, 0777) == -1 && errno != EEXIST) {
        return -1;
    }

    if (pyexec_move(runs, name, runs, to) == -1) {
        return -1;
    }

    *files += n;

    return 0;
}


void
pyexec_trash_empty(pyexec_store_t *st, const pyexec_str_t *session)
{
    DIR            *d;
    int             fd, runs;
    struct dirent  *de;

    fd = pyexec_session_open(st, session, 0);
    if (fd == -1) {
        return;
    }

    runs = pyexec_runs_open(fd, 0);
    (void) close(fd);

    if (runs == -1) {
        return;
    }

    d = pyexec_opendir(runs, PYEXEC_TRASH);

    if (d && pyexec_session_try(st, session, PYEXEC_LOCK_TRASH) == 0) {

        while ((de = pyexec_readdir(d)) != NULL) {
            if (pyexec_remove(dirfd(d), de->d_name, NULL) == -1) {
                pyexec_log(PYEXEC_LOG_ERR, "removing %s failed: %m",
                           de->d_name);
            }
        }

        (void) unlinkat(runs, PYEXEC_TRASH, AT_REMOVEDIR);

        pyexec_session_unlock(st, session, PYEXEC_LOCK_TRASH);
    }

    if (d) {
        (void) closedir(d);
    }

    (void) close(runs);
}
