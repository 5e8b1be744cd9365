
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/pyexec_log.h"
#include "pool/pyexec_serve.h"
#include "store/pyexec_history.h"
#include "store/pyexec_place.h"
#include "wire/pyexec_name.h"


/* interval between two sweeps: a tenth of pyexec_retain, within these bounds */

#define PYEXEC_SWEEP_MIN    1              /* s */
#define PYEXEC_SWEEP_MAX    600


static void pyexec_sweep(pyexec_store_t *st, uint32_t retain);
static int pyexec_sweep_foreign(const pyexec_store_t *st, const char *name);


void
pyexec_sweeper(pyexec_pool_t *pool)
{
    unsigned        i;
    uint32_t        pause;
    struct pollfd   pfd;
    pyexec_store_t  stores[PYEXEC_MAX_WORKSPACES];

    pyexec_serve_open(pool, stores);

    pause = PYEXEC_SWEEP_MAX;

    for (i = 0; i < pool->sandbox.nworkspaces; i++) {
        if (pool->retain[i] && pool->retain[i] / 10 < pause) {
            pause = pool->retain[i] / 10;
        }
    }

    pause = pause < PYEXEC_SWEEP_MIN ? PYEXEC_SWEEP_MIN : pause;

    pfd.fd = pool->lifeline[0];
    pfd.events = POLLIN;

    do {
        for (i = 0; i < pool->sandbox.nworkspaces; i++) {
            if (pool->retain[i]
                && pyexec_place(&pool->sandbox.workspaces[i])
                   == PYEXEC_PLACE_SAME)
            {
                pyexec_sweep(&stores[i], pool->retain[i]);
            }
        }

    } while (poll(&pfd, 1, (int) pause * 1000) <= 0);

    _exit(0);
}


static void
pyexec_sweep(pyexec_store_t *st, uint32_t retain)
{
    DIR            *d;
    char            before[16];
    time_t          then;
    uint64_t        runs, files;
    struct tm       tm;
    pyexec_str_t    session;
    struct dirent  *de;

    then = time(NULL) - (time_t) retain;
    (void) gmtime_r(&then, &tm);
    (void) strftime(before, sizeof(before), "%Y%m%dT%H%M%S", &tm);

    d = pyexec_opendir(st->dir, ".");
    if (d == NULL) {
        pyexec_log(PYEXEC_LOG_ERR, "reading a workspace failed: %m");
        return;
    }

    while ((de = pyexec_readdir(d)) != NULL) {

        session.data = (u_char *) de->d_name;
        session.len = strlen(de->d_name);

        if (pyexec_session_error(&session)) {
            continue;
        }

        runs = 0;
        files = 0;

        if (pyexec_history_remove(st, &session, before, &runs, &files) == -1
            && errno != ENOTDIR && errno != ELOOP
            && !(errno == EACCES && pyexec_sweep_foreign(st, de->d_name)))
        {
            pyexec_log(PYEXEC_LOG_ERR, "removing old runs of \"%s\" failed: "
                       "%m", de->d_name);
        }

        if (runs) {
            pyexec_log(PYEXEC_LOG_INFO, "removed %llu old runs of \"%s\"",
                       (unsigned long long) runs, de->d_name);
        }
    }

    (void) closedir(d);
}


/* a directory of root's that is closed to the pool: "lost+found" of ext4 */

static int
pyexec_sweep_foreign(const pyexec_store_t *st, const char *name)
{
    struct stat  s;

    return fstatat(st->dir, name, &s, AT_SYMLINK_NOFOLLOW) == 0
           && s.st_uid == 0 && (s.st_mode & 077) == 0;
}
