
/* Which directories are given to a user; root only. */

#include "unit.h"

#include <fcntl.h>
#include <errno.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/pyexec_io.h"


#define USER    65534
#define OTHER   65533


static char  dir[] = "/tmp/pyexec-io-test.XXXXXX";


static uid_t
given(const char *name)
{
    char         path[64];
    struct stat  st;

    (void) snprintf(path, sizeof(path), "%s/%s", dir, name);

    assert_int_equal(pyexec_give_dir(path, USER, USER), 0);
    assert_int_equal(stat(path, &st), 0);

    return st.st_uid;
}


static void
test_give(void **state)
{
    (void) state;

    assert_non_null(mkdtemp(dir));
    assert_int_equal(chdir(dir), 0);

    assert_int_equal(mkdir("empty", 0755), 0);
    assert_int_equal(mkdir("target", 0755), 0);
    assert_int_equal(mkdir("full", 0755), 0);
    assert_int_equal(mkdir("full/entry", 0755), 0);
    assert_int_equal(mkdir("other", 0755), 0);
    assert_int_equal(chown("other", OTHER, OTHER), 0);
    assert_int_equal(symlink("target", "link"), 0);

    assert_int_equal(given("empty"), USER);
    assert_int_equal(given("empty"), USER);
    assert_int_equal(given("full"), 0);
    assert_int_equal(given("other"), OTHER);
    assert_int_equal(given("link"), 0);
    assert_int_equal(given("target"), USER);

    assert_int_equal(pyexec_give_dir("missing", USER, USER), -1);
    assert_int_equal(errno, ENOENT);

    assert_int_equal(rmdir("full/entry"), 0);
    assert_int_equal(unlink("link"), 0);
    assert_int_equal(rmdir("full") | rmdir("empty") | rmdir("other")
                     | rmdir("target") | rmdir(dir), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_give)
    };

    if (geteuid() != 0) {
        puts("1..0 # SKIP only root can give");
        return 0;
    }

    return cmocka_run_group_tests(tests, NULL, NULL);
}
