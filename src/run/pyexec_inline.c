
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include "base/pyexec_io.h"
#include "base/pyexec_tree.h"
#include "run/pyexec_inline.h"


#define PYEXEC_BLOCK        4096           /* a file or directory takes these */
#define PYEXEC_PART         65536          /* bytes, compared at a time */


static int pyexec_inline_memory(int fd, pyexec_str_t *s);
static int pyexec_inline_file(pyexec_run_t *run, char *path,
    const pyexec_str_t *contents, uint64_t *entries);
static int pyexec_inline_fits(pyexec_run_t *run);
static pyexec_file_t *pyexec_inline_find(const pyexec_run_t *run,
    const char *path);
static int pyexec_inline_next(pyexec_list_t *list,
    char path[PYEXEC_PATH_LEN + 1], pyexec_str_t *contents);
static int pyexec_inline_cmp(const void *path, const void *file);


int
pyexec_inline_map(pyexec_inline_t *in, const int given[PYEXEC_GIVEN])
{
    memset(in, 0, sizeof(pyexec_inline_t));

    if (given[0] == -1) {
        return 0;
    }

    if (pyexec_inline_memory(given[PYEXEC_GIVEN_INPUT], &in->input) == -1) {
        return -1;
    }

    if (pyexec_inline_memory(given[PYEXEC_GIVEN_FILES], &in->files) == -1) {
        pyexec_inline_unmap(in);
        return -1;
    }

    return 0;
}


static int
pyexec_inline_memory(int fd, pyexec_str_t *s)
{
    void         *p;
    struct stat   sb;

    if (fstat(fd, &sb) == -1) {
        return -1;
    }

    if (sb.st_size == 0) {
        return 0;
    }

    p = mmap(NULL, (size_t) sb.st_size, PROT_READ, MAP_SHARED, fd, 0);

    if (p == MAP_FAILED) {
        return -1;
    }

    s->data = p;
    s->len = (size_t) sb.st_size;

    return 0;
}


void
pyexec_inline_unmap(pyexec_inline_t *in)
{
    if (in->input.len) {
        (void) munmap((void *) in->input.data, in->input.len);
    }

    if (in->files.len) {
        (void) munmap((void *) in->files.data, in->files.len);
    }
}


int
pyexec_inline_put(pyexec_run_t *run)
{
    char           path[PYEXEC_PATH_LEN + 1];
    uint64_t       entries;
    pyexec_str_t   contents;
    pyexec_list_t  list;

    if (run->given->files.len == 0) {
        return 0;
    }

    if (!pyexec_inline_fits(run)) {
        return -1;
    }

    entries = 0;
    list = run->given->files;

    while (pyexec_inline_next(&list, path, &contents)) {
        if (pyexec_inline_file(run, path, &contents, &entries) == -1) {
            return -1;
        }
    }

    return 0;
}


static int
pyexec_inline_fits(pyexec_run_t *run)
{
    char           path[PYEXEC_PATH_LEN + 1];
    uint64_t       bytes;
    pyexec_str_t   contents;
    pyexec_list_t  list;

    bytes = 0;
    list = run->given->files;

    while (pyexec_inline_next(&list, path, &contents)) {
        bytes += (contents.len + PYEXEC_BLOCK - 1) / PYEXEC_BLOCK
                 * PYEXEC_BLOCK;

        if (contents.len > run->request->max_file_size) {
            run->refused = "files has one over pyexec_max_file_size";
            return 0;
        }
    }

    if (bytes > run->disk) {
        run->refused = "files takes more than pyexec_max_disk, or than the "
                       "session may hold yet";
    }

    return run->refused == NULL;
}


/*
 * Directories are made on the way.  There are no links to follow: all that is
 * in the run's directory has been made here.
 */

static int
pyexec_inline_file(pyexec_run_t *run, char *path, const pyexec_str_t *contents,
    uint64_t *entries)
{
    int    rc;
    char  *slash;

    for (slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {

        *slash = '\0';
        rc = mkdirat(run->dir, path, 0777);
        *slash = '/';

        *entries += rc == 0;

        if ((rc == -1 && errno != EEXIST) || *entries > run->request->max_files)
        {
            break;
        }
    }

    if (++*entries > run->request->max_files) {
        run->refused = "files has more files and directories than "
                       "pyexec_max_files";
        return -1;
    }

    rc = pyexec_write_new(run->dir, path, contents->data, contents->len);

    if (rc == -1 && (errno == EEXIST || errno == ENOTDIR || errno == EISDIR)) {
        run->refused = "files has a path twice, or as a file and a directory";
    }

    return rc;
}


void
pyexec_inline_unlist(pyexec_run_t *run)
{
    char            path[PYEXEC_PATH_LEN + 1];
    size_t          i, n;
    pyexec_str_t    contents;
    pyexec_scan_t  *s;
    pyexec_file_t  *file;
    pyexec_list_t   list;

    list = run->given->files;
    s = &run->files;

    while (pyexec_inline_next(&list, path, &contents)) {
        file = pyexec_inline_find(run, path);

        if (file && file->size == contents.len) {
            file->mark = pyexec_inline_same(run, path, &contents);
        }
    }

    for (i = 0, n = 0; i < s->nfiles; i++) {
        if (s->files[i].mark) {
            free(s->files[i].path);

        } else {
            s->files[n++] = s->files[i];
        }
    }

    s->nfiles = n;
}


static pyexec_file_t *
pyexec_inline_find(const pyexec_run_t *run, const char *path)
{
    return run->files.nfiles ? bsearch(path, run->files.files,
                                       run->files.nfiles,
                                       sizeof(pyexec_file_t),
                                       pyexec_inline_cmp)
                             : NULL;
}


static int
pyexec_inline_cmp(const void *path, const void *file)
{
    return strcmp(path, ((const pyexec_file_t *) file)->path);
}


int
pyexec_inline_same(const pyexec_run_t *run, const char *path,
    const pyexec_str_t *contents)
{
    int          fd, same;
    size_t       n, done;
    struct stat  sb;

    static char  part[PYEXEC_PART];

    fd = pyexec_open_regular(run->dir, path, &sb);
    if (fd == -1) {
        return 0;
    }

    same = (size_t) sb.st_size == contents->len;

    for (done = 0; same && done < contents->len; done += n) {
        n = contents->len - done < PYEXEC_PART ? contents->len - done
                                               : PYEXEC_PART;

        same = pyexec_read_all(fd, part, n) == 0
               && memcmp(part, contents->data + done, n) == 0;
    }

    (void) close(fd);

    return same;
}


/* returns 1 and the next file; 0 at the end, or where the list is malformed */

static int
pyexec_inline_next(pyexec_list_t *list, char path[PYEXEC_PATH_LEN + 1],
    pyexec_str_t *contents)
{
    pyexec_str_t  name;

    if (pyexec_list_next(list, &name) != 1
        || pyexec_list_next(list, contents) != 1
        || pyexec_given_error(&name))
    {
        return 0;
    }

    memcpy(path, name.data, name.len);
    path[name.len] = '\0';

    return 1;
}
