
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/statfs.h>

#include "base/pyexec_io.h"
#include "base/pyexec_tree.h"
#include "store/pyexec_store.h"
#include "wire/pyexec_name.h"


/* no session can have this name, since it begins with a dot */

#define PYEXEC_LOCK_FILE    ".pyexec.lock"

/*
 * The lock file is empty: fcntl() locks bytes that need not exist.  A run's
 * lock is the byte whose offset are the 48 random bits at the end of its id.
 * Those of sessions are at 48 bits of a hash of the name, plus 2^48 for each
 * value of pyexec_lock_e, so that they never meet a run's.
 */

#define PYEXEC_LOCK_BITS    48


static int pyexec_session_make(const pyexec_store_t *st, const char *name);
static off_t pyexec_run_byte(const char *run_id);
static off_t pyexec_session_byte(const pyexec_str_t *session,
    pyexec_lock_e which);
static int pyexec_lock(pyexec_store_t *st, int cmd, short type, off_t byte);


int
pyexec_store_open(pyexec_store_t *st, int dir)
{
    st->dir = dir;
    st->lock = openat(dir, PYEXEC_LOCK_FILE,
                      O_RDWR|O_CREAT|O_NOFOLLOW|O_CLOEXEC, 0600);

    return st->lock == -1 ? -1 : 0;
}


int
pyexec_store_full(const pyexec_store_t *st)
{
    return !pyexec_store_room(st, 0);
}


int
pyexec_store_room(const pyexec_store_t *st, uint64_t bytes)
{
    uint64_t       left, least;
    struct statfs  s;

    /* whoever writes there, sees what is wrong */

    if (fstatfs(st->dir, &s) == -1) {
        return 1;
    }

    least = st->keep.min_percent * ((uint64_t) s.f_blocks * s.f_frsize / 100);

    if (least < st->keep.min_free) {
        least = st->keep.min_free;
    }

    left = (uint64_t) s.f_bavail * s.f_frsize;

    return left >= least && left - least >= bytes
           && s.f_ffree >= s.f_files / 100 * st->keep.min_percent;
}


int
pyexec_session_open(pyexec_store_t *st, const pyexec_str_t *session,
    unsigned create)
{
    int   fd;
    char  name[PYEXEC_SESSION_MAX + 1];

    if (pyexec_session_error(session) != NULL) {
        errno = EINVAL;
        return -1;
    }

    memcpy(name, session->data, session->len);
    name[session->len] = '\0';

    fd = pyexec_open_beneath(st->dir, name, O_RDONLY|O_DIRECTORY);

    if (fd != -1 || errno != ENOENT || !create) {
        return fd;
    }

    if (pyexec_session_make(st, name) == -1 && errno != EEXIST) {
        return -1;
    }

    return pyexec_open_beneath(st->dir, name, O_RDONLY|O_DIRECTORY);
}


static int
pyexec_session_make(const pyexec_store_t *st, const char *name)
{
    int     rc;
    mode_t  mask;

    mask = umask(pyexec_store_mask(st));
    rc = mkdirat(st->dir, name, 0777);
    (void) umask(mask);

    return rc;
}


mode_t
pyexec_store_mask(const pyexec_store_t *st)
{
    struct stat  s;

    return fstat(st->dir, &s) == 0 && (s.st_mode & S_ISGID) ? 002 : 022;
}


int
pyexec_runs_open(int session, unsigned create)
{
    int  fd;

    fd = openat(session, "code_exec",
                O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    if (fd != -1 || errno != ENOENT || !create) {
        return fd;
    }

    if (mkdirat(session, "code_exec", 0777) == -1 && errno != EEXIST) {
        return -1;
    }

    return openat(session, "code_exec",
                  O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
}


int
pyexec_run_lock(pyexec_store_t *st, const char *run_id)
{
    return pyexec_lock(st, F_OFD_SETLK, F_WRLCK, pyexec_run_byte(run_id));
}


void
pyexec_run_unlock(pyexec_store_t *st, const char *run_id)
{
    (void) pyexec_lock(st, F_OFD_SETLK, F_UNLCK, pyexec_run_byte(run_id));
}


int
pyexec_run_live(pyexec_store_t *st, const char *run_id)
{
    return pyexec_lock(st, F_OFD_GETLK, F_WRLCK, pyexec_run_byte(run_id));
}


int
pyexec_session_lock(pyexec_store_t *st, const pyexec_str_t *session,
    pyexec_lock_e which)
{
    return pyexec_lock(st, F_OFD_SETLKW, F_WRLCK,
                       pyexec_session_byte(session, which));
}


int
pyexec_session_try(pyexec_store_t *st, const pyexec_str_t *session,
    pyexec_lock_e which)
{
    return pyexec_lock(st, F_OFD_SETLK, F_WRLCK,
                       pyexec_session_byte(session, which));
}


void
pyexec_session_unlock(pyexec_store_t *st, const pyexec_str_t *session,
    pyexec_lock_e which)
{
    (void) pyexec_lock(st, F_OFD_SETLK, F_UNLCK,
                       pyexec_session_byte(session, which));
}


static off_t
pyexec_run_byte(const char *run_id)
{
    return (off_t) strtoull(run_id + PYEXEC_RUN_ID_LEN - 12, NULL, 16);
}


/* FNV-1a; sessions with the same hash share a lock and wait for each other */

static off_t
pyexec_session_byte(const pyexec_str_t *session, pyexec_lock_e which)
{
    size_t    i;
    uint64_t  hash;

    hash = 14695981039346656037u;

    for (i = 0; i < session->len; i++) {
        hash = (hash ^ session->data[i]) * 1099511628211u;
    }

    return ((off_t) which << PYEXEC_LOCK_BITS)
           + (off_t) (hash >> (64 - PYEXEC_LOCK_BITS));
}


/*
 * Locks or unlocks a byte: 0, or -1 and errno.  With F_OFD_GETLK returns 1 if
 * another process has locked it, else 0.
 */

static int
pyexec_lock(pyexec_store_t *st, int cmd, short type, off_t byte)
{
    int           rc;
    struct flock  fl;

    memset(&fl, 0, sizeof(fl));
    fl.l_type = type;
    fl.l_whence = SEEK_SET;
    fl.l_start = byte;
    fl.l_len = 1;

    /* a lock that stayed would stop other processes for good */

    for ( ;; ) {
        rc = TEMP_FAILURE_RETRY(fcntl(st->lock, cmd, &fl));

        if (rc != -1 || type != F_UNLCK
            || (errno != ENOLCK && !pyexec_not_yet(errno)))
        {
            break;
        }

        pyexec_pause();
    }

    return cmd == F_OFD_GETLK && rc == 0 ? fl.l_type != F_UNLCK : rc;
}
