
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/random.h>
#include <sys/stat.h>

#include "store/pyexec_temp.h"


static int pyexec_temp_named(pyexec_temp_t *t, int dir);
static int pyexec_temp_name(char name[32]);


int
pyexec_temp_open(pyexec_temp_t *t, int dir)
{
    t->dir = -1;
    t->fd = openat(dir, ".", O_TMPFILE|O_WRONLY|O_CLOEXEC, 0666);

    if (t->fd == -1 && errno == EOPNOTSUPP) {
        return pyexec_temp_named(t, dir);
    }

    return t->fd == -1 ? -1 : 0;
}


static int
pyexec_temp_named(pyexec_temp_t *t, int dir)
{
    if (pyexec_temp_name(t->name) == -1) {
        return -1;
    }

    t->dir = fcntl(dir, F_DUPFD_CLOEXEC, 0);
    if (t->dir == -1) {
        return -1;
    }

    t->fd = openat(t->dir, t->name, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0666);

    if (t->fd == -1) {
        pyexec_temp_close(t);
        return -1;
    }

    return 0;
}


static int
pyexec_temp_name(char name[32])
{
    unsigned long long  chance;

    if (getrandom(&chance, sizeof(chance), 0) != sizeof(chance)) {
        return -1;
    }

    (void) snprintf(name, 32, ".pyexec.%016llx", chance);

    return 0;
}


int
pyexec_temp_link(const pyexec_temp_t *t, int dir, const char *name)
{
    char  proc[32];

    if (t->dir != -1) {
        return linkat(t->dir, t->name, dir, name, 0);
    }

    /* AT_EMPTY_PATH would need a capability */

    (void) snprintf(proc, sizeof(proc), "/proc/self/fd/%d", t->fd);

    return linkat(AT_FDCWD, proc, dir, name, AT_SYMLINK_FOLLOW);
}


int
pyexec_temp_replace(const pyexec_temp_t *t, int dir, const char *name)
{
    int   err;
    char  other[32];

    if (t->dir != -1) {
        return renameat(t->dir, t->name, dir, name);
    }

    if (pyexec_temp_name(other) == -1
        || pyexec_temp_link(t, dir, other) == -1)
    {
        return -1;
    }

    if (renameat(dir, other, dir, name) == 0) {
        return 0;
    }

    err = errno;
    (void) unlinkat(dir, other, 0);

    errno = err;
    return -1;
}


void
pyexec_temp_close(pyexec_temp_t *t)
{
    int  err;

    err = errno;

    if (t->dir != -1) {
        (void) unlinkat(t->dir, t->name, 0);
        (void) close(t->dir);
    }

    if (t->fd != -1) {
        (void) close(t->fd);
    }

    errno = err;
}
