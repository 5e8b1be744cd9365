
/* What a session holds that code looks for: names, and uploaded files. */

#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/pyexec_io.h"
#include "run/pyexec_recall.h"
#include "store/pyexec_line.h"


#define OLDEST      20                     /* runs that are looked at */


static char          directory[] = "/tmp/pyexec-recall.XXXXXX";
static pyexec_run_t  session;


/* appends a run to the session's history, with code as its main.py */

static int
run(const char *code)
{
    int              dir;
    char             line[256], run_id[PYEXEC_RUN_ID_LEN + 1];
    static unsigned  n;
    pyexec_buf_t     out = { NULL, 0, 0 };

    (void) snprintf(run_id, sizeof(run_id), "20260101T000000-%012x", ++n);
    (void) snprintf(line, sizeof(line), "{\"run_id\":\"%s\",\"started_at\":"
                    "\"2026-01-01T00:00:00.%06u+00:00\",\"status\":\"ok\"}\n",
                    run_id, n);

    pyexec_buf_add(&out, line, strlen(line));
    assert_int_equal(pyexec_lines_append(session.runs, &out), 0);
    pyexec_buf_free(&out);

    assert_int_equal(mkdirat(session.runs, run_id, 0700), 0);
    dir = openat(session.runs, run_id, O_RDONLY|O_DIRECTORY);
    assert_int_not_equal(dir, -1);

    if (code) {
        assert_int_equal(pyexec_write_new(dir, PYEXEC_MAIN, code,
                                          strlen(code)), 0);
    }

    return dir;
}


static int
knows(const char *name)
{
    char  run_id[PYEXEC_RUN_ID_LEN + 1];

    return pyexec_recall_name(&session, name, run_id);
}


static void
names_that_code_defines(void **state)
{
    (void) state;

    (void) close(run("x = 1\n\ta, b = 1, 2\nn: int = 3\n"
                     "def f(p): pass\nclass C:\n    pass\n"
                     "import m, o\nimport numpy as np\nfor i in y: pass\n"
                     "total += 1\nif k == 3: print(j, end = '')\n"
                     "\xc3\xa9t\xc3\xa9 = 5\nlast = 0"));

    assert_true(knows("x"));
    assert_true(knows("a"));
    assert_true(knows("b"));
    assert_true(knows("n"));
    assert_true(knows("f"));
    assert_true(knows("C"));
    assert_true(knows("m"));
    assert_true(knows("o"));
    assert_true(knows("np"));
    assert_true(knows("i"));
    assert_true(knows("\xc3\xa9t\xc3\xa9"));
    assert_true(knows("last"));

    assert_false(knows("y"));
    assert_false(knows("p"));
    assert_false(knows("total"));
    assert_false(knows("k"));
    assert_false(knows("j"));
    assert_false(knows("numpy"));
    assert_false(knows("las"));
    assert_false(knows("t\xc3\xa9"));
    assert_false(knows("no_such"));
}


static void
the_newest_of_those_that_define_it(void **state)
{
    char  run_id[PYEXEC_RUN_ID_LEN + 1], older[PYEXEC_RUN_ID_LEN + 1];

    (void) state;

    (void) close(run("twice = 1"));
    assert_true(pyexec_recall_name(&session, "twice", older));
    (void) close(run("twice = 2"));
    (void) close(run("other = 3"));

    assert_true(pyexec_recall_name(&session, "twice", run_id));
    assert_true(strcmp(older, run_id) < 0);
}


static void
a_main_that_is_not_a_file(void **state)
{
    int  dir;

    (void) state;

    assert_int_equal(pyexec_write_new(session.session, "secret", "s = 1", 5),
                     0);

    dir = run(NULL);
    assert_int_equal(symlinkat("../../secret", dir, PYEXEC_MAIN), 0);
    (void) close(dir);

    dir = run(NULL);
    assert_int_equal(mkfifoat(dir, PYEXEC_MAIN, 0600), 0);
    (void) close(dir);

    dir = run(NULL);
    assert_int_equal(mkdirat(dir, PYEXEC_MAIN, 0700), 0);
    (void) close(dir);

    (void) close(run(NULL));

    assert_false(knows("s"));
}


