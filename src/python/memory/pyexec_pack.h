
/*
 * Packing the blocks of memory that runs write to, mostly objects whose
 * reference counts change, onto few pages of a zygote's heap: a child has to
 * copy every page that has one of them.
 *
 * Interpreters with the same hash seed that load the same modules allocate in
 * the same order.  A block is therefore identified by its size and its number
 * among all allocations of that size.
 */

#ifndef _PYEXEC_PACK_H_INCLUDED_
#define _PYEXEC_PACK_H_INCLUDED_


#define PY_SSIZE_T_CLEAN
#include <Python.h>


#define PYEXEC_MAX_BLOCKS   262144


typedef struct {
    uint16_t               size;           /* bytes; 0: no block */
    uint16_t               usual;          /* 0: all runs write to it;
                                              1: rehearse(1) only */
    uint32_t               nth;            /* among those of its size, from 0 */
} pyexec_block_t;


/* blocks that runs write to, sorted by size and nth */

typedef struct {
    uint32_t               hash_seed;
    uint32_t               n;
    pyexec_block_t         blocks[PYEXEC_MAX_BLOCKS];
} pyexec_learned_t;


/*
 * In a scout, a process with one thread that has loaded nothing: forks two
 * processes, one after the other, that call load(data).  That is to do what a
 * zygote with learned->hash_seed does, from pyexec_heap_begin(pyexec_pack_lay)
 * to pyexec_heap_learn().  Fills learned, which must be mapped MAP_SHARED.
 * Returns 0, or -1 if one of the processes failed.
 */

int pyexec_pack_learn(pyexec_learned_t *learned, void (*load)(void *data),
    void *data);

/*
 * In a zygote that has loaded nothing yet: sets what pyexec_pack_lay() packs.
 * learned must stay until pyexec_pack_end() has returned.
 */

void pyexec_pack_use(const pyexec_learned_t *learned);

/* allocates the learned blocks, one behind the other, at the heap's end */

void pyexec_pack_lay(void);

/*
 * Replaces allocator's functions, which must be malloc() and so on, by some
 * that return the learned blocks.  Their memory can be freed by either.
 */

void pyexec_pack_allocator(PyMemAllocatorEx *allocator);

/* to be called when all is loaded, and that allocator is not used any more */

void pyexec_pack_end(void);


#endif /* _PYEXEC_PACK_H_INCLUDED_ */
