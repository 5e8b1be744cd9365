
/*
 * Where what a zygote loads lies: what runs write to is put together, since
 * of each page with one reference count that changes a child needs a copy.
 */

#ifndef _PYEXEC_PACK_H_INCLUDED_
#define _PYEXEC_PACK_H_INCLUDED_


#define PY_SSIZE_T_CLEAN
#include <Python.h>


/*
 * In a zygote that has loaded nothing yet, and has one thread: forks processes
 * that call load(data), which is what the zygote will do next, down to the
 * addresses and the hashes, with pyexec_heap_begin() before and
 * pyexec_heap_learn() behind it.  What they allocate and then write to is
 * known by its size and by how many of that size came before it.  Nothing
 * that fails here is an error: children copy more pages then.
 */

void pyexec_pack_learn(void (*load)(void *data), void *data);

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
