
/* A session's history, when several processes change it at a time. */

#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/pyexec_tree.h"
#include "store/pyexec_history.h"
#include "store/pyexec_line.h"
#include "store/pyexec_note.h"
#include "wire/pyexec_name.h"


#define RUNS        100
#define REMOVERS    4
#define LINES       60000


static char                workspace[] = "/tmp/pyexec-history.XXXXXX";
static const pyexec_str_t  session = pyexec_str("s");
static const pyexec_str_t  longer = pyexec_str("l");


static void
run(pyexec_store_t *st, int runs, unsigned i)
{
    int            fd;
    char           run_id[PYEXEC_RUN_ID_LEN + 1], name[64];
    unsigned       depth;
    pyexec_item_t  item;

    (void) snprintf(run_id, sizeof(run_id), "20260101T000000-%012x", i);

    memset(&item, 0, sizeof(pyexec_item_t));
    item.run_id = run_id;
    item.started_at = "2026-01-01T00:00:00.000000+00:00";
    item.status = "ok";

    assert_int_equal(pyexec_note_make(runs, run_id, item.started_at), 0);
    assert_int_equal(mkdirat(runs, run_id, 0700), 0);

    (void) snprintf(name, sizeof(name), "%s", run_id);

    for (depth = 0; depth < 5; depth++) {
        (void) strcat(name, "/d");
        assert_int_equal(mkdirat(runs, name, 0700), 0);
    }

    (void) strcat(name, "/file");
    fd = openat(runs, name, O_WRONLY|O_CREAT, 0600);
    assert_int_not_equal(fd, -1);
    (void) close(fd);

    assert_int_equal(pyexec_history_end(st, &session, runs, &item), 0);
}


static void
removers_take_turns(void **state)
{
    int             fd, i, n, runs, status;
    uint64_t        counts[2], sum[2];
    pyexec_store_t  st;
    pyexec_buf_t    list = { NULL, 0, 0 };
    int             report[2];

    (void) state;

    fd = open(workspace, O_RDONLY|O_DIRECTORY);
    assert_int_equal(pyexec_store_open(&st, fd), 0);

    n = pyexec_session_open(&st, &session, 1);
    runs = pyexec_runs_open(n, 1);
    assert_int_not_equal(runs, -1);

    for (i = 0; i < RUNS; i++) {
        run(&st, runs, i);
    }

    assert_int_equal(pipe(report), 0);

    for (i = 0; i < REMOVERS; i++) {

        if (fork() == 0) {

            /* the locks are those of its own open file */

            if (pyexec_store_open(&st, fd) == -1) {
                _exit(1);
            }

            counts[0] = 0;
            counts[1] = 0;
            n = pyexec_history_remove(&st, &session, NULL, &counts[0],
                                      &counts[1]);

            if (write(report[1], counts, sizeof(counts)) != sizeof(counts)) {
                _exit(1);
            }

            _exit(n != 0);
        }
    }

    sum[0] = 0;
    sum[1] = 0;

    for (i = 0; i < REMOVERS; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
        assert_int_equal(read(report[0], counts, sizeof(counts)),
                         sizeof(counts));
        sum[0] += counts[0];
        sum[1] += counts[1];
    }

    assert_int_equal(sum[0], RUNS);
    assert_int_equal(sum[1], RUNS);

    assert_int_equal(pyexec_history_list(&st, &session, 10, 10, &list), 0);
    pyexec_buf_add(&list, "", 1);
    assert_string_equal((char *) list.data,
                        "{\"session_id\":\"s\",\"items\":[]}");
    pyexec_buf_free(&list);
}


static int
items(const pyexec_buf_t *list)
{
    int          n;
    const char  *p;

    p = (const char *) list->data;

    for (n = 0; (p = strstr(p, "\"run_id\"")) != NULL; n++) {
        p++;
    }

    return n;
}


static int
listed(pyexec_store_t *st, unsigned limit)
{
    int           n;
    pyexec_buf_t  list = { NULL, 0, 0 };

    assert_int_equal(pyexec_history_list(st, &longer, limit, 10, &list), 0);
    pyexec_buf_add(&list, "", 1);
    n = items(&list);
    pyexec_buf_free(&list);

    return n;
}


static void
append(int runs, unsigned i)
{
    yajl_gen      g;
    char          id[PYEXEC_RUN_ID_LEN + 1], at[PYEXEC_ISO_LEN + 1];
    pyexec_buf_t  line = { NULL, 0, 0 };

    (void) snprintf(id, sizeof(id), "2026010%uT000000-%012x",
                    1 + i / (LINES / 3), i);
    (void) snprintf(at, sizeof(at), "2026-01-0%uT00:00:00.%06u+00:00",
                    1 + i / (LINES / 3), i);

    g = pyexec_json_gen(&line);
    pyexec_json_map(g, NULL);
    pyexec_json_cstr(g, "run_id", id);
    pyexec_json_cstr(g, "started_at", at);
    pyexec_json_cstr(g, "status", "ok");
    yajl_gen_map_close(g);
    yajl_gen_free(g);
    pyexec_buf_add(&line, "\n", 1);

    assert_int_equal(pyexec_lines_append(runs, &line), 0);
    pyexec_buf_free(&line);
}


static void
long_histories_have_segments(void **state)
{
    int             fd, runs;
    unsigned        i, first, last;
    uint64_t        n;
    pyexec_store_t  st;

    (void) state;

    fd = open(workspace, O_RDONLY|O_DIRECTORY);
    assert_int_equal(pyexec_store_open(&st, fd), 0);
    runs = pyexec_runs_open(pyexec_session_open(&st, &longer, 1), 1);
    assert_int_not_equal(runs, -1);

    for (i = 0; i < LINES; i++) {
        append(runs, i);
    }

    assert_int_equal(pyexec_segments(runs, &first, &last), 0);
    assert_int_equal(first, 1);
    assert_true(last >= 3);

    assert_int_equal(listed(&st, 200), 200);
    assert_int_equal(listed(&st, LINES), LINES);

    /* two days of three: the first segments go */

    n = 0;
    assert_int_equal(pyexec_history_remove(&st, &longer, "20260103T000000",
                                           &n, &n), 0);
    assert_int_equal(listed(&st, LINES), LINES / 3);
    assert_int_equal(pyexec_segments(runs, &first, &last), 0);
    assert_true(first > 1);

    assert_int_equal(pyexec_history_remove(&st, &longer, NULL, &n, &n), 0);
    assert_int_equal(listed(&st, LINES), 0);
}


int
main(void)
{
    int  rc;

    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(removers_take_turns),
        cmocka_unit_test(long_histories_have_segments)
    };

    if (mkdtemp(workspace) == NULL) {
        return 1;
    }

    rc = cmocka_run_group_tests_name("history", tests, NULL, NULL);

    return pyexec_remove(AT_FDCWD, workspace, NULL) == 0 ? rc : 1;
}
