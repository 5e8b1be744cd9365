
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pyexec_base64.h"
#include "base/pyexec_glob.h"
#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "base/pyexec_tree.h"
#include "run/pyexec_return.h"


/* marks of files */

#define PYEXEC_WANTED       1
#define PYEXEC_RETURNED     2


static int pyexec_return_wanted(const pyexec_run_t *run, const char *path);
static int pyexec_return_cmp(const void *one, const void *two);
static int pyexec_return_read(const pyexec_run_t *run,
    const pyexec_file_t *file, pyexec_buf_t *json);


void
pyexec_return_choose(pyexec_run_t *run)
{
    size_t          i, n;
    uint64_t        left;
    pyexec_file_t  *file, **wanted;

    if (run->request->return_files.len == 0 || run->files.nfiles == 0) {
        return;
    }

    wanted = calloc(run->files.nfiles, sizeof(pyexec_file_t *));
    if (wanted == NULL) {
        pyexec_die("calloc(): %m");
    }

    for (i = 0, n = 0; i < run->files.nfiles; i++) {
        file = &run->files.files[i];

        if (pyexec_return_wanted(run, file->path)) {
            file->mark = PYEXEC_WANTED;
            wanted[n++] = file;
        }
    }

    qsort(wanted, n, sizeof(pyexec_file_t *), pyexec_return_cmp);

    left = run->request->max_inline;

    for (i = 0; i < n && wanted[i]->size <= left; i++) {
        wanted[i]->mark = PYEXEC_RETURNED;
        left -= wanted[i]->size;
    }

    free(wanted);
}


static int
pyexec_return_wanted(const pyexec_run_t *run, const char *path)
{
    pyexec_str_t   pattern;
    pyexec_list_t  patterns;

    patterns = run->request->return_files;

    while (pyexec_list_next(&patterns, &pattern) == 1) {
        if (pyexec_glob(&pattern, path)) {
            return 1;
        }
    }

    return 0;
}


/* of files of one size, the first path comes first */

static int
pyexec_return_cmp(const void *one, const void *two)
{
    const pyexec_file_t  *a = *(pyexec_file_t *const *) one;
    const pyexec_file_t  *b = *(pyexec_file_t *const *) two;

    if (a->size != b->size) {
        return a->size < b->size ? -1 : 1;
    }

    return strcmp(a->path, b->path);
}


void
pyexec_return_file(yajl_gen g, const pyexec_run_t *run,
    const pyexec_file_t *file)
{
    pyexec_buf_t  json = { NULL, 0, 0 };
    pyexec_str_t  s;

    if (file->mark == PYEXEC_RETURNED
        && pyexec_return_read(run, file, &json) == 0)
    {
        s = pyexec_buf_str(&json);
        pyexec_json_raw(g, "content_base64", &s);

    } else if (file->mark) {
        pyexec_json_null(g, "content_base64");
    }

    pyexec_buf_free(&json);
}


/* no character of base64 has to be escaped in a string of JSON */

static int
pyexec_return_read(const pyexec_run_t *run, const pyexec_file_t *file,
    pyexec_buf_t *json)
{
    int           fd, rc;
    u_char       *last;
    struct stat   sb;
    pyexec_buf_t  contents = { NULL, 0, 0 };

    fd = pyexec_open_regular(run->dir, file->path, &sb);
    if (fd == -1) {
        return -1;
    }

    rc = (uint64_t) sb.st_size == file->size
         ? pyexec_read_all(fd, pyexec_buf_reserve(&contents, file->size + 1),
                           file->size) : -1;
    (void) close(fd);

    if (rc == 0) {
        pyexec_buf_add(json, "\"", 1);

        last = pyexec_base64_encode(pyexec_buf_reserve(json,
                                            PYEXEC_BASE64_LEN(file->size)),
                                    contents.data, file->size);
        json->len = last - json->data;

        pyexec_buf_add(json, "\"", 1);
    }

    pyexec_buf_free(&contents);

    return rc;
}
