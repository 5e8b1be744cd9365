
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <sys/sendfile.h>
#include <sys/stat.h>

#include "base/pyexec_io.h"
#include "base/pyexec_tree.h"
#include "store/pyexec_account.h"
#include "store/pyexec_temp.h"
#include "store/pyexec_upload.h"
#include "wire/pyexec_name.h"


/* after so many bytes, the disk and the client are looked at */

#define PYEXEC_UPLOAD_PIECE (16 * 1024 * 1024)

/* while directories go, or others make the same name */

#define PYEXEC_UPLOAD_TRIES 10


static int pyexec_upload_file(pyexec_store_t *store,
    const pyexec_file_job_t *job, uint64_t size, pyexec_temp_t *temp);
static int pyexec_upload_dir(pyexec_store_t *store,
    const pyexec_file_job_t *job, char name[NAME_MAX + 1], unsigned create);
static int pyexec_upload_sub(int dir, const char *name, unsigned create);
static int pyexec_upload_copy(pyexec_store_t *store, int body, uint64_t size,
    int fd, int client);
static int pyexec_upload_publish(pyexec_store_t *store,
    const pyexec_file_job_t *job, const pyexec_temp_t *temp,
    unsigned *created);
static int pyexec_upload_name(pyexec_store_t *store,
    const pyexec_file_job_t *job, int dir, const char *name,
    const pyexec_temp_t *temp, unsigned *created);
static int pyexec_upload_allowed(pyexec_store_t *store,
    const pyexec_file_job_t *job, int dir, const char *name, uint64_t bytes,
    unsigned claim, unsigned *created);
static int pyexec_upload_room(pyexec_store_t *store,
    const pyexec_file_job_t *job, uint64_t more, uint64_t less,
    unsigned claim);
static int pyexec_upload_holds(const pyexec_file_job_t *job,
    const struct stat *st);
static int pyexec_upload_listed(const pyexec_str_t *tags, const char *etag,
    unsigned weak);
static int pyexec_upload_unlink(pyexec_store_t *store,
    const pyexec_file_job_t *job, int dir, const char *name, uint64_t *files);
static void pyexec_upload_uncount(pyexec_store_t *store,
    const pyexec_str_t *session);


int
pyexec_upload(pyexec_store_t *store, const pyexec_file_job_t *job, int body,
    int client, struct stat *st, unsigned *created)
{
    int            rc;
    mode_t         mask;
    uint64_t       size;
    pyexec_temp_t  temp;

    if (pyexec_path_runs(&job->path)) {
        errno = EDOM;
        return -1;
    }

    if (pyexec_path_error(&job->path) || job->path.len == 0) {
        errno = ENOTDIR;
        return -1;
    }

    /* a request without a body has none */

    st->st_size = 0;

    if (body != -1 && fstat(body, st) == -1) {
        return -1;
    }

    size = st->st_size;
    mask = umask(pyexec_store_mask(store));

    rc = pyexec_upload_file(store, job, size, &temp);

    if (rc == 0) {
        rc = pyexec_upload_copy(store, body, size, temp.fd, client) == -1
             || pyexec_upload_publish(store, job, &temp, created) == -1
             || fstat(temp.fd, st) == -1 ? -1 : 0;

        pyexec_temp_close(&temp);
    }

    (void) umask(mask);

    return rc;
}


/* a file on the file system on which it will have its name */

static int
pyexec_upload_file(pyexec_store_t *store, const pyexec_file_job_t *job,
    uint64_t size, pyexec_temp_t *temp)
{
    int       dir, rc, err;
    char      name[NAME_MAX + 1];
    unsigned  created;

    dir = pyexec_upload_dir(store, job, name, 0);
    if (dir == -1) {
        return -1;
    }

    /* what would be refused in the end need not be copied */

    rc = pyexec_upload_allowed(store, job, dir, name, size, 0, &created);

    if (rc == 0) {
        rc = pyexec_temp_open(temp, dir);
    }

    err = errno;

    (void) close(dir);

    errno = err;
    return rc;
}


/*
 * Opens the directory that the file is to be in, and sets its name.  Without
 * create, if that is missing, it is the directory in which it would be made,
 * and the name is one that is not there.
 */

static int
pyexec_upload_dir(pyexec_store_t *store, const pyexec_file_job_t *job,
    char name[NAME_MAX + 1], unsigned create)
{
    int            dir, sub, err;
    size_t         len;
    const u_char  *p, *slash, *end;

    name[0] = '\0';

    dir = pyexec_session_open(store, &job->session, create);

    if (dir == -1) {
        return errno == ENOENT && !create
               ? openat(store->dir, ".", O_PATH|O_DIRECTORY|O_CLOEXEC) : -1;
    }

    end = job->path.data + job->path.len;

    for (p = job->path.data; /* void */ ; p = slash + 1) {

        slash = memchr(p, '/', end - p);
        len = (slash ? slash : end) - p;

        if (len > NAME_MAX) {
            (void) close(dir);
            errno = ENAMETOOLONG;
            return -1;
        }

        memcpy(name, p, len);
        name[len] = '\0';

        if (slash == NULL) {
            return dir;
        }

        sub = pyexec_upload_sub(dir, name, create);

        if (sub == -1 && errno == ENOENT && !create) {
            return dir;
        }

        err = errno;
        (void) close(dir);

        if (sub == -1) {
            errno = err == ELOOP ? ENOTDIR : err;
            return -1;
        }

        dir = sub;
    }
}


