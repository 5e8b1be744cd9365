
/* A session's runs.jsonl, with anything in it. */

#include "fuzz.h"

#include <unistd.h>

#include <sys/mman.h>

#include "pyexec_line.h"


static void fuzz_lines(int fd, size_t want);


int
fuzz(const uint8_t *data, size_t len)
{
    static int  fd = -1;

    if (fd == -1) {
        fd = memfd_create("runs.jsonl", 0);
    }

    must(fd != -1);
    must(ftruncate(fd, 0) == 0);
    must(pwrite(fd, data, len, 0) == (ssize_t) len);

    fuzz_lines(fd, 0);
    fuzz_lines(fd, 1);
    fuzz_lines(fd, 3);

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
