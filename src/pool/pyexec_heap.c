
/*
 * What a child pays for its memory: the kernel copies the zygote's page
 * tables when it forks, and then each page that the child writes to, 4 KB
 * for a reference count.
 */

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/mman.h>

#include "pyexec_heap.h"


/* of linux/mman.h, since Linux 6.1 */

#define PYEXEC_MADV_COLLAPSE    25

#define PYEXEC_HUGE             (2 * 1024 * 1024)

#define PYEXEC_HOLE             65536


static void pyexec_heap_plug(char *top);
static void pyexec_heap_collapse(char *start, char *end);


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
