
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "pool/pyexec_serve.h"
#include "store/pyexec_account.h"
#include "store/pyexec_history.h"
#include "store/pyexec_place.h"
#include "store/pyexec_trash.h"
#include "wire/pyexec_name.h"


/* interval between two sweeps: a tenth of pyexec_retain, within these bounds */

#define PYEXEC_SWEEP_MIN    1              /* s */
#define PYEXEC_SWEEP_MAX    600

/* how often the disk is looked at; how often a full one is relieved */

#define PYEXEC_SWEEP_LOOK   1000           /* ms */
#define PYEXEC_SWEEP_FULL   5              /* looks */

/* the age of the oldest runs where none are removed for their age */

#define PYEXEC_SWEEP_OLDEST (366 * 86400)  /* s */


static void pyexec_sweep_count(pyexec_store_t *st, time_t since);
static void pyexec_sweep_look(pyexec_store_t *st, const char *path,
    unsigned *full);
static void pyexec_sweep_relieve(pyexec_store_t *st);
static void pyexec_sweep(pyexec_store_t *st, uint32_t retain);
static int pyexec_sweep_foreign(const pyexec_store_t *st, const char *name);


void
pyexec_sweeper(pyexec_pool_t *pool)
{
    unsigned        i, full[PYEXEC_MAX_WORKSPACES];
    time_t          last;
    uint64_t        next;
    uint32_t        pause;
    struct pollfd   pfd;
    pyexec_store_t  stores[PYEXEC_MAX_WORKSPACES];

    pyexec_serve_open(pool, stores);

    pause = PYEXEC_SWEEP_MAX;

    for (i = 0; i < pool->sandbox.nworkspaces; i++) {
        if (pool->keep[i].retain && pool->keep[i].retain / 10 < pause) {
            pause = pool->keep[i].retain / 10;
        }
    }

    pause = pause < PYEXEC_SWEEP_MIN ? PYEXEC_SWEEP_MIN : pause;

    pfd.fd = pool->lifeline[0];
    pfd.events = POLLIN;

    memset(full, 0, sizeof(full));
    next = 0;
    last = 0;

    do {
        for (i = 0; i < pool->sandbox.nworkspaces; i++) {
            if (pyexec_place(&pool->sandbox.workspaces[i])
                != PYEXEC_PLACE_SAME)
            {
                continue;
            }

            if (pyexec_now() >= next) {
                pyexec_sweep(&stores[i], pool->keep[i].retain);
                pyexec_sweep_count(&stores[i], last);
            }

            pyexec_sweep_look(&stores[i], pool->sandbox.workspaces[i].path,
                              &full[i]);
        }

        if (pyexec_now() >= next) {
            last = time(NULL);
            next = pyexec_now() + (uint64_t) pause * 1000000;
        }

    } while (poll(&pfd, 1, PYEXEC_SWEEP_LOOK) <= 0);

    _exit(0);
}


/* counts what sessions hold in which runs have ended since the last time */

static void
pyexec_sweep_count(pyexec_store_t *st, time_t since)
{
    DIR            *d;
    pyexec_str_t    session;
    struct dirent  *de;

    d = pyexec_opendir(st->dir, ".");
    if (d == NULL) {
        return;
    }

    while ((de = pyexec_readdir(d)) != NULL) {

        session.data = (u_char *) de->d_name;
        session.len = strlen(de->d_name);

        if (pyexec_session_error(&session) == NULL
            && pyexec_account_renew(st, &session, since) == -1
            && errno == ELOOP)
        {
            pyexec_log(PYEXEC_LOG_WARN, "\"%s\" can't be counted: its "
                       "directories are nested too deep", de->d_name);
        }
    }

    (void) closedir(d);
}


/* full: for how many looks the disk has been so */

static void
pyexec_sweep_look(pyexec_store_t *st, const char *path, unsigned *full)
{
    if (!pyexec_store_full(st)) {

        if (*full) {
            pyexec_log(PYEXEC_LOG_INFO, "the disk of the workspace \"%s\" has "
                       "pyexec_min_free again", path);
        }

        *full = 0;
        return;
    }

    if (*full == 0) {
        pyexec_log(PYEXEC_LOG_WARN, "the disk of the workspace \"%s\" has "
                   "less free than pyexec_min_free: runs are refused, and "
                   "those older than pyexec_retain_min removed", path);
    }

    if ((*full)++ % PYEXEC_SWEEP_FULL == 0) {
        pyexec_sweep_relieve(st);
    }
}


/* removes the oldest runs, then those three quarters as old, and so on */

static void
pyexec_sweep_relieve(pyexec_store_t *st)
{
    uint32_t  age, least;

    age = st->keep.retain ? st->keep.retain : PYEXEC_SWEEP_OLDEST;
    least = st->keep.retain_min ? st->keep.retain_min : 1;

    while (age > least && pyexec_store_full(st)) {

        age -= (age + 3) / 4;

        if (age < least) {
            age = least;
        }

        pyexec_sweep(st, age);
    }
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

    /* if retain is 0, those that began before 1970: none */

    then = retain ? time(NULL) - (time_t) retain : 0;
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

        pyexec_trash_empty(st, &session);

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
