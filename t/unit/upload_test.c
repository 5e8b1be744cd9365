
/* Uploads to file systems with O_TMPFILE, and to those without, as NFS. */

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/pyexec_tree.h"
#include "store/pyexec_upload.h"


static char            workspace[] = "/tmp/pyexec-upload.XXXXXX";
static int             without, tried;
static pyexec_store_t  store;


/* the pool's, in place of the C library's */

int
openat(int dir, const char *path, int flags, ...)
{
    va_list   args;
    unsigned  mode;

    va_start(args, flags);
    mode = flags & (O_CREAT|O_TMPFILE) ? va_arg(args, unsigned) : 0;
    va_end(args);

    if ((flags & O_TMPFILE) == O_TMPFILE) {
        tried++;

        if (without) {
            errno = EOPNOTSUPP;
            return -1;
        }
    }

    return syscall(SYS_openat, dir, path, flags, mode);
}


/* returns 201 or 200, or errno */

static int
put(const char *path, const char *text, const char *if_none_match)
{
    int                body, rc, pair[2];
    unsigned           created;
    struct stat        st;
    pyexec_file_job_t  job;

    memset(&job, 0, sizeof(pyexec_file_job_t));
    job.session.data = (const u_char *) (without ? "without" : "with");
    job.session.len = strlen((const char *) job.session.data);
    job.path.data = (const u_char *) path;
    job.path.len = strlen(path);
    job.if_none_match.data = (const u_char *) if_none_match;
    job.if_none_match.len = strlen(if_none_match);
    job.max_session = 1024 * 1024;

    body = memfd_create("body", MFD_CLOEXEC);
    assert_int_equal(write(body, text, strlen(text)), strlen(text));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);

    tried = 0;
    rc = pyexec_upload(&store, &job, body, pair[0], &st, &created);
    rc = rc == 0 ? (created ? 201 : 200) : errno;

    assert_true(tried || rc == ECANCELED || rc == EEXIST);

    (void) close(body);
    (void) close(pair[0]);
    (void) close(pair[1]);

    return rc;
}


static void
is(const char *path, const char *text)
{
    int          fd;
    char         buf[64];
    ssize_t      n;
    struct stat  st;

    fd = openat(store.dir, path, O_RDONLY);
    assert_int_not_equal(fd, -1);
    n = read(fd, buf, sizeof(buf));
    assert_int_equal(n, strlen(text));
    assert_memory_equal(buf, text, n);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_nlink, 1);
    (void) close(fd);
}


/* nothing but what is expected is in the directory */

static void
has(const char *path, unsigned files)
{
    DIR       *d;
    unsigned   n;

    d = pyexec_opendir(store.dir, path);
    assert_non_null(d);

    for (n = 0; pyexec_readdir(d); n++) { /* void */ }

    assert_int_equal(n, files);
    (void) closedir(d);
}


static void
uploads(const char *session)
{
    char  path[64];

    assert_int_equal(put("dir/deep/file", "one", ""), 201);
    (void) snprintf(path, sizeof(path), "%s/dir/deep/file", session);
    is(path, "one");

    assert_int_equal(put("dir/deep/file", "two", ""), 200);
    is(path, "two");

    assert_int_equal(put("dir/deep/file", "three", "*"), ECANCELED);
    is(path, "two");

    assert_int_equal(put("dir", "four", ""), EEXIST);

    assert_int_equal(put("dir/deep/empty", "", "*"), 201);
    (void) snprintf(path, sizeof(path), "%s/dir/deep/empty", session);
    is(path, "");

    (void) snprintf(path, sizeof(path), "%s/dir/deep", session);
    has(path, 2);
    (void) snprintf(path, sizeof(path), "%s/dir", session);
    has(path, 1);
    has(session, 1);
}


static void
with_files_without_names(void **state)
{
    (void) state;

    uploads("with");
    has(".", 2);                           /* and the lock file */
}


static void
with_temporary_names(void **state)
{
    (void) state;

    without = 1;
    uploads("without");
    has(".", 3);
}


int
main(void)
{
    int  rc;

    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(with_files_without_names),
        cmocka_unit_test(with_temporary_names)
    };

    if (mkdtemp(workspace) == NULL
        || pyexec_store_open(&store, open(workspace, O_RDONLY|O_DIRECTORY))
           == -1)
    {
        return 1;
    }

    rc = cmocka_run_group_tests_name("upload", tests, NULL, NULL);

    return pyexec_remove(AT_FDCWD, workspace, NULL) == 0 ? rc : 1;
}
