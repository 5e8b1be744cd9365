
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "base/pyexec_tree.h"


/* openat2() fails with EAGAIN where it can't tell that nothing was renamed */

#define PYEXEC_BENEATH_TRIES  100


static int pyexec_scan_dir(pyexec_scan_t *s, int fd, char *path, size_t len,
    unsigned depth);
static int pyexec_scan_entry(pyexec_scan_t *s, int fd, const char *name,
    char *path, size_t len, unsigned depth);
static void pyexec_scan_changed(pyexec_scan_t *s, const struct stat *st);
static unsigned pyexec_scan_own(const pyexec_scan_t *s, const char *name,
    mode_t mode);
static void pyexec_scan_add(pyexec_scan_t *s, const char *path,
    const struct stat *st);
static int pyexec_scan_cmp(const void *one, const void *two);
static int pyexec_remove_dir(int dir, const char *name, uint64_t *files);
static ssize_t pyexec_flatten(DIR *d, uint64_t *files);
static ssize_t pyexec_hoist(int from, int to);
static int pyexec_count_dir(int dir, const char *name, unsigned depth,
    uint64_t *files);
static int pyexec_open_dir(int dir, const char *name, mode_t mode);
static int pyexec_let_in(int dir, const char *name);
static int pyexec_listed(const char *name, const char *const *names);


int
pyexec_reopen(int dir, struct stat *st)
{
    if (fstat(dir, st) == -1) {
        return -1;
    }

    if ((st->st_mode & S_IRWXU) != S_IRWXU) {
        (void) fchmod(dir, st->st_mode | S_IRWXU);
    }

    return 0;
}


