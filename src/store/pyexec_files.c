
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pyexec_glob.h"
#include "base/pyexec_log.h"
#include "base/pyexec_tree.h"
#include "store/pyexec_files.h"
#include "store/pyexec_path.h"
#include "wire/pyexec_name.h"


/* bytes of a list, which ends there */

#define PYEXEC_FILES_MAX    (16 * 1024 * 1024)


typedef struct {
    const pyexec_file_job_t  *job;
    pyexec_buf_t             *out;
    yajl_gen                  g;
    unsigned                  left;        /* items */
    unsigned                  truncated:1;
    unsigned                  full:1;      /* no more is looked at */
    size_t                    top;         /* where the pattern's part begins */
    char                      path[PATH_MAX + 1];
} pyexec_listing_t;


typedef struct {
    char                    **name;        /* those of directories end with
                                              "/", so that they sort as paths */
    size_t                    n;
    size_t                    size;
} pyexec_names_t;


static void pyexec_listing_dir(pyexec_listing_t *l, int dir, size_t len,
    unsigned depth);
static void pyexec_listing_entry(pyexec_listing_t *l, int dir,
    const char *name, size_t len, unsigned depth);
static void pyexec_listing_file(pyexec_listing_t *l, int dir,
    const char *name);
static void pyexec_names_read(pyexec_names_t *names, DIR *d, unsigned records);
static void pyexec_names_add(pyexec_names_t *names, const char *name,
    unsigned directory);
static int pyexec_names_cmp(const void *one, const void *two);


int
pyexec_files_at(int dir, const pyexec_str_t *path, int flags)
{
    char  name[PATH_MAX];

    if (path->len >= sizeof(name)) {
        errno = ENAMETOOLONG;
        return -1;
    }

    if (path->len) {
        memcpy(name, path->data, path->len);
        name[path->len] = '\0';

    } else {
        strcpy(name, ".");
    }

    /* openat2() refuses flags that have no effect */

    if (!(flags & O_PATH)) {
        flags |= O_NONBLOCK|O_NOCTTY;
    }

    return pyexec_open_beneath(dir, name, flags|O_NOFOLLOW);
}


int
pyexec_files_open(pyexec_store_t *store, const pyexec_file_job_t *job,
    struct stat *st)
{
    int  session, fd, err;

    if (pyexec_path_error(&job->path) || pyexec_path_record(&job->path)) {
        errno = ENOENT;
        return -1;
    }

    session = pyexec_session_open(store, &job->session, 0);
    if (session == -1) {
        return -1;
    }

    fd = pyexec_files_at(session, &job->path, O_RDONLY);
    err = fd == -1 ? errno : 0;
    (void) close(session);

    if (err == 0 && fstat(fd, st) == -1) {
        err = errno;
    }

    if (err == 0 && S_ISDIR(st->st_mode)) {
        err = EISDIR;
    }

    if (err == 0 && !pyexec_files_one(st)) {
        err = ENOENT;
    }

    if (err == 0) {
        return fd;
    }

    if (fd != -1) {
        (void) close(fd);
    }

    errno = err;
    return -1;
}


void
pyexec_files_etag(char etag[PYEXEC_ETAG], const struct stat *st)
{
    (void) snprintf(etag, PYEXEC_ETAG, "\"%" PRIx64 "-%" PRIx64 "-%" PRIx64
                    "\"", (uint64_t) st->st_ino, (uint64_t) st->st_size,
                    (uint64_t) st->st_mtim.tv_sec * 1000000000
                    + st->st_mtim.tv_nsec);
}


int
pyexec_files_final(pyexec_store_t *store, const pyexec_str_t *path)
{
    char          run_id[PYEXEC_RUN_ID_LEN + 1];
    size_t        skip;
    pyexec_str_t  run;

    skip = sizeof(PYEXEC_RUNS "/") - 1;

    if (!pyexec_path_runs(path) || path->len <= skip + PYEXEC_RUN_ID_LEN) {
        return 0;
    }

    run.data = path->data + skip;
    run.len = PYEXEC_RUN_ID_LEN;

    if (!pyexec_run_id_valid(&run) || run.data[run.len] != '/') {
        return 0;
    }

    memcpy(run_id, run.data, run.len);
    run_id[run.len] = '\0';

    return pyexec_run_live(store, run_id) == 0;
}


