
/*
 * What a child pays for its memory: the kernel copies the zygote's page
 * tables when it forks, and then each page that the child writes to, 4 KB
 * for a reference count.  Most of these are the same in all runs: a child
 * that waits for its job can have them copied before.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/wait.h>

#include "pyexec_heap.h"
#include "pyexec_io.h"
#include "pyexec_python.h"


/* of linux/mman.h, since Linux 5.14 and 6.1 */

#define PYEXEC_MADV_POPULATE_WRITE  23
#define PYEXEC_MADV_COLLAPSE    25

#define PYEXEC_HUGE             (2 * 1024 * 1024)

#define PYEXEC_HOLE             65536

/* of Documentation/admin-guide/mm/pagemap.rst */

#define PYEXEC_PM_PRESENT       (1ull << 63)
#define PYEXEC_PM_FILE          (1ull << 61)
#define PYEXEC_PM_EXCLUSIVE     (1ull << 56)

#define PYEXEC_MAX_PARTS        1024
#define PYEXEC_MAX_PART         (1024 * 1024 * 1024)
#define PYEXEC_MAX_RANGES       8192

/* pages that are copied between two looks at the job's socket */

#define PYEXEC_BATCH            16


typedef struct {
    char                  *start;
    size_t                 pages;
} pyexec_range_t;


static void pyexec_heap_plug(char *top);
static void pyexec_heap_collapse(char *start, char *end);
static void pyexec_heap_report(int proc, void (*rehearse)(void), int to);
static void pyexec_heap_written(int pagemap, const pyexec_range_t *part,
    int to);


static pyexec_range_t     pyexec_ranges[PYEXEC_MAX_RANGES];
static size_t             pyexec_nranges;


void
pyexec_heap_settle(void)
{
    char             *end, *start, *top;
    struct mallinfo2  info;

    (void) malloc_trim(0);

    info = mallinfo2();

    end = sbrk(0);
    start = end - info.arena;
    top = end - info.keepcost;

    pyexec_heap_plug(top);
    pyexec_heap_collapse(start, top);
}


/*
 * What a child allocates is to be new memory, in one place, and not a hole
 * here and a hole there: so the holes are filled, for good, from large to
 * small.  New memory begins at top.
 */

static void
pyexec_heap_plug(char *top)
{
    char    *p;
    size_t   size;

    for (size = PYEXEC_HOLE; size >= 16; size -= size > 1024 ? size / 16 : 16)
    {
        for ( ;; ) {
            p = malloc(size);

            if (p == NULL || p >= top) {
                free(p);
                break;
            }
        }
    }
}


/* huge pages: a fork copies one entry instead of 512 */

static void
pyexec_heap_collapse(char *start, char *end)
{
    uintptr_t  from, to;

    from = ((uintptr_t) start + PYEXEC_HUGE - 1) & -(uintptr_t) PYEXEC_HUGE;
    to = (uintptr_t) end & -(uintptr_t) PYEXEC_HUGE;

    for ( /* void */ ; from < to; from += PYEXEC_HUGE) {
        (void) madvise((void *) from, PYEXEC_HUGE, PYEXEC_MADV_COLLAPSE);
    }
}


void
pyexec_heap_learn(int proc, void (*rehearse)(void))
{
    int      fd[2], null, status;
    char    *p;
    pid_t    pid;
    size_t   left;
    ssize_t  n;

    if (pipe2(fd, O_CLOEXEC) == -1) {
        return;
    }

    pyexec_python_before_fork();
    pid = fork();
    pyexec_python_after_fork(pid);

    if (pid == 0) {
        null = open("/dev/null", O_RDWR|O_CLOEXEC);

        if (null == -1 || dup2(null, STDOUT_FILENO) == -1
            || dup2(null, STDERR_FILENO) == -1)
        {
            _exit(1);
        }

        pyexec_heap_report(proc, rehearse, fd[1]);
        _exit(0);
    }

    (void) close(fd[1]);

    p = (char *) pyexec_ranges;
    left = sizeof(pyexec_ranges);

    while (pid != -1 && left && (n = read(fd[0], p, left)) > 0) {
        p += n;
        left -= n;
    }

    pyexec_nranges = (p - (char *) pyexec_ranges) / sizeof(pyexec_range_t);

    (void) close(fd[0]);

    if (pid != -1) {
        (void) waitpid(pid, &status, 0);
    }
}


void
pyexec_heap_copy(int fd)
{
    size_t           i, n;
    struct pollfd    pfd;
    pyexec_range_t  *range;

    pfd.fd = fd;
    pfd.events = POLLIN;

    n = PYEXEC_BATCH;

    for (i = 0; i < pyexec_nranges; i++) {

        if (n >= PYEXEC_BATCH) {
            n = 0;

            if (poll(&pfd, 1, 0) != 0) {
                return;
            }
        }

        /* not by writing there: the zygote may have given memory back */

        range = &pyexec_ranges[i];
        n += range->pages;

        if (madvise(range->start, range->pages * getpagesize(),
                    PYEXEC_MADV_POPULATE_WRITE)
            == -1 && errno == EINVAL)
        {
            return;
        }
    }
}


/*
 * The mappings are read before: what is new then is not the zygote's.  What is
 * as large as an AddressSanitizer's shadow is no data.
 */

static void
pyexec_heap_report(int proc, void (*rehearse)(void), int to)
{
    int              maps, pagemap;
    char            *start, *end, line[512], mode[5];
    FILE            *f;
    size_t           i, n;
    pyexec_range_t   parts[PYEXEC_MAX_PARTS];

    maps = openat(proc, "self/maps", O_RDONLY|O_CLOEXEC);
    pagemap = openat(proc, "self/pagemap", O_RDONLY|O_CLOEXEC);
    f = maps == -1 ? NULL : fdopen(maps, "r");

    if (f == NULL || pagemap == -1) {
        return;
    }

    for (n = 0; n < PYEXEC_MAX_PARTS && fgets(line, sizeof(line), f); ) {

        if (sscanf(line, "%p-%p %4s", (void **) &start, (void **) &end, mode)
            == 3
            && strcmp(mode, "rw-p") == 0 && strstr(line, "[stack]") == NULL
            && end - start < PYEXEC_MAX_PART)
        {
            parts[n].start = start;
            parts[n++].pages = (end - start) / getpagesize();
        }
    }

    rehearse();

    for (i = 0; i < n; i++) {
        pyexec_heap_written(pagemap, &parts[i], to);
    }
}


static void
pyexec_heap_written(int pagemap, const pyexec_range_t *part, int to)
{
    char            *p;
    size_t           i, n, left, page;
    ssize_t          size;
    uint64_t         entries[512];
    pyexec_range_t   range;

    page = getpagesize();
    p = part->start;
    range.pages = 0;

    for (left = part->pages; left; left -= n) {

        n = left < 512 ? left : 512;
        size = n * sizeof(uint64_t);

        if (pread(pagemap, entries, size, (uintptr_t) p / page * 8) != size) {
            break;
        }

        for (i = 0; i < n; i++, p += page) {

            if ((entries[i] & PYEXEC_PM_PRESENT)
                && (entries[i] & PYEXEC_PM_EXCLUSIVE)
                && !(entries[i] & PYEXEC_PM_FILE))
            {
                range.start = range.pages++ ? range.start : p;
                continue;
            }

            if (range.pages) {
                (void) pyexec_write_all(to, &range, sizeof(range));
                range.pages = 0;
            }
        }
    }

    if (range.pages) {
        (void) pyexec_write_all(to, &range, sizeof(range));
    }
}
