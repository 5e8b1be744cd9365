
/*
 * The kernel tells which pages were written to, not which blocks.  So the
 * first process of a scout takes all blocks on such pages.  The second puts
 * each of these on a page of its own (or several, if there would be more than
 * PYEXEC_MAX_PAGES), and keeps those on pages that are written to again.
 */

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/pyexec_log.h"
#include "python/memory/pyexec_heap.h"
#include "python/memory/pyexec_pack.h"


/* of glibc's malloc(): alignment, and bytes of a chunk taken by its header */

#define PYEXEC_ALIGN        16
#define PYEXEC_OVERHEAD     8

#define PYEXEC_MAX_BLOCK    32768          /* bytes; larger ones stay */
#define PYEXEC_MAX_PAGES    32768          /* in the second process */
#define PYEXEC_MAX_HEAP     (1024 * 1024 * 1024)


typedef enum {
    PYEXEC_PACK_OFF = 0,
    PYEXEC_PACK_NOTE,                      /* a scout's first process */
    PYEXEC_PACK_APART,                     /* its second */
    PYEXEC_PACK_TOGETHER                   /* a zygote */
} pyexec_pack_e;


typedef struct {
    pyexec_block_t         block;
    char                  *start;
} pyexec_place_t;


static void pyexec_pack_scout(void (*load)(void *data), void *data)
    __attribute__((noreturn));
static void pyexec_pack_page(const char *page, unsigned usual);
static void pyexec_pack_found(pyexec_block_t *block, unsigned usual);
static void pyexec_pack_sort(void);
static int pyexec_pack_compare(const void *one, const void *two);
static void pyexec_pack_watch(void);
static void pyexec_pack_new_page(void);
static void *pyexec_pack_malloc(void *ctx, size_t size);
static void *pyexec_pack_calloc(void *ctx, size_t n, size_t size);
static void *pyexec_pack_realloc(void *ctx, void *p, size_t size);
static void pyexec_pack_free(void *ctx, void *p);
static void *pyexec_pack_place(pyexec_block_t *block, size_t size);
static void pyexec_pack_note(const char *p, const pyexec_block_t *block);


static pyexec_pack_e      pyexec_pack;
static PyMemAllocatorEx   pyexec_libc;
static uint32_t           pyexec_count[PYEXEC_MAX_BLOCK + 1];

static pyexec_learned_t  *pyexec_found;        /* filled by a scout */
static const pyexec_learned_t  *pyexec_learned;
static pyexec_place_t    *pyexec_places;       /* as learned; 0 ends it */
static pyexec_place_t    *pyexec_next[PYEXEC_MAX_BLOCK + 1];  /* by size */

/* set in the thread that loads: others may allocate without Python's lock */

static __thread unsigned  pyexec_loads;

/* volatile, or the compiler would leave out the malloc() */

static void *volatile     pyexec_filler;

/* in a scout: the heap's first page, and what begins at each 16 bytes of it */

static char              *pyexec_heap;
static pyexec_block_t    *pyexec_owners;


int
pyexec_pack_learn(pyexec_learned_t *learned, void (*load)(void *data),
    void *data)
{
    int            status;
    pid_t          pid;
    pyexec_pack_e  as;

    pyexec_found = learned;
    pyexec_learned = learned;

    for (as = PYEXEC_PACK_NOTE; as < PYEXEC_PACK_TOGETHER; as++) {

        pid = fork();

        if (pid == 0) {
            pyexec_pack = as;
            pyexec_pack_scout(load, data);
        }

        if (pid == -1 || waitpid(pid, &status, 0) != pid || status != 0) {
            return -1;
        }
    }

    return 0;
}


void
pyexec_pack_use(const pyexec_learned_t *learned)
{
    pyexec_pack = PYEXEC_PACK_TOGETHER;
    pyexec_learned = learned;
}


/* its output and its log are dropped: a zygote that loads the same has them */

