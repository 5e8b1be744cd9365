
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/pyexec_log.h"
#include "base/pyexec_tree.h"
#include "store/pyexec_account.h"
#include "store/pyexec_note.h"
#include "store/pyexec_trash.h"


#define PYEXEC_TRASH_LEN    64


static void pyexec_trash_remove(pyexec_store_t *st,
    const pyexec_str_t *session, int runs);
static int pyexec_trash_pass(const pyexec_str_t *session, int runs);


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
    int                 fd, runs;
    char                name[PYEXEC_SESSION_MAX + 1];
    struct stat         sb;
    const char *const  *sub;

    static const char *const  subs[] = { ".results", ".runs", NULL };

    fd = pyexec_session_open(st, session, 0);
    runs = fd == -1 ? -1 : pyexec_runs_open(fd, 0);

    if (runs != -1) {

        pyexec_trash_remove(st, session, runs);

        /* each of these calls fails if a run has begun meanwhile */

        if (faccessat(runs, PYEXEC_LINES, F_OK, AT_SYMLINK_NOFOLLOW) == -1
            && pyexec_notes_drop(runs) == 0)
        {
            pyexec_account_drop(runs);

            for (sub = subs; *sub; sub++) {
                (void) unlinkat(runs, *sub, AT_REMOVEDIR);
            }

            (void) snprintf(name, sizeof(name), "%.*s", (int) session->len,
                            session->data);

            if (unlinkat(fd, "code_exec", AT_REMOVEDIR) == 0
                && fstat(fd, &sb) == 0 && sb.st_uid == geteuid())
            {
                (void) unlinkat(st->dir, name, AT_REMOVEDIR);
            }
        }

        (void) close(runs);
    }

    if (fd != -1) {
        (void) close(fd);
    }
}


static void
pyexec_trash_remove(pyexec_store_t *st, const pyexec_str_t *session,
    int runs)
{
    int  rc;

    /* what another clean-up puts there before the lock is released is ours */

    do {
        if (pyexec_session_try(st, session, PYEXEC_LOCK_TRASH) == -1) {
            return;
        }

        rc = pyexec_trash_pass(session, runs);
        (void) unlinkat(runs, PYEXEC_TRASH, AT_REMOVEDIR);

        pyexec_session_unlock(st, session, PYEXEC_LOCK_TRASH);

    } while (rc == 0 && faccessat(runs, PYEXEC_TRASH, F_OK, 0) == 0);
}


/* returns 0, or -1 if a run in the trash could not be removed */

static int
pyexec_trash_pass(const pyexec_str_t *session, int runs)
{
    DIR              *d;
    struct dirent    *de;
    pyexec_failed_t   failed;

    memset(&failed, 0, sizeof(pyexec_failed_t));
    d = pyexec_opendir(runs, PYEXEC_TRASH);

    while (d && (de = pyexec_readdir(d)) != NULL) {

        if (pyexec_remove(dirfd(d), de->d_name, NULL) == -1) {
            pyexec_failed_add(&failed, de->d_name);
        }
    }

    if (d) {
        (void) closedir(d);
    }

    pyexec_failed_log(&failed, session);

    return failed.n ? -1 : 0;
}


void
pyexec_failed_add(pyexec_failed_t *failed, const char *run_id)
{
    if (failed->n++ == 0) {
        failed->error = errno;
        (void) snprintf(failed->first, sizeof(failed->first), "%.*s",
                        PYEXEC_RUN_ID_LEN, run_id);
    }
}


void
pyexec_failed_log(const pyexec_failed_t *failed, const pyexec_str_t *session)
{
    if (failed->n) {
        errno = failed->error;
        pyexec_log(PYEXEC_LOG_ERR, "%u runs of \"%.*s\" cannot be removed, "
                   "%s for one: %m", failed->n, (int) session->len,
                   session->data, failed->first);
    }
}
