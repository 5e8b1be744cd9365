
/* A session's runs.jsonl, with anything in it. */

#include "fuzz.h"

#include <fcntl.h>
#include <unistd.h>

#include "store/pyexec_line.h"


#define FUZZ_RUN    "20260101T000000-0123456789ab"


static void fuzz_lines(int fd, size_t want);
static void fuzz_append(int dir, int fd, const uint8_t *data, size_t len);


int
fuzz(const uint8_t *data, size_t len)
{
    static int  dir = -1, fd = -1;

    if (fd == -1) {
        dir = open(".", O_RDONLY|O_DIRECTORY);
        fd = open(PYEXEC_LINES, O_RDWR|O_CREAT, 0600);
    }

    must(dir != -1 && fd != -1);
    must(ftruncate(fd, 0) == 0);
    must(pwrite(fd, data, len, 0) == (ssize_t) len);

    fuzz_lines(fd, 0);
    fuzz_lines(fd, 1);
    fuzz_lines(fd, 3);

    fuzz_append(dir, fd, data, len);

    return 0;
}


static void
fuzz_lines(int fd, size_t want)
{
    size_t          i;
    pyexec_str_t    id;
    pyexec_line_t   again;
    pyexec_lines_t  ls;

    memset(&ls, 0, sizeof(ls));

    if (pyexec_lines_read(&ls, fd, want) == -1) {
        pyexec_lines_free(&ls);
        return;
    }

    for (i = 0; i < ls.n; i++) {
        id.data = (u_char *) ls.line[i].run_id;
        id.len = strlen(ls.line[i].run_id);

        must(pyexec_run_id_valid(&id));
        must(memchr(ls.line[i].text.data, '\n', ls.line[i].text.len) == NULL);
        must(pyexec_lines_find(&ls, ls.line[i].run_id) != NULL);
        must(pyexec_line_parse(&again, &ls.line[i].text) == 0);
        must(strcmp(again.run_id, ls.line[i].run_id) == 0);
        must(strcmp(again.status, ls.line[i].status) == 0);
    }

    pyexec_lines_sort(&ls);

    for (i = 1; i < ls.n; i++) {
        must(strcmp(ls.line[i - 1].started_at, ls.line[i].started_at) <= 0);
    }

    pyexec_lines_free(&ls);
}


/* behind anything, a line that is written is read, and those before it too */

static void
fuzz_append(int dir, int fd, const uint8_t *data, size_t len)
{
    size_t           n;
    yajl_gen         g;
    pyexec_str_t     s = { len, data };
    pyexec_buf_t     line = { NULL, 0, 0 };
    pyexec_line_t   *last;
    pyexec_lines_t   ls;

    g = pyexec_json_gen(&line);

    pyexec_json_map(g, NULL);
    pyexec_json_text(g, "text", &s);
    pyexec_json_cstr(g, "run_id", FUZZ_RUN);
    yajl_gen_map_close(g);
    yajl_gen_free(g);

    pyexec_buf_add(&line, "\n", 1);

    memset(&ls, 0, sizeof(ls));
    must(pyexec_lines_read(&ls, fd, 0) != -1);
    n = ls.n;

    must(pyexec_lines_append(dir, &line) == 0);
    must(pyexec_lines_read(&ls, fd, 0) != -1);
    must(ls.n == n + 1);

    last = &ls.line[n];

    must(strcmp(last->run_id, FUZZ_RUN) == 0);
    must(last->text.len == line.len - 1);
    must(memcmp(last->text.data, line.data, line.len - 1) == 0);

    pyexec_lines_free(&ls);
    pyexec_buf_free(&line);
}