static int
pyexec_upload_sub(int dir, const char *name, unsigned create)
{
    int  sub;

    sub = openat(dir, name, O_PATH|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    if (sub != -1 || errno != ENOENT || !create) {
        return sub;
    }

    if (mkdirat(dir, name, 0777) == -1 && errno != EEXIST) {
        return -1;
    }

    return openat(dir, name, O_PATH|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
}


static int
pyexec_upload_copy(pyexec_store_t *store, int body, uint64_t size, int fd,
    int client)
{
    off_t    at;
    ssize_t  n;

    for (at = 0; (uint64_t) at < size; /* void */ ) {

        if (!pyexec_store_room(store, size - at)) {
            errno = ENOSPC;
            return -1;
        }

        if (pyexec_poll(client, POLLRDHUP, 0)) {
            errno = EPIPE;
            return -1;
        }

        n = copy_file_range(body, &at, fd, NULL, PYEXEC_UPLOAD_PIECE, 0);

        /* nginx's temporary files may be on another file system */

        if (n == -1 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS
                        || errno == EOPNOTSUPP))
        {
            n = sendfile(fd, body, &at, PYEXEC_UPLOAD_PIECE);
        }

        if (n == 0) {
            errno = EIO;
        }

        if (n <= 0 && errno != EINTR) {
            return -1;
        }
    }

    return 0;
}


static int
pyexec_upload_publish(pyexec_store_t *store, const pyexec_file_job_t *job,
    const pyexec_temp_t *temp, unsigned *created)
{
    int       dir, rc, err;
    char      name[NAME_MAX + 1];
    unsigned  tries;

    for (tries = 1; /* void */ ; tries++) {

        rc = -1;
        dir = pyexec_upload_dir(store, job, name, 1);
        err = errno;

        if (dir != -1) {
            rc = pyexec_session_lock(store, &job->session, PYEXEC_LOCK_FILES);

            if (rc == 0) {
                rc = pyexec_upload_name(store, job, dir, name, temp,
                                        created);
                err = errno;

                pyexec_session_unlock(store, &job->session,
                                      PYEXEC_LOCK_FILES);
            }

            (void) close(dir);
        }

        if (rc == 0 || (err != ENOENT && err != EAGAIN)
            || tries == PYEXEC_UPLOAD_TRIES)
        {
            errno = err;
            return rc;
        }
    }
}


/* EAGAIN: somebody else was faster, without the lock */

static int
pyexec_upload_name(pyexec_store_t *store, const pyexec_file_job_t *job,
    int dir, const char *name, const pyexec_temp_t *temp, unsigned *created)
{
    int          rc, err;
    struct stat  st;

    if (fstat(temp->fd, &st) == -1
        || pyexec_upload_allowed(store, job, dir, name,
                                 (uint64_t) st.st_blocks * 512, 1, created)
           == -1)
    {
        return -1;
    }

    rc = *created ? pyexec_temp_link(temp, dir, name)
                  : pyexec_temp_replace(temp, dir, name);

    if (rc == 0) {
        return 0;
    }

    err = errno == EEXIST ? EAGAIN : errno;
    pyexec_upload_uncount(store, &job->session);

    errno = err;
    return -1;
}


/*
 * Returns 0 if a file of so many bytes may have the name, and counts it in the
 * session's account if claim is set; or -1 and errno.
 */

static int
pyexec_upload_allowed(pyexec_store_t *store, const pyexec_file_job_t *job,
    int dir, const char *name, uint64_t bytes, unsigned claim,
    unsigned *created)
{
    struct stat  st, *old;

    old = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? &st : NULL;

    if (old == NULL && errno != ENOENT) {
        return -1;
    }

    if (old && !pyexec_files_one(old)) {
        errno = EEXIST;
        return -1;
    }

    if (!pyexec_upload_holds(job, old)) {
        errno = ECANCELED;
        return -1;
    }

    *created = old == NULL;

    return pyexec_upload_room(store, job, bytes,
                              old ? (uint64_t) old->st_blocks * 512 : 0,
                              claim);
}


/* EFBIG if the session would hold too much */

static int
pyexec_upload_room(pyexec_store_t *store, const pyexec_file_job_t *job,
    uint64_t more, uint64_t less, unsigned claim)
{
    int       session, runs, rc, err;
    uint64_t  used;

    session = pyexec_session_open(store, &job->session, 0);

    if (session == -1 && errno != ENOENT) {
        return -1;
    }

    runs = session == -1 ? -1 : pyexec_runs_open(session, 0);
    rc = 0;
    err = EFBIG;
    used = 0;

    /* counts all, if the session has no account yet */

    if (job->max_session && session != -1
        && pyexec_account_read(store, &job->session, session, runs, 0, &used)
           == -1)
    {
        rc = -1;
        err = errno == ELOOP ? EFBIG : errno;
    }

    if (job->max_session && used + more > job->max_session + less) {
        rc = -1;
    }

    if (rc == 0 && claim && more < less) {
        pyexec_account_drop(runs);

    } else if (rc == 0 && claim) {
        rc = pyexec_account_add(store, &job->session, runs, more - less,
                                job->max_session);
    }

    if (runs != -1) {
        (void) close(runs);
    }

    if (session != -1) {
        (void) close(session);
    }

    errno = err;
    return rc;
}


/* RFC 9110, 13.2.2; st is NULL if there is no file */

static int
pyexec_upload_holds(const pyexec_file_job_t *job, const struct stat *st)
{
    char  etag[PYEXEC_ETAG];

    if (st) {
        pyexec_files_etag(etag, st);
    }

    if (job->if_match.len
        && (st == NULL || !pyexec_upload_listed(&job->if_match, etag, 0)))
    {
        return 0;
    }

    return job->if_none_match.len == 0 || st == NULL
           || !pyexec_upload_listed(&job->if_none_match, etag, 1);
}


/* returns 1 if the tag is one of the list, or that is "*"; else 0 */

static int
pyexec_upload_listed(const pyexec_str_t *tags, const char *etag,
    unsigned weak)
{
    size_t         len;
    const u_char  *p, *comma, *end;

    end = tags->data + tags->len;

    for (p = tags->data; p < end; p = comma + 1) {

        comma = memchr(p, ',', end - p);
        comma = comma ? comma : end;

        while (p < comma && (*p == ' ' || *p == '\t')) {
            p++;
        }

        for (len = comma - p; len && (p[len - 1] == ' ' || p[len - 1] == '\t');
             len--)
        {
            /* void */
        }

        if (len == 1 && *p == '*') {
            return 1;
        }

        if (weak && len > 2 && memcmp(p, "W/", 2) == 0) {
            p += 2;
            len -= 2;
        }

        if (len == strlen(etag) && memcmp(p, etag, len) == 0) {
            return 1;
        }
    }

    return 0;
}


int
pyexec_upload_remove(pyexec_store_t *store, const pyexec_file_job_t *job,
    uint64_t *files)
{
    int            session, dir, rc, err;
    char           name[NAME_MAX + 1];
    pyexec_str_t   parent, last;
    const u_char  *slash;

    if (job->path.len == 0 || pyexec_path_runs(&job->path)) {
        errno = EDOM;
        return -1;
    }

    slash = memrchr(job->path.data, '/', job->path.len);

    parent.data = job->path.data;
    parent.len = slash ? (size_t) (slash - job->path.data) : 0;
    last.data = slash ? slash + 1 : job->path.data;
    last.len = job->path.data + job->path.len - last.data;

    if (pyexec_path_error(&job->path) || last.len > NAME_MAX) {
        errno = ENOENT;
        return -1;
    }

    memcpy(name, last.data, last.len);
    name[last.len] = '\0';

    session = pyexec_session_open(store, &job->session, 0);
    if (session == -1) {
        return -1;
    }

    dir = pyexec_files_at(session, &parent, O_PATH|O_DIRECTORY);
    rc = dir == -1 ? -1 : pyexec_upload_unlink(store, job, dir, name, files);
    err = errno;

    if (dir != -1) {
        pyexec_upload_uncount(store, &job->session);
        (void) close(dir);
    }

    (void) close(session);

    errno = err;
    return rc;
}


static int
pyexec_upload_unlink(pyexec_store_t *store, const pyexec_file_job_t *job,
    int dir, const char *name, uint64_t *files)
{
    int          rc, err;
    struct stat  st;

    if (pyexec_session_lock(store, &job->session, PYEXEC_LOCK_FILES) == -1) {
        return -1;
    }

    rc = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW);

    if (rc == 0) {
        rc = -1;

        if (S_ISDIR(st.st_mode)) {
            errno = EISDIR;

        } else if (!pyexec_files_one(&st)) {
            errno = ENOENT;

        } else if (!pyexec_upload_holds(job, &st)) {
            errno = ECANCELED;

        } else {
            rc = unlinkat(dir, name, 0);
            *files += rc == 0;
        }
    }

    err = errno;
    pyexec_session_unlock(store, &job->session, PYEXEC_LOCK_FILES);

    /* this may take long, and others need not wait */

    if (rc == -1 && err == EISDIR && job->recursive) {
        rc = pyexec_remove(dir, name, files);
        err = errno == EXDEV ? EBUSY : errno;
    }

    errno = err;
    return rc;
}


/* lets what the session holds be counted again */

static void
pyexec_upload_uncount(pyexec_store_t *store, const pyexec_str_t *session)
{
    int  fd, runs;

    fd = pyexec_session_open(store, session, 0);
    runs = fd == -1 ? -1 : pyexec_runs_open(fd, 0);

    if (runs != -1) {
        pyexec_account_drop(runs);
        (void) close(runs);
    }

    if (fd != -1) {
        (void) close(fd);
    }
}
