
/*
 * fork() copies the zygote's page tables, and later a page of 4 KB for each
 * page that the child writes to, were it only a reference count.  Most runs
 * write to the same pages: two rehearsals find these, and children that wait
 * for a job have them copied in advance.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include "base/pyexec_io.h"
#include "python/memory/pyexec_heap.h"


/* values of linux/mman.h, since Linux 5.14 and 6.1 */

#define PYEXEC_MADV_POPULATE_WRITE  23
#define PYEXEC_MADV_COLLAPSE    25

/* where pages have 64 KB, huge ones have 512 MB: too large, and not used */

#define PYEXEC_MAX_HUGE         (32 * 1024 * 1024)

#define PYEXEC_HOLE             65536

/* bits of an entry: Documentation/admin-guide/mm/pagemap.rst of the kernel */

#define PYEXEC_PM_PRESENT       (1ull << 63)
#define PYEXEC_PM_FILE          (1ull << 61)
#define PYEXEC_PM_EXCLUSIVE     (1ull << 56)

#define PYEXEC_MAX_PARTS        1024
#define PYEXEC_MAX_PART         (1024 * 1024 * 1024)
#define PYEXEC_MAX_RANGES       8192

/* pages that a child copies before it looks at the job's socket again */

#define PYEXEC_BATCH            64

/*
 * Milliseconds that a child waits before it copies the pages of rehearse(1),
 * which not all runs write to.
 */

#define PYEXEC_IDLE             30


typedef struct {
    char                  *start;
    size_t                 pages;
} pyexec_range_t;


typedef struct {
    pyexec_range_t         ranges[PYEXEC_MAX_RANGES];
    size_t                 n;
} pyexec_written_t;


static void pyexec_heap_plug(char *top);
static int pyexec_heap_collapse(char *start, char *end);
static int pyexec_heap_move_text(struct dl_phdr_info *info, size_t size,
    void *unused);
static void pyexec_heap_move(char *start, char *end, int prot);
static char *pyexec_heap_up(const char *p, uintptr_t to);
static int pyexec_heap_has(const pyexec_written_t *w, const char *page);
static int pyexec_heap_populate(int fd, const pyexec_written_t *w);
static void pyexec_heap_report(int proc, void (*rehearse)(unsigned usual),
    unsigned usual, int to);
static void pyexec_heap_written(int pagemap, const pyexec_range_t *part,
    int to);


extern char               _end;            /* of the program (end(3)) */

static ptrdiff_t          pyexec_huge;     /* bytes of a huge page */
static char              *pyexec_start;    /* of the heap in huge pages */
static pyexec_written_t   pyexec_written[2];


void
pyexec_heap_begin(void (*lay)(void))
{
    char       *end;
    ptrdiff_t   page;

    /* a huge page is what one page of page table entries, 8 bytes each, maps */

    page = getpagesize();
    pyexec_huge = page / 8 * page;

    if (pyexec_huge > PYEXEC_MAX_HUGE) {
        pyexec_huge = page;
    }

    end = sbrk(0);

    pyexec_heap_plug(end - mallinfo2().keepcost);
    lay();

    end = sbrk(0);
    pyexec_start = pyexec_heap_up(end, pyexec_huge);

    (void) sbrk(pyexec_start - end);

    pyexec_heap_plug(pyexec_start);
}


void
pyexec_heap_settle(void)
{
    char  *end, *to;

    (void) malloc_trim(0);

    end = sbrk(0);
    to = pyexec_heap_up(end, pyexec_huge);

    /* what children allocate lies behind the huge pages: none is split */

    if (sbrk(to - end) == end) {
        pyexec_heap_plug(end);
        (void) pyexec_heap_collapse(pyexec_start, to);
    }

    (void) dl_iterate_phdr(pyexec_heap_move_text, NULL);
}


/*
 * Allocates every free chunk below top, and never frees it, from large to
 * small.  Else a child's allocations would fill holes all over the heap, and
 * each of these pages would have to be copied.  An address below _end tells
 * that the heap can't grow: malloc() has mmap()ed.
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

            if (p == NULL || p >= top || p < &_end) {
                free(p);
                break;
            }
        }
    }
}


/*
 * Turns the memory from start on into huge pages.  Returns 0, or -1 and errno
 * if one of them failed.
 */

static int
pyexec_heap_collapse(char *start, char *end)
{
    int  rc;

    for (rc = 0; end - start >= pyexec_huge; start += pyexec_huge) {
        rc |= madvise(start, pyexec_huge, PYEXEC_MADV_COLLAPSE);
    }

    return rc;
}


/*
 * fork() does not copy page table entries of file mappings, so that each child
 * has a page fault for each part of the text that it runs.  The program's text,
 * with Python's if that is linked in, is therefore moved to anonymous huge
 * pages.  dl_iterate_phdr() calls this for the program first; returning 1 ends
 * that.
 */

static int
pyexec_heap_move_text(struct dl_phdr_info *info, size_t size, void *unused)
{
    char               *start;
    ElfW(Half)          i;
    const ElfW(Phdr)   *ph;

    (void) size;
    (void) unused;

#ifdef PYEXEC_ASAN

    /*
     * AddressSanitizer reports a memcpy() of whole segments: it reads the
     * redzones between globals.
     */

    return 1;

#endif

    for (i = 0; i < info->dlpi_phnum; i++) {

        ph = &info->dlpi_phdr[i];
        start = (char *) info->dlpi_addr + ph->p_vaddr;

        if (ph->p_type == PT_LOAD && !(ph->p_flags & PF_W)
            && start == pyexec_heap_up(start, pyexec_huge))
        {
            pyexec_heap_move(start, start + ph->p_memsz,
                             PROT_READ | (ph->p_flags & PF_X ? PROT_EXEC : 0));
        }
    }

    return 1;
}


