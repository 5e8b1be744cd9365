
/* Trees of any mode and depth are counted and removed, by a user without
   rights beyond those of an owner. */

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/pyexec_io.h"
#include "base/pyexec_tree.h"


#define NOBODY      65534
#define DEPTH       3000


static char  top[] = "/tmp/pyexec-tree.XXXXXX";


static void
make(const char *path, mode_t mode)
{
    assert_int_equal(mkdir(path, mode), 0);
}


static void
make_file(const char *path)
{
    int  fd;

    fd = open(path, O_WRONLY|O_CREAT|O_EXCL, 0600);
    assert_int_not_equal(fd, -1);
    (void) close(fd);
}


static void
removed(const char *name, uint64_t expected)
{
    uint64_t  files;

    files = 0;

    assert_int_equal(pyexec_remove(AT_FDCWD, name, &files), 0);
    assert_int_equal(files, expected);
    assert_int_equal(access(name, F_OK), -1);
}


static void
of_any_mode(void **state)
{
    size_t               i;
    static const mode_t  modes[] = { 0, 0100, 0200, 0300, 0400, 0500, 0600 };

    (void) state;

    for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {

        make("t", 0700);
        make("t/a", 0700);
        make("t/a/b", 0700);
        make("t/a/b/c", 0700);
        make_file("t/a/b/c/f");
        make_file("t/a/b/f");
        make("t/a/b/empty", modes[i]);

        assert_int_equal(chmod("t/a/b/c", modes[i]), 0);
        assert_int_equal(chmod("t/a/b", modes[i]), 0);

        removed("t", 2);
    }
}


static void
of_any_depth(void **state)
{
    int  i, here;

    (void) state;

    here = open(".", O_RDONLY|O_DIRECTORY);
    make("t", 0700);
    assert_int_equal(chdir("t"), 0);

    for (i = 0; i < DEPTH; i++) {
        make("d", 0700);
        make("e", 0500);
        assert_int_equal(chdir("d"), 0);
        assert_int_equal(chmod("../d", i % 2 ? 0500 : 0700), 0);
        assert_int_equal(chmod(".", 0700), 0);
    }

    make_file("f");
    assert_int_equal(chmod(".", 0100), 0);
    assert_int_equal(fchdir(here), 0);
    (void) close(here);

    removed("t", 1);
}


static void
are_counted(void **state)
{
    int                        fd;
    pyexec_scan_t              scan;
    static const pyexec_own_t  none[] = { { NULL, 0 } };

    (void) state;

    make("t", 0700);
    make("t/a", 0700);
    make_file("t/a/f");
    make("t/b", 0700);
    make_file("t/b/f");
    assert_int_equal(chmod("t/a", 0400), 0);
    assert_int_equal(chmod("t/b", 0100), 0);
    fd = open("t", O_RDONLY|O_DIRECTORY);
    assert_int_equal(chmod("t", 0), 0);

    memset(&scan, 0, sizeof(pyexec_scan_t));
    scan.own = none;
    scan.max_files = 10;
    scan.max_bytes = UINT64_MAX;
    scan.collect = 1;

    assert_int_equal(pyexec_scan(&scan, fd), 0);
    assert_int_equal(scan.nentries, 4);
    assert_int_equal(scan.nfiles, 2);
    assert_string_equal(scan.files[0].path, "a/f");
    pyexec_scan_free(&scan);
    (void) close(fd);

    removed("t", 2);
}


/* one that can't be read leaves no descriptor open */

static void
are_closed(void **state)
{
    int  fd;

    (void) state;

    fd = open("/dev/null", O_RDONLY);

    assert_null(pyexec_fdopendir(fd));
    assert_int_equal(errno, ENOTDIR);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    assert_null(pyexec_fdopendir(-1));
}


int
main(void)
{
    int  rc;

    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(of_any_mode),
        cmocka_unit_test(of_any_depth),
        cmocka_unit_test(are_counted),
        cmocka_unit_test(are_closed)
    };

    if (mkdtemp(top) == NULL || chdir(top) == -1) {
        return 1;
    }

    /* root may enter any directory */

    if (geteuid() == 0
        && (chown(top, NOBODY, NOBODY) == -1 || seteuid(NOBODY) == -1))
    {
        return 1;
    }

    rc = cmocka_run_group_tests_name("tree", tests, NULL, NULL);

    if (getuid() == 0 && seteuid(0) == -1) {
        return 1;
    }

    return chdir("/") == 0 && pyexec_remove(AT_FDCWD, top, NULL) == 0 ? rc : 1;
}
