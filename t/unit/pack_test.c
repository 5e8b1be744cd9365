
/* an interpreter is loaded, three times, with blocks of our own beside it */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include <sys/mman.h>

#include "python/memory/pyexec_heap.h"
#include "python/memory/pyexec_pack.h"
#include "python/pyexec_output.h"
#include "python/pyexec_python.h"


#define BLOCKS  20000
#define EACH    97              /* of them is written to */
#define FEW     (BLOCKS / EACH / 4)

#define PAGE(p) ((uintptr_t) (p) / getpagesize())


static unsigned char  *blocks[BLOCKS];
static int             proc;


static size_t
size(unsigned i)
{
    return 40 + i % 11 * 16;
}


/* each is as it was asked for, whichever way */

static void
load(void *data)
{
    unsigned  i;
    void     *p;

    (void) data;

    pyexec_heap_begin(pyexec_pack_lay);
    pyexec_python_init("/usr", 1);

    for (i = 0; i < BLOCKS; i++) {

        switch (i % 3) {

        case 0:
            p = PyObject_Malloc(size(i));
            break;

        case 1:
            p = PyObject_Calloc(1, size(i));
            assert_non_null(p);
            assert_int_equal(((char *) p)[0], 0);
            assert_int_equal(((char *) p)[size(i) - 1], 0);
            break;

        default:
            p = PyObject_Malloc(24);
            assert_non_null(p);
            memset(p, 7, 24);
            p = PyObject_Realloc(p, size(i));
            assert_non_null(p);
            assert_int_equal(((char *) p)[23], 7);
        }

        assert_non_null(p);
        memset(p, i % 251, size(i));
        blocks[i] = p;
    }
}


static void
rehearse(unsigned usual)
{
    unsigned  i;

    for (i = usual ? EACH / 2 : 0; i < BLOCKS; i += EACH) {
        blocks[i][size(i) / 2]++;
    }
}


static void
load_and_learn(void *data)
{
    int  reports[2];

    load(data);
    pyexec_heap_rehearse(proc, pyexec_python_fork, rehearse, reports);
    pyexec_heap_learn(reports[0], 0);
    pyexec_heap_learn(reports[1], 1);
}


static unsigned
pages(unsigned first)
{
    unsigned   i, n;
    uintptr_t  seen[BLOCKS / EACH + 1], *p;

    for (i = first, n = 0; i < BLOCKS; i += EACH) {

        seen[n] = PAGE(blocks[i]);

        for (p = seen; *p != PAGE(blocks[i]); p++) { /* void */ }

        n += p == &seen[n];
    }

    return n;
}


static void
test_together(void **state)
{
    unsigned           i, j, all, usual;
    pyexec_learned_t  *learned;

    (void) state;

    proc = open("/proc", O_PATH|O_DIRECTORY|O_CLOEXEC);
    assert_true(proc != -1);

    pyexec_python_preinit();
    pyexec_output_register();
    learned = mmap(NULL, sizeof(pyexec_learned_t), PROT_READ|PROT_WRITE,
                   MAP_SHARED|MAP_ANONYMOUS, -1, 0);
    assert_true(learned != MAP_FAILED);

    assert_int_equal(pyexec_pack_learn(learned, load_and_learn, NULL), 0);
    pyexec_pack_use(learned);
    load(NULL);

    all = pages(0);
    usual = pages(EACH / 2);

    print_message("%u blocks on %u pages, %u on %u\n", BLOCKS / EACH + 1, all,
                  BLOCKS / EACH, usual);

    assert_true(all >= 1 && all <= FEW);
    assert_true(usual >= 1 && usual <= FEW);

    /* no two of them overlap */

    for (i = 0; i < BLOCKS; i++) {
        for (j = 0; j < size(i); j++) {
            assert_int_equal(blocks[i][j], i % 251);
        }
    }

    pyexec_heap_settle();
    pyexec_python_settled();

    for (i = 0; i < BLOCKS; i++) {
        blocks[i] = PyObject_Realloc(blocks[i], 2 * size(i));
        assert_non_null(blocks[i]);
        assert_int_equal(blocks[i][size(i) - 1], i % 251);
        PyObject_Free(blocks[i]);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_together)
    };

#ifdef PYEXEC_ASAN

    /* whose malloc() does not lay one block behind the other */

    (void) tests;
    puts("1..0 # SKIP malloc() is AddressSanitizer's");

    return 0;

#endif

    return cmocka_run_group_tests(tests, NULL, NULL);
}