int
pyexec_files_list(pyexec_store_t *store, const pyexec_file_job_t *job,
    pyexec_buf_t *out)
{
    int               session, dir;
    pyexec_buf_t      text = { NULL, 0, 0 };
    pyexec_str_t      s;
    pyexec_listing_t  l;

    if (pyexec_path_error(&job->path) || pyexec_path_record(&job->path)) {
        errno = ENOENT;
        return -1;
    }

    session = pyexec_session_open(store, &job->session, 0);

    if (session == -1 && (errno != ENOENT || job->path.len)) {
        return -1;
    }

    dir = session;

    if (session != -1 && job->path.len) {
        dir = pyexec_files_at(session, &job->path, O_RDONLY|O_DIRECTORY);
        (void) close(session);

        if (dir == -1) {
            return -1;
        }
    }

    memset(&l, 0, sizeof(pyexec_listing_t));
    l.job = job;
    l.out = out;
    l.left = job->limit;
    l.g = pyexec_json_gen(out);

    memcpy(l.path, job->path.data, job->path.len);
    pyexec_path_text(&text, l.path);
    s = pyexec_buf_str(&text);

    if (job->path.len) {
        l.top = job->path.len + 1;
        l.path[l.top - 1] = '/';
    }

    pyexec_json_map(l.g, NULL);
    pyexec_json_text(l.g, "session_id", &job->session);
    pyexec_json_text(l.g, "path", &s);
    pyexec_json_array(l.g, "items");

    if (dir != -1) {
        pyexec_listing_dir(&l, dir, l.top, 0);
    }

    yajl_gen_array_close(l.g);
    pyexec_json_bool(l.g, "truncated", l.truncated);
    yajl_gen_map_close(l.g);
    yajl_gen_free(l.g);
    pyexec_buf_free(&text);

    return 0;
}


/* l->path has len bytes, which end with "/"; closes dir */

static void
pyexec_listing_dir(pyexec_listing_t *l, int dir, size_t len, unsigned depth)
{
    DIR             *d;
    size_t           i;
    pyexec_names_t   names;

    d = fdopendir(dir);

    if (d == NULL) {
        (void) close(dir);
        l->truncated = 1;
        return;
    }

    memset(&names, 0, sizeof(pyexec_names_t));
    pyexec_names_read(&names, d, strcmp(l->path, PYEXEC_RUNS "/") == 0);

    for (i = 0; i < names.n && !l->full; i++) {
        pyexec_listing_entry(l, dirfd(d), names.name[i], len, depth);
        l->path[len] = '\0';
    }

    for (i = 0; i < names.n; i++) {
        free(names.name[i]);
    }

    free(names.name);
    (void) closedir(d);
}


static void
pyexec_listing_entry(pyexec_listing_t *l, int dir, const char *name,
    size_t len, unsigned depth)
{
    int     sub;
    size_t  n;

    n = strlen(name);

    if (len + n >= sizeof(l->path)) {
        l->truncated = 1;
        return;
    }

    memcpy(l->path + len, name, n + 1);

    if (name[n - 1] != '/') {
        pyexec_listing_file(l, dir, name);
        return;
    }

    if (depth == PYEXEC_MAX_DEPTH) {
        l->truncated = 1;
        return;
    }

    l->path[len + n - 1] = '\0';
    sub = openat(dir, l->path + len,
                 O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
    l->path[len + n - 1] = '/';

    if (sub != -1) {
        pyexec_listing_dir(l, sub, len + n, depth + 1);

    /* one that is closed to the pool's user has nothing that can be had */

    } else if (errno != EACCES && errno != ENOENT && errno != ENOTDIR
               && errno != ELOOP)
    {
        l->truncated = 1;
    }
}


static void
pyexec_listing_file(pyexec_listing_t *l, int dir, const char *name)
{
    struct stat  st;

    if (l->job->glob.len && !pyexec_glob(&l->job->glob, l->path + l->top)) {
        return;
    }

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1
        || !pyexec_files_one(&st))
    {
        return;
    }

    if (l->left == 0 || l->out->len > PYEXEC_FILES_MAX) {
        l->truncated = 1;
        l->full = 1;
        return;
    }

    l->left--;
    pyexec_files_item(l->g, l->job, l->path, &st);
}


void
pyexec_files_item(yajl_gen g, const pyexec_file_job_t *job, const char *path,
    const struct stat *st)
{
    pyexec_json_map(g, NULL);
    pyexec_path_members(g, path, st->st_size, &st->st_mtim, &job->url,
                        &job->session);
    yajl_gen_map_close(g);
}


/* what is neither a directory nor a regular file is left out later */

static void
pyexec_names_read(pyexec_names_t *names, DIR *d, unsigned records)
{
    unsigned        directory;
    struct stat     st;
    struct dirent  *de;

    while ((de = pyexec_readdir(d)) != NULL) {

        if (records && de->d_name[0] == '.') {
            continue;
        }

        directory = de->d_type == DT_DIR;

        if (de->d_type == DT_UNKNOWN) {
            directory = fstatat(dirfd(d), de->d_name, &st,
                                AT_SYMLINK_NOFOLLOW) == 0
                        && S_ISDIR(st.st_mode);
        }

        pyexec_names_add(names, de->d_name, directory);
    }

    if (names->n > 1) {
        qsort(names->name, names->n, sizeof(char *), pyexec_names_cmp);
    }
}


static void
pyexec_names_add(pyexec_names_t *names, const char *name, unsigned directory)
{
    char  *copy;

    if (names->n == names->size) {
        names->size = names->size ? names->size * 2 : 64;
        names->name = realloc(names->name, names->size * sizeof(char *));
    }

    if (names->name == NULL
        || asprintf(&copy, "%s%s", name, directory ? "/" : "") == -1)
    {
        pyexec_die("realloc(): %m");
    }

    names->name[names->n++] = copy;
}


static int
pyexec_names_cmp(const void *one, const void *two)
{
    return strcmp(*(char *const *) one, *(char *const *) two);
}