int
pyexec_scan(pyexec_scan_t *s, int dir)
{
    int          fd, rc;
    char         path[PATH_MAX];
    struct stat  st;

    s->nentries = 0;
    s->nown = 0;
    s->bytes = 0;
    memset(&s->changed, 0, sizeof(struct timespec));
    s->over = NULL;
    s->nfiles = 0;

    if (pyexec_reopen(dir, &st) == 0) {
        pyexec_scan_changed(s, &st);
    }

    fd = openat(dir, ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    path[0] = '\0';

    rc = pyexec_scan_dir(s, fd, path, 0, 0);

    if (s->nfiles > 1) {
        qsort(s->files, s->nfiles, sizeof(pyexec_file_t), pyexec_scan_cmp);
    }

    return rc;
}


void
pyexec_scan_free(pyexec_scan_t *s)
{
    size_t  i;

    for (i = 0; i < s->nfiles; i++) {
        free(s->files[i].path);
    }

    free(s->files);

    s->files = NULL;
    s->nfiles = 0;
    s->size = 0;
}


static int
pyexec_scan_dir(pyexec_scan_t *s, int fd, char *path, size_t len,
    unsigned depth)
{
    DIR            *d;
    int             rc;
    struct dirent  *de;

    d = pyexec_fdopendir(fd);
    if (d == NULL) {
        return -1;
    }

    rc = 0;

    while (rc == 0 && s->over == NULL && (de = pyexec_readdir(d)) != NULL) {
        rc = pyexec_scan_entry(s, fd, de->d_name, path, len, depth);
    }

    (void) closedir(d);

    return rc;
}


static int
pyexec_scan_entry(pyexec_scan_t *s, int fd, const char *name, char *path,
    size_t len, unsigned depth)
{
    int          sub, n;
    unsigned     own;
    struct stat  st;

    if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    own = depth == 0 && pyexec_scan_own(s, name, st.st_mode);

    s->nown += own;
    s->nentries += !own;
    s->bytes += (uint64_t) st.st_blocks * 512;

    n = snprintf(path + len, PATH_MAX - len, "%s%s", len ? "/" : "", name);

    if (s->nentries > s->max_files || depth >= PYEXEC_MAX_DEPTH
        || (size_t) n >= PATH_MAX - len)
    {
        s->over = "files";
        return 0;
    }

    if (s->bytes > s->max_bytes) {
        s->over = "disk";
        return 0;
    }

    if (S_ISDIR(st.st_mode)) {
        pyexec_scan_changed(s, &st);

        sub = pyexec_open_dir(fd, name, S_IRUSR|S_IXUSR);

        if (sub == -1) {
            return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
        }

        return pyexec_scan_dir(s, sub, path, len + n, depth + 1);
    }

    if (s->collect && !own && S_ISREG(st.st_mode)) {
        pyexec_scan_add(s, path, &st);
    }

    return 0;
}


/* the code can't set st_ctim */

static void
pyexec_scan_changed(pyexec_scan_t *s, const struct stat *st)
{
    if (st->st_ctim.tv_sec > s->changed.tv_sec
        || (st->st_ctim.tv_sec == s->changed.tv_sec
            && st->st_ctim.tv_nsec > s->changed.tv_nsec))
    {
        s->changed = st->st_ctim;
    }
}


static unsigned
pyexec_scan_own(const pyexec_scan_t *s, const char *name, mode_t mode)
{
    const pyexec_own_t  *own;

    for (own = s->own; own->name; own++) {
        if (strcmp(own->name, name) == 0) {
            return (mode & S_IFMT) == own->type;
        }
    }

    return 0;
}


static void
pyexec_scan_add(pyexec_scan_t *s, const char *path, const struct stat *st)
{
    pyexec_file_t  *file;

    if (s->nfiles == s->size) {
        s->size = s->size ? s->size * 2 : 16;
        s->files = realloc(s->files, s->size * sizeof(pyexec_file_t));
    }

    file = s->files ? &s->files[s->nfiles++] : NULL;

    if (file == NULL || (file->path = strdup(path)) == NULL) {
        pyexec_die("realloc(): %m");
    }

    file->size = (uint64_t) st->st_size;
    file->modified = st->st_ctim;
    file->mark = 0;
}


static int
pyexec_scan_cmp(const void *one, const void *two)
{
    return strcmp(((const pyexec_file_t *) one)->path,
                  ((const pyexec_file_t *) two)->path);
}


int
pyexec_remove(int dir, const char *name, uint64_t *files)
{
    struct stat  st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    if (!S_ISDIR(st.st_mode)) {

        if (unlinkat(dir, name, 0) == -1) {
            return errno == ENOENT ? 0 : -1;
        }

        if (files && S_ISREG(st.st_mode)) {
            (*files)++;
        }

        return 0;
    }

    return pyexec_remove_dir(dir, name, files);
}


int
pyexec_count(int dir, const char *name, uint64_t *files)
{
    return pyexec_count_dir(dir, name, 0, files);
}


/*
 * A run that has ended has no directories deeper than PYEXEC_MAX_DEPTH; what
 * one that was interrupted has below that is not counted.
 */

static int
pyexec_count_dir(int dir, const char *name, unsigned depth, uint64_t *files)
{
    DIR            *d;
    int             rc;
    struct dirent  *de;

    d = pyexec_fdopendir(pyexec_open_dir(dir, name, S_IRUSR|S_IXUSR));
    if (d == NULL) {
        return -1;
    }

    rc = 0;

    while (rc == 0 && (de = pyexec_readdir(d)) != NULL) {

        if (de->d_type == DT_REG) {
            (*files)++;

        } else if (de->d_type == DT_DIR && depth < PYEXEC_MAX_DEPTH) {
            rc = pyexec_count_dir(dirfd(d), de->d_name, depth + 1, files);
        }
    }

    (void) closedir(d);

    return rc;
}


int
pyexec_empty(int dir, const char *const *keep)
{
    DIR            *d;
    int             rc;
    struct dirent  *de;

    d = pyexec_opendir(dir, ".");
    if (d == NULL) {
        return -1;
    }

    rc = 0;

    while (rc == 0 && (de = pyexec_readdir(d)) != NULL) {
        if (!pyexec_listed(de->d_name, keep)) {
            rc = pyexec_remove(dir, de->d_name, NULL);
        }
    }

    (void) closedir(d);

    return rc;
}


/* if the mode of name lacks any of the bits of mode, it is set to 0700 first */

static int
pyexec_open_dir(int dir, const char *name, mode_t mode)
{
    int          fd;
    struct stat  st;

    fd = openat(dir, name, O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    if (fd == -1 && errno == EACCES && pyexec_let_in(dir, name) == 0) {
        return openat(dir, name, O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
    }

    /* if this fails, so does what the caller wants of the directory */

    if (fd != -1 && fstat(fd, &st) == 0 && (st.st_mode & mode) != mode) {
        (void) fchmod(fd, S_IRWXU);
    }

    return fd;
}


/* sets the mode of the directory name, which must not be a link, to 0700 */

static int
pyexec_let_in(int dir, const char *name)
{
    int   fd, rc, err;
    char  proc[32];

    fd = openat(dir, name, O_PATH|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    /*
     * fchmod() fails with EBADF for O_PATH, and fchmodat() follows a link
     * that the name may have become meanwhile.
     */

    (void) snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);

    rc = chmod(proc, S_IRWXU);
    err = errno;

    (void) close(fd);

    errno = err;
    return rc;
}


/*
 * The code that made the tree chose its depth, so that recursion could exhaust
 * the stack and the descriptors.  Instead, each pass moves the contents of the
 * directories in top up into top, until no entry is left.
 */

static int
pyexec_remove_dir(int dir, const char *name, uint64_t *files)
{
    DIR      *d;
    ssize_t   moved;

    d = pyexec_fdopendir(pyexec_open_dir(dir, name, S_IRWXU));
    if (d == NULL) {
        return errno == ENOENT ? 0 : -1;
    }

    do {
        moved = pyexec_flatten(d, files);
    } while (moved > 0);

    (void) closedir(d);

    return moved == 0 ? unlinkat(dir, name, AT_REMOVEDIR) : -1;
}


/*
 * Removes the files in d, and its directories after their contents have been
 * moved up into d.  Returns the number of entries moved, or -1 and errno.
 */

static ssize_t
pyexec_flatten(DIR *d, uint64_t *files)
{
    int             fd;
    ssize_t         n, moved;
    struct stat     st;
    struct dirent  *de;

    moved = 0;
    rewinddir(d);

    while ((de = pyexec_readdir(d)) != NULL) {

        if (fstatat(dirfd(d), de->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
            if (errno == ENOENT) {
                continue;
            }
            return -1;
        }

        if (!S_ISDIR(st.st_mode)) {
            if (pyexec_remove(dirfd(d), de->d_name, files) == -1) {
                return -1;
            }
            continue;
        }

        fd = pyexec_open_dir(dirfd(d), de->d_name, S_IRWXU);
        n = fd == -1 ? -1 : pyexec_hoist(fd, dirfd(d));

        if (n == -1 || unlinkat(dirfd(d), de->d_name, AT_REMOVEDIR) == -1) {
            return -1;
        }

        moved += n;
    }

    return moved;
}


/*
 * Moves all entries of the directory from, which it closes, into to, under new
 * names.  Returns their number.
 */

static ssize_t
pyexec_hoist(int from, int to)
{
    DIR              *d;
    int               rc;
    char              up[32];
    ssize_t           n;
    struct dirent    *de;
    static uint64_t   serial;

    d = pyexec_fdopendir(from);
    if (d == NULL) {
        return -1;
    }

    n = 0;
    rc = 0;

    while (rc == 0 && (de = pyexec_readdir(d)) != NULL) {

        /* renameat() may replace a file, which was to be removed anyway */

        do {
            (void) snprintf(up, sizeof(up), ".%" PRIx64, serial++);
            rc = pyexec_move(from, de->d_name, to, up);
        } while (rc == -1 && (errno == EEXIST || errno == ENOTEMPTY
                              || errno == EISDIR || errno == ENOTDIR));

        n++;
    }

    (void) closedir(d);

    return rc == 0 ? n : -1;
}


/*
 * renameat() of a directory writes to it, as its ".." changes, and its mode
 * must let the caller do that.
 */

int
pyexec_move(int from, const char *name, int to, const char *new_name)
{
    if (renameat(from, name, to, new_name) == 0) {
        return 0;
    }

    if (errno != EACCES || pyexec_let_in(from, name) == -1) {
        return -1;
    }

    return renameat(from, name, to, new_name);
}


static int
pyexec_listed(const char *name, const char *const *names)
{
    for ( /* void */ ; *names; names++) {
        if (strcmp(name, *names) == 0) {
            return 1;
        }
    }

    return 0;
}


int
pyexec_open_beneath(int dir, const char *path, int flags)
{
    int              fd;
    unsigned         tries;
    struct open_how  how;

    memset(&how, 0, sizeof(how));
    how.flags = flags|O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS|RESOLVE_NO_MAGICLINKS;

    for (tries = 0; tries < PYEXEC_BENEATH_TRIES; tries++) {

        fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));

        if (fd != -1 || (errno != EAGAIN && errno != EINTR)) {
            break;
        }
    }

    return fd;
}


int
pyexec_open_regular(int dir, const char *path, struct stat *st)
{
    int  fd;

    fd = pyexec_open_beneath(dir, path, O_RDONLY|O_NONBLOCK|O_NOCTTY);

    if (fd != -1 && (fstat(fd, st) == -1 || !S_ISREG(st->st_mode))) {
        (void) close(fd);
        errno = ENOENT;
        return -1;
    }

    return fd;
}


DIR *
pyexec_opendir(int dir, const char *name)
{
    return pyexec_fdopendir(openat(dir, name, O_RDONLY|O_DIRECTORY|O_NOFOLLOW
                                              |O_CLOEXEC));
}


struct dirent *
pyexec_readdir(DIR *d)
{
    struct dirent  *de;

    do {
        de = readdir(d);
    } while (de && (strcmp(de->d_name, ".") == 0
                    || strcmp(de->d_name, "..") == 0));

    return de;
}