static void
pyexec_pack_scout(void (*load)(void *data), void *data)
{
    int  null;

    null = open("/dev/null", O_RDWR|O_CLOEXEC);

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1
        || null == -1 || dup2(null, STDOUT_FILENO) == -1
        || dup2(null, STDERR_FILENO) == -1)
    {
        _exit(1);
    }

    pyexec_log_to(NULL);

    load(data);

    pyexec_found->n = 0;

    if (pyexec_heap) {
        pyexec_heap_each_written(pyexec_pack_page);
    }

    pyexec_pack_sort();

    _exit(0);
}


/* adds the blocks that begin on the page, and one that extends into it */

static void
pyexec_pack_page(const char *page, unsigned usual)
{
    size_t           i;
    pyexec_block_t  *block;

    if (page < pyexec_heap || page >= pyexec_heap + PYEXEC_MAX_HEAP) {
        return;
    }

    block = &pyexec_owners[(page - pyexec_heap) / PYEXEC_ALIGN];

    for (i = 0; i < getpagesize() / (size_t) PYEXEC_ALIGN; i++) {
        pyexec_pack_found(&block[i], usual);
    }

    for (i = PYEXEC_ALIGN; i < PYEXEC_MAX_BLOCK && block > pyexec_owners;
         i += PYEXEC_ALIGN)
    {
        block--;

        if (block->size) {
            if (block->size > i) {
                pyexec_pack_found(block, usual);
            }

            break;
        }
    }
}


static void
pyexec_pack_found(pyexec_block_t *block, unsigned usual)
{
    pyexec_block_t  *found;

    if (block->size && pyexec_found->n < PYEXEC_MAX_BLOCKS) {
        found = &pyexec_found->blocks[pyexec_found->n++];
        *found = *block;
        found->usual = usual;
    }
}


/* sorts the blocks, and removes the second of those that are on two pages */

static void
pyexec_pack_sort(void)
{
    size_t           i, n;
    pyexec_block_t  *blocks;

    blocks = pyexec_found->blocks;

    qsort(blocks, pyexec_found->n, sizeof(pyexec_block_t),
          pyexec_pack_compare);

    for (i = 0, n = 0; i < pyexec_found->n; i++) {
        if (n == 0 || blocks[i].size != blocks[n - 1].size
            || blocks[i].nth != blocks[n - 1].nth)
        {
            blocks[n++] = blocks[i];
        }
    }

    pyexec_found->n = n;
}


static int
pyexec_pack_compare(const void *one, const void *two)
{
    const pyexec_block_t  *a, *b;

    a = one;
    b = two;

    if (a->size != b->size) {
        return a->size < b->size ? -1 : 1;
    }

    if (a->nth != b->nth) {
        return a->nth < b->nth ? -1 : 1;
    }

    return a->usual - b->usual;
}


void
pyexec_pack_lay(void)
{
    size_t           i, n, laid, per_page;
    unsigned         usual;
    pyexec_place_t  *place;

    if (pyexec_pack == PYEXEC_PACK_OFF) {
        return;
    }

    if (pyexec_pack != PYEXEC_PACK_TOGETHER) {
        pyexec_pack_watch();
    }

    n = pyexec_learned->n;

    pyexec_places = mmap(NULL, (n + 1) * sizeof(pyexec_place_t),
                         PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS,
                         -1, 0);
    if (pyexec_places == MAP_FAILED) {
        return;
    }

    for (i = n; i > 0; i--) {
        place = &pyexec_places[i - 1];
        place->block = pyexec_learned->blocks[i - 1];
        pyexec_next[place->block.size] = place;
    }

    per_page = n / PYEXEC_MAX_PAGES + 1;
    laid = 0;

    for (usual = 0; usual <= 1; usual++) {
        for (place = pyexec_places; place < pyexec_places + n; place++) {

            if (place->block.usual != usual) {
                continue;
            }

            if (pyexec_pack == PYEXEC_PACK_APART && laid++ % per_page == 0) {
                pyexec_pack_new_page();
            }

            place->start = malloc(place->block.size);
        }
    }
}


static void
pyexec_pack_watch(void)
{
    void  *p;

    p = mmap(NULL, PYEXEC_MAX_HEAP / PYEXEC_ALIGN * sizeof(pyexec_block_t),
             PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE,
             -1, 0);

    if (p != MAP_FAILED) {
        pyexec_owners = p;
        pyexec_heap = (char *) ((uintptr_t) malloc(1) & -getpagesize());
    }
}


