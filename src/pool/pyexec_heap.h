
/* The memory that a zygote's children begin with. */

#ifndef _PYEXEC_HEAP_H_INCLUDED_
#define _PYEXEC_HEAP_H_INCLUDED_


/*
 * Called once, in a zygote that has loaded all that it will: makes the C
 * library's heap cheap to fork and to go on with.  Nothing that fails here is
 * an error: the children are slower then.
 */

void pyexec_heap_settle(void);


#endif /* _PYEXEC_HEAP_H_INCLUDED_ */
