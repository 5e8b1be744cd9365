
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/pyexec_io.h"
#include "base/pyexec_tree.h"
#include "store/pyexec_record.h"


#define PYEXEC_RECORDS      ".results"
#define PYEXEC_RECORD_LEN   64
#define PYEXEC_RECORD_TRIES 10


static void pyexec_record_name(char name[PYEXEC_RECORD_LEN],
    const char *run_id);
static int pyexec_record_put(int runs, const char *record, int dir,
    const char *name, const pyexec_buf_t *json);


int
pyexec_record_make(int runs, const char *run_id, int dir, const char *name,
    const pyexec_buf_t *json)
{
    int       rc;
    char      record[PYEXEC_RECORD_LEN];
    unsigned  tries;

    pyexec_record_name(record, run_id);

    /* a clean-up may remove the directory of records while it is empty */

    for (tries = 0; tries < PYEXEC_RECORD_TRIES; tries++) {

        rc = pyexec_record_put(runs, record, dir, name, json);

        if (rc == 0 || errno != ENOENT
            || (mkdirat(runs, PYEXEC_RECORDS, 0777) == -1 && errno != EEXIST))
        {
            return rc;
        }
    }

    return -1;
}


int
pyexec_record_read(int runs, const char *run_id, pyexec_buf_t *out)
{
    int          fd, rc;
    char         name[PYEXEC_RECORD_LEN];
    struct stat  sb;

    pyexec_record_name(name, run_id);

    fd = pyexec_open_regular(runs, name, &sb);

    if (fd == -1) {

        /* the pool makes no link, so what is behind one is no record */

        errno = errno == ELOOP || errno == EXDEV ? ENOENT : errno;
        return -1;
    }

    rc = pyexec_read_all(fd, pyexec_buf_reserve(out, (size_t) sb.st_size),
                         (size_t) sb.st_size);

    if (rc == 0) {
        out->len += (size_t) sb.st_size;
    }

    (void) close(fd);

    return rc;
}


int
pyexec_record_remove(int runs, const char *run_id)
{
    char  name[PYEXEC_RECORD_LEN];

    pyexec_record_name(name, run_id);

    return unlinkat(runs, name, 0) == -1 && errno != ENOENT ? -1 : 0;
}


static void
pyexec_record_name(char name[PYEXEC_RECORD_LEN], const char *run_id)
{
    (void) snprintf(name, PYEXEC_RECORD_LEN, PYEXEC_RECORDS "/%s.json",
                    run_id);
}


/*
 * ext4 is faster to make an inode in a new directory than in one that has many:
 * the file is made in the run's, and linked into that of records.
 */

static int
pyexec_record_put(int runs, const char *record, int dir, const char *name,
    const pyexec_buf_t *json)
{
    int  rc, err;

    rc = pyexec_write_new(dir, name, json->data, json->len);

    if (rc == -1) {
        return errno == EEXIST ? pyexec_write_new(runs, record, json->data,
                                                  json->len) : -1;
    }

    rc = linkat(dir, name, runs, record, 0);

    if (rc == -1) {
        err = errno;
        (void) unlinkat(dir, name, 0);
        errno = err;
    }

    return rc;
}