/*
 * Lets malloc()'s next chunk begin at a page.  As the heap has no holes, each
 * chunk lies behind the one before it: the end of p tells where the next is.
 */

static void
pyexec_pack_new_page(void)
{
    char    *p;
    size_t   left;

    p = malloc(1);

    left = -(uintptr_t) (p + malloc_usable_size(p) - PYEXEC_OVERHEAD)
           % getpagesize();

    if (left) {
        pyexec_filler = malloc(left - PYEXEC_OVERHEAD);
    }
}


void
pyexec_pack_end(void)
{
    if (pyexec_places) {
        (void) munmap(pyexec_places,
                      (pyexec_learned->n + 1) * sizeof(pyexec_place_t));
    }
}


void
pyexec_pack_allocator(PyMemAllocatorEx *allocator)
{
    if (pyexec_pack == PYEXEC_PACK_OFF) {
        return;
    }

    pyexec_libc = *allocator;
    pyexec_loads = 1;

    allocator->ctx = NULL;
    allocator->malloc = pyexec_pack_malloc;
    allocator->calloc = pyexec_pack_calloc;
    allocator->realloc = pyexec_pack_realloc;
    allocator->free = pyexec_pack_free;
}


static void *
pyexec_pack_malloc(void *ctx, size_t size)
{
    void            *p;
    pyexec_block_t   block;

    (void) ctx;

    p = pyexec_pack_place(&block, size);

    if (p == NULL) {
        p = pyexec_libc.malloc(pyexec_libc.ctx, size);
    }

    pyexec_pack_note(p, &block);

    return p;
}


static void *
pyexec_pack_calloc(void *ctx, size_t n, size_t size)
{
    void            *p;
    size_t           bytes;
    pyexec_block_t   block;

    (void) ctx;

    if (__builtin_mul_overflow(n, size, &bytes)) {
        return NULL;
    }

    p = pyexec_pack_place(&block, bytes);

    if (p) {
        (void) memset(p, 0, bytes);

    } else {
        p = pyexec_libc.calloc(pyexec_libc.ctx, n, size);
    }

    pyexec_pack_note(p, &block);

    return p;
}


static void *
pyexec_pack_realloc(void *ctx, void *p, size_t size)
{
    void            *to;
    size_t           old;
    pyexec_block_t   block;

    (void) ctx;

    to = pyexec_pack_place(&block, size);

    if (to == NULL) {
        to = pyexec_libc.realloc(pyexec_libc.ctx, p, size);

    } else if (p) {
        old = malloc_usable_size(p);
        (void) memcpy(to, p, old < size ? old : size);
        pyexec_pack_free(NULL, p);
    }

    pyexec_pack_note(to, &block);

    return to;
}


static void
pyexec_pack_free(void *ctx, void *p)
{
    const pyexec_block_t  none = { 0, 0, 0 };

    (void) ctx;

    pyexec_pack_note(p, &none);
    pyexec_libc.free(pyexec_libc.ctx, p);
}


/*
 * Counts the allocation, and sets block if it is to be watched.  Returns the
 * address of a learned block, or NULL: then the caller uses malloc().
 */

static void *
pyexec_pack_place(pyexec_block_t *block, size_t size)
{
    uint32_t         nth;
    pyexec_place_t  *place;

    memset(block, 0, sizeof(pyexec_block_t));

    if (!pyexec_loads || size == 0 || size > PYEXEC_MAX_BLOCK) {
        return NULL;
    }

    nth = pyexec_count[size]++;
    place = pyexec_next[size];

    if (place && place->block.size == size && place->block.nth == nth) {
        *block = place->block;
        pyexec_next[size]++;

        return place->start;
    }

    if (pyexec_pack == PYEXEC_PACK_NOTE) {
        block->size = size;
        block->nth = nth;
    }

    return NULL;
}


static void
pyexec_pack_note(const char *p, const pyexec_block_t *block)
{
    if (pyexec_heap && p >= pyexec_heap && p < pyexec_heap + PYEXEC_MAX_HEAP) {
        pyexec_owners[(p - pyexec_heap) / PYEXEC_ALIGN] = *block;
    }
}
