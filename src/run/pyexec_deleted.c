
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include "base/pyexec_log.h"
#include "base/pyexec_tree.h"
#include "run/pyexec_deleted.h"
#include "sandbox/pyexec_root.h"


#define PYEXEC_DELETED      " (deleted)\n"


typedef struct {
    dev_t                  dev;            /* 0: not known */
    ino_t                  ino;
} pyexec_inode_t;


typedef struct {
    const char            *workspace;
    uint64_t               size;           /* of a file that is only mapped */
    uint64_t               max;            /* bytes, at which to stop */
    uint64_t               bytes;
    pyexec_inode_t        *files;          /* that were counted */
    size_t                 n;
    size_t                 allocated;      /* of files[] */
} pyexec_deleted_t;


static int pyexec_deleted_by(pyexec_deleted_t *h, long pid, const char *tid);
static int pyexec_deleted_open(pyexec_deleted_t *h, const char *path);
static int pyexec_deleted_mapped(pyexec_deleted_t *h, const char *path);
static void pyexec_deleted_line(pyexec_deleted_t *h, const char *line);
static void pyexec_deleted_add(pyexec_deleted_t *h, dev_t dev, ino_t ino,
    uint64_t bytes);
static int pyexec_deleted_gone(const char *statm);


int
pyexec_deleted(long pid, const char *workspace, uint64_t size, uint64_t max,
    uint64_t *bytes)
{
    DIR               *d;
    int                rc;
    char               path[64];
    struct dirent     *de;
    pyexec_deleted_t   h;

    memset(&h, 0, sizeof(pyexec_deleted_t));
    h.workspace = workspace;
    h.size = size;
    h.max = max;

    (void) snprintf(path, sizeof(path), "/proc/%ld/task", pid);
    d = opendir(path);

    if (d == NULL) {
        *bytes = 0;
        return errno == ENOENT ? 0 : -1;
    }

    rc = 0;

    /* all threads have the same files, but one that has exited has none */

    while (rc == 0 && (de = pyexec_readdir(d)) != NULL) {
        rc = pyexec_deleted_by(&h, pid, de->d_name);
    }

    (void) closedir(d);
    free(h.files);

    *bytes = h.bytes;

    return rc == -1 ? -1 : 0;
}


/* returns 1 if the thread has memory, and so the files too; 0, or -1 */

static int
pyexec_deleted_by(pyexec_deleted_t *h, long pid, const char *tid)
{
    int   rc;
    char  path[320];

    (void) snprintf(path, sizeof(path), "/proc/%ld/task/%s/fd", pid, tid);
    rc = pyexec_deleted_open(h, path);

    if (rc == 0) {
        (void) snprintf(path, sizeof(path), "/proc/%ld/task/%s/maps", pid,
                        tid);
        rc = pyexec_deleted_mapped(h, path);
    }

    if (rc != -1) {
        return rc;
    }

    (void) snprintf(path, sizeof(path), "/proc/%ld/task/%s/statm", pid, tid);

    return pyexec_deleted_gone(path) ? 0 : -1;
}


static int
pyexec_deleted_open(pyexec_deleted_t *h, const char *path)
{
    DIR            *d;
    struct stat     st;
    struct dirent  *de;

    d = opendir(path);
    if (d == NULL) {
        return -1;
    }

    while (h->bytes <= h->max && (de = pyexec_readdir(d)) != NULL) {

        /* it may have been closed meanwhile */

        if (fstatat(dirfd(d), de->d_name, &st, 0) == 0
            && S_ISREG(st.st_mode) && st.st_nlink == 0)
        {
            pyexec_deleted_add(h, st.st_dev, st.st_ino,
                            (uint64_t) st.st_blocks * 512);
        }
    }

    (void) closedir(d);

    return 0;
}


static int
pyexec_deleted_mapped(pyexec_deleted_t *h, const char *path)
{
    int      any;
    char    *line;
    FILE    *f;
    size_t   size;

    f = fopen(path, "re");
    if (f == NULL) {
        return -1;
    }

    any = 0;
    line = NULL;
    size = 0;

    while (h->bytes <= h->max && getline(&line, &size, f) > 0) {
        any = 1;
        pyexec_deleted_line(h, line);
    }

    free(line);
    (void) fclose(f);

    return any;
}


/* "from-to rwxp offset device inode    path (deleted)" */

static void
pyexec_deleted_line(pyexec_deleted_t *h, const char *line)
{
    size_t       len;
    uint64_t     file;
    const char  *path;

    len = strlen(line);
    path = strchr(line, '/');

    if (path == NULL || len < sizeof(PYEXEC_DELETED)
        || strcmp(line + len - (sizeof(PYEXEC_DELETED) - 1), PYEXEC_DELETED)
           != 0)
    {
        return;
    }

    if ((pyexec_path_in(path, h->workspace)
         || pyexec_path_in(path, PYEXEC_WORKSPACE)
         || pyexec_path_in(path, "/tmp"))
        && sscanf(line, "%*s %*s %*s %*s %" SCNu64, &file) == 1)
    {
        pyexec_deleted_add(h, 0, (ino_t) file, h->size);
    }
}


/* of some file systems, maps has other device numbers than stat() */

static void
pyexec_deleted_add(pyexec_deleted_t *h, dev_t dev, ino_t ino, uint64_t bytes)
{
    size_t  i;

    for (i = 0; i < h->n; i++) {
        if (h->files[i].ino == ino && (dev == 0 || h->files[i].dev == dev)) {
            return;
        }
    }

    if (h->n == h->allocated) {
        h->allocated = h->allocated ? h->allocated * 2 : 16;
        h->files = realloc(h->files, h->allocated * sizeof(pyexec_inode_t));

        if (h->files == NULL) {
            pyexec_die("realloc(): %m");
        }
    }

    h->files[h->n].dev = dev;
    h->files[h->n++].ino = ino;
    h->bytes += bytes;
}


/*
 * Returns 1 if a thread has exited, or begun to: then its memory has no size,
 * and others than root may read no more of it.  Keeps errno.
 */

static int
pyexec_deleted_gone(const char *statm)
{
    int    err, gone;
    char   size[8];
    FILE  *f;

    err = errno;
    f = fopen(statm, "re");

    if (f) {
        gone = fgets(size, sizeof(size), f) == NULL || size[0] == '0';
        (void) fclose(f);

    } else {
        gone = errno == ENOENT;
    }

    errno = err;

    return gone;
}