/*
 * Replaces the mapping by a copy in huge pages, or leaves it as it is if these
 * can't be had: anonymous small pages would be slower than the file's.
 */

static void
pyexec_heap_move(char *start, char *end, int prot)
{
    char    *p, *q, *to;
    size_t   size;

    end = pyexec_heap_up(end, getpagesize());
    to = pyexec_heap_up(end, pyexec_huge);
    size = to - start;

    /* the address range up to the end of the last huge page must be free */

    if (end < to
        && mmap(end, to - end, PROT_NONE,
                MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED_NOREPLACE, -1, 0) != end)
    {
        return;
    }

    p = mmap(NULL, size + pyexec_huge, PROT_READ|PROT_WRITE,
             MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) {
        return;
    }

    q = pyexec_heap_up(p, pyexec_huge);
    memcpy(q, start, end - start);

    if (pyexec_heap_collapse(q, q + size) == 0
        && mprotect(q, size, prot) == 0
        && mremap(q, size, size, MREMAP_MAYMOVE|MREMAP_FIXED, start) == start)
    {
        (void) munmap(p, q - p);
        (void) munmap(q + size, p + pyexec_huge - q);
        return;
    }

    (void) munmap(p, size + pyexec_huge);
}


/* rounds p up to a multiple of to, a power of two */

static char *
pyexec_heap_up(const char *p, uintptr_t to)
{
    return (char *) (((uintptr_t) p + to - 1) & -to);
}


void
pyexec_heap_rehearse(int proc, pid_t (*fork_)(void),
    void (*rehearse)(unsigned usual), int reports[2])
{
    int       fd[2], null;
    pid_t     pid;
    unsigned  usual;

    for (usual = 0; usual <= 1; usual++) {

        reports[usual] = -1;

        if (pipe2(fd, O_CLOEXEC) == -1) {
            continue;
        }

        pid = fork_();

        if (pid == 0) {
            null = open("/dev/null", O_RDWR|O_CLOEXEC);

            if (null == -1 || dup2(null, STDOUT_FILENO) == -1
                || dup2(null, STDERR_FILENO) == -1)
            {
                _exit(1);
            }

            pyexec_heap_report(proc, rehearse, usual, fd[1]);
            _exit(0);
        }

        (void) close(fd[1]);
        reports[usual] = fd[0];
    }
}


void
pyexec_heap_learn(int report, unsigned usual)
{
    char              *p;
    size_t             left;
    ssize_t            n;
    pyexec_written_t  *w;

    w = &pyexec_written[usual];
    p = (char *) w->ranges;
    left = sizeof(w->ranges);

    while (left && (n = read(report, p, left)) > 0) {
        p += n;
        left -= n;
    }

    w->n = (p - (char *) w->ranges) / sizeof(pyexec_range_t);

    (void) close(report);
}


void
pyexec_heap_each_written(void (*page)(const char *start, unsigned usual))
{
    char                    *start;
    size_t                   i, n;
    unsigned                 usual;
    const pyexec_range_t    *range;
    const pyexec_written_t  *w;

    for (usual = 0; usual <= 1; usual++) {

        w = &pyexec_written[usual];

        for (i = 0; i < w->n; i++) {

            range = &w->ranges[i];

            for (n = 0; n < range->pages; n++) {
                start = range->start + n * getpagesize();

                if (!usual || !pyexec_heap_has(&pyexec_written[0], start)) {
                    page(start, usual);
                }
            }
        }
    }
}


static int
pyexec_heap_has(const pyexec_written_t *w, const char *page)
{
    size_t                 i;
    const pyexec_range_t  *range;

    for (i = 0; i < w->n; i++) {

        range = &w->ranges[i];

        if (page >= range->start
            && page < range->start + range->pages * getpagesize())
        {
            return 1;
        }
    }

    return 0;
}


void
pyexec_heap_copy(int fd)
{
    if (pyexec_heap_populate(fd, &pyexec_written[0]) == 0
        && !pyexec_poll(fd, POLLIN, PYEXEC_IDLE))
    {
        (void) pyexec_heap_populate(fd, &pyexec_written[1]);
    }
}


/* returns -1 if fd is readable, or if the kernel is older than 5.14 */

static int
pyexec_heap_populate(int fd, const pyexec_written_t *w)
{
    size_t                 i, n;
    const pyexec_range_t  *range;

    n = PYEXEC_BATCH;

    for (i = 0; i < w->n; i++) {

        if (n >= PYEXEC_BATCH) {
            n = 0;

            if (pyexec_poll(fd, POLLIN, 0)) {
                return -1;
            }
        }

        /* writing there could crash: a range may have been unmapped since */

        range = &w->ranges[i];
        n += range->pages;

        if (madvise(range->start, range->pages * getpagesize(),
                    PYEXEC_MADV_POPULATE_WRITE)
            == -1 && errno == EINVAL)
        {
            return -1;
        }
    }

    return 0;
}


/*
 * The mappings are listed before the rehearsal, as those that it makes are not
 * the zygote's.  Those of 1 GB and more are left out: AddressSanitizer's shadow
 * memory.
 */

static void
pyexec_heap_report(int proc, void (*rehearse)(unsigned usual), unsigned usual,
    int to)
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

    rehearse(usual);

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