static void
only_the_newest_runs(void **state)
{
    unsigned  i;

    (void) state;

    (void) close(run("far = 1"));
    assert_true(knows("far"));

    for (i = 0; i < OLDEST; i++) {
        (void) close(run("near = 1"));
    }

    assert_false(knows("far"));
    assert_true(knows("near"));
}


/* compares the answer with text, after a sign: "+" if a file was found */

static void
uploads(const char *message, const char *text)
{
    pyexec_buf_t  out = { NULL, 0, 0 };
    pyexec_str_t  s = { strlen(message), (const u_char *) message };

    pyexec_buf_add(&out, "", 0);

    if (pyexec_recall_upload(&session, &s, &out)) {
        assert_int_equal(*text, '+');

    } else {
        assert_int_equal(*text, '-');
    }

    assert_int_equal(out.len, strlen(text + 1));
    assert_true(out.len == 0 || memcmp(out.data, text + 1, out.len) == 0);
    pyexec_buf_free(&out);
}


static void
files_that_were_uploaded(void **state)
{
    int  dir;

    (void) state;

    uploads("No such file or directory: 'data.csv'", "-");

    assert_int_equal(mkdirat(session.session, "uploads", 0700), 0);
    dir = openat(session.session, "uploads", O_RDONLY|O_DIRECTORY);
    assert_int_equal(pyexec_write_new(dir, "data.csv", "", 0), 0);

    /* none of these is a file to be named */

    assert_int_equal(mkdirat(dir, "dir.csv", 0700), 0);
    assert_int_equal(symlinkat("data.csv", dir, "link.csv"), 0);
    assert_int_equal(pyexec_write_new(dir, "line\n.csv", "", 0), 0);
    assert_int_equal(pyexec_write_new(dir, "byte\xff.csv", "", 0), 0);

    uploads("[Errno 2] No such file or directory: 'data.csv'", "+data.csv");
    uploads("[Errno 2] No such file or directory: '/mnt/d/Data.CSV'",
            "+data.csv");
    uploads("[Errno 2] No such file or directory: \"it's/data.csv\"",
            "+data.csv");
    uploads("data.csv not found.", "+data.csv");
    uploads("[Errno 2] No such file or directory: 'mydata.csv'", "-data.csv");
    uploads("[Errno 2] No such file or directory: 'data.csv.gz'", "-data.csv");
    uploads("[Errno 2] No such file or directory: 'link.csv'", "-data.csv");
    uploads("", "-data.csv");

    (void) close(dir);
}


static void
uploads_that_are_a_link(void **state)
{
    (void) state;

    assert_int_equal(renameat(session.session, "uploads", session.session,
                              "real"), 0);
    assert_int_equal(symlinkat("real", session.session, "uploads"), 0);

    uploads("No such file or directory: 'data.csv'", "-");
}


static int
make(void **state)
{
    (void) state;

    if (mkdtemp(directory) == NULL) {
        return -1;
    }

    session.session = open(directory, O_RDONLY|O_DIRECTORY);
    session.runs = pyexec_runs_open(session.session, 1);

    return session.runs == -1 ? -1 : 0;
}


static int
clean(void **state)
{
    (void) state;

    return pyexec_remove(AT_FDCWD, directory, NULL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(names_that_code_defines),
        cmocka_unit_test(the_newest_of_those_that_define_it),
        cmocka_unit_test(a_main_that_is_not_a_file),
        cmocka_unit_test(only_the_newest_runs),
        cmocka_unit_test(files_that_were_uploaded),
        cmocka_unit_test(uploads_that_are_a_link)
    };

    return cmocka_run_group_tests(tests, make, clean);
}
