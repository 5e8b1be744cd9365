
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/pyexec_io.h"
#include "base/pyexec_tree.h"
#include "store/pyexec_account.h"
#include "wire/pyexec_name.h"


#define PYEXEC_ACCOUNT      ".size"
#define PYEXEC_ACCOUNT_LEN  21             /* 20 digits and a newline */


static int pyexec_account_load(int runs, uint64_t *used);
static void pyexec_account_save(int runs, uint64_t used);
static int pyexec_account_get(int fd, uint64_t *used);
static int pyexec_account_set(int fd, uint64_t used);
static int pyexec_account_count(pyexec_store_t *st, int dir, const char *name,
    unsigned depth, uint64_t *sum);
static int pyexec_account_entry(pyexec_store_t *st, int dir, dev_t dev,
    const char *name, unsigned depth, uint64_t *sum);


int
pyexec_account_read(pyexec_store_t *st, const pyexec_str_t *session, int fd,
    int runs, unsigned anew, uint64_t *used)
{
    int       rc;
    uint64_t  before;

    /* its 21 bytes are written by one call: a reader needs no lock */

    if (!anew && pyexec_account_load(runs, used) == 0) {
        return 0;
    }

    if (pyexec_session_lock(st, session, PYEXEC_LOCK_ACCOUNT) == -1) {
        return -1;
    }

    rc = pyexec_account_load(runs, &before);
    *used = before;

    if (rc == -1 || anew) {
        *used = 0;

        if (pyexec_account_count(st, fd, ".", 0, used) == -1) {
            pyexec_session_unlock(st, session, PYEXEC_LOCK_ACCOUNT);
            return -1;
        }
    }

    if (rc == -1 || *used != before) {
        pyexec_account_save(runs, *used);
    }

    pyexec_session_unlock(st, session, PYEXEC_LOCK_ACCOUNT);

    return 0;
}


int
pyexec_account_add(pyexec_store_t *st, const pyexec_str_t *session, int runs,
    uint64_t bytes, uint64_t max)
{
    int       fd, rc;
    uint64_t  used;

    if (pyexec_session_lock(st, session, PYEXEC_LOCK_ACCOUNT) == -1) {
        pyexec_account_drop(runs);
        return 0;
    }

    rc = 0;

    /* no O_CREAT: a file that has just been dropped must not come back */

    fd = openat(runs, PYEXEC_ACCOUNT, O_RDWR|O_NOFOLLOW|O_CLOEXEC);

    if (fd != -1) {

        if (pyexec_account_get(fd, &used) == -1) {
            pyexec_account_drop(runs);

        } else if (max && used + bytes > max) {
            rc = -1;

        } else if (pyexec_account_set(fd, used + bytes) == -1) {
            pyexec_account_drop(runs);
        }

        (void) close(fd);
    }

    pyexec_session_unlock(st, session, PYEXEC_LOCK_ACCOUNT);

    return rc;
}


void
pyexec_account_drop(int runs)
{
    (void) unlinkat(runs, PYEXEC_ACCOUNT, 0);
}


int
pyexec_account_renew(pyexec_store_t *st, const pyexec_str_t *session,
    time_t since)
{
    int          fd, runs, rc;
    uint64_t     used;
    struct stat  s;

    fd = pyexec_session_open(st, session, 0);
    if (fd == -1) {
        return -1;
    }

    rc = 0;
    runs = pyexec_runs_open(fd, 0);

    if (runs != -1
        && fstatat(runs, PYEXEC_ACCOUNT, &s, AT_SYMLINK_NOFOLLOW) == 0
        && s.st_mtime >= since)
    {
        rc = pyexec_account_read(st, session, fd, runs, 1, &used);
    }

    if (runs != -1) {
        (void) close(runs);
    }

    (void) close(fd);

    return rc;
}


static int
pyexec_account_load(int runs, uint64_t *used)
{
    int  fd, rc;

    *used = 0;

    fd = openat(runs, PYEXEC_ACCOUNT, O_RDONLY|O_NOFOLLOW|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    rc = pyexec_account_get(fd, used);
    (void) close(fd);

    return rc;
}


static int
pyexec_account_get(int fd, uint64_t *used)
{
    char  text[PYEXEC_ACCOUNT_LEN + 1];

    if (pyexec_read_all(fd, text, PYEXEC_ACCOUNT_LEN) == -1) {
        return -1;
    }

    text[PYEXEC_ACCOUNT_LEN] = '\0';

    return sscanf(text, "%" SCNu64, used) == 1 ? 0 : -1;
}


static int
pyexec_account_set(int fd, uint64_t used)
{
    char  text[PYEXEC_ACCOUNT_LEN + 1];

    (void) snprintf(text, sizeof(text), "%020" PRIu64 "\n", used);

    return pwrite(fd, text, PYEXEC_ACCOUNT_LEN, 0) == PYEXEC_ACCOUNT_LEN ? 0
                                                                         : -1;
}


static void
pyexec_account_save(int runs, uint64_t used)
{
    int  fd, rc;

    fd = openat(runs, PYEXEC_ACCOUNT, O_WRONLY|O_CREAT|O_NOFOLLOW|O_CLOEXEC,
                0666);

    rc = fd == -1 ? -1 : pyexec_account_set(fd, used);

    if (fd != -1) {
        (void) close(fd);
    }

    if (rc == -1) {
        pyexec_account_drop(runs);
    }
}


/* a directory that is closed to the pool's user counts as empty */

static int
pyexec_account_count(pyexec_store_t *st, int dir, const char *name,
    unsigned depth, uint64_t *sum)
{
    DIR            *d;
    int             rc;
    struct stat     s;
    struct dirent  *de;

    if (depth > PYEXEC_MAX_DEPTH) {
        errno = ELOOP;
        return -1;
    }

    d = pyexec_opendir(dir, name);

    if (d == NULL) {
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
               || errno == EACCES ? 0 : -1;
    }

    rc = fstat(dirfd(d), &s);

    while (rc == 0 && (de = pyexec_readdir(d)) != NULL) {
        rc = pyexec_account_entry(st, dirfd(d), s.st_dev, de->d_name, depth,
                                  sum);
    }

    (void) closedir(d);

    return rc;
}


static int
pyexec_account_entry(pyexec_store_t *st, int dir, dev_t dev, const char *name,
    unsigned depth, uint64_t *sum)
{
    struct stat   s;
    pyexec_str_t  id;

    id.data = (u_char *) name;
    id.len = strlen(name);

    /* in code_exec: a run adds itself when it ends; the trash goes soon */

    if (depth == 1
        && ((pyexec_run_id_valid(&id) && pyexec_run_live(st, name))
            || strcmp(name, PYEXEC_TRASH) == 0))
    {
        return 0;
    }

    if (fstatat(dir, name, &s, AT_SYMLINK_NOFOLLOW) == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    /* what is mounted there is on another disk */

    if (s.st_dev != dev) {
        return 0;
    }

    /* a result has two names */

    *sum += (uint64_t) s.st_blocks * 512
            / (S_ISDIR(s.st_mode) ? 1 : s.st_nlink);

    return S_ISDIR(s.st_mode)
           ? pyexec_account_count(st, dir, name, depth + 1, sum) : 0;
}
