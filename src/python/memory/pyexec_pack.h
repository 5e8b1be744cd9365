
/*
 * Where what a zygote loads lies: what runs write to is put together, since
 * of each page with one reference count that changes a child needs a copy.
 */

#ifndef _PYEXEC_PACK_H_INCLUDED_
#define _PYEXEC_PACK_H_INCLUDED_


#define PY_SSIZE_T_CLEAN
#include <Python.h>


#define PYEXEC_MAX_BLOCKS   262144


/* a block of memory, told by its place among all of its size */

typedef struct {
    uint16_t               size;           /* bytes; 0: none */
    uint16_t               usual;          /* not written to by all runs */
    uint32_t               nth;            /* of this size */
} pyexec_block_t;


/* the blocks that runs write to, of an interpreter with that hash seed */

typedef struct {
    uint32_t               hash_seed;
    uint32_t               n;
    pyexec_block_t         blocks[PYEXEC_MAX_BLOCKS];
} pyexec_learned_t;


/*
 * Forks two processes, one after the other, that call load(data): what a
 * zygote of that hash seed does, with pyexec_heap_begin(pyexec_pack_lay)
 * before and pyexec_heap_learn() behind it.  Fills learned, which must be in
 * memory that is mapped MAP_SHARED.  The calling process has one thread and
 * has loaded nothing.  Returns 0, or -1 where one of them failed.
 */

int pyexec_pack_learn(pyexec_learned_t *learned, void (*load)(void *data),
    void *data);

/*
 * In a zygote that has loaded nothing yet: pyexec_pack_lay() is to lay out
 * what was learned, which is not touched any more when pyexec_pack_end()
 * returns.
 */

void pyexec_pack_use(const pyexec_learned_t *learned);

/* takes memory, from where the heap has come to, for what was learned of */

void pyexec_pack_lay(void);

/*
 * Makes of an allocator that is malloc() and its kin one for what is loaded,
 * which need not be freed by the same.
 */

void pyexec_pack_allocator(PyMemAllocatorEx *allocator);

/* all is loaded: nothing is allocated by that any more */

void pyexec_pack_end(void);


#endif /* _PYEXEC_PACK_H_INCLUDED_ */
