
/* The memory that a zygote's children begin with. */

#ifndef _PYEXEC_HEAP_H_INCLUDED_
#define _PYEXEC_HEAP_H_INCLUDED_


#include <sys/types.h>


/*
 * Called once, in a zygote that has loaded nothing yet: what it will load
 * begins at a huge page.  lay() is called in between, to take memory that is
 * to lie before all that.
 */

void pyexec_heap_begin(void (*lay)(void));

/*
 * Then, when it has loaded all that it will: makes the C library's heap and
 * the program's text cheap to fork and to go on with.  Nothing that fails here
 * is an error: the children are slower then.
 */

void pyexec_heap_settle(void);

/*
 * Then, once: forks two processes that call rehearse() and report which pages
 * of the heap and of the libraries' data that has written to: rehearse(0) does
 * what all runs do, rehearse(1) what is usual.  It has no standard output.
 * proc is /proc, O_PATH; fork_ is fork(), with what the interpreter wants done
 * around it.  reports gets descriptors for what they report, or -1.
 */

void pyexec_heap_rehearse(int proc, pid_t (*fork_)(void),
    void (*rehearse)(unsigned usual), int reports[2]);

/*
 * Takes in a report, which can be read when the rehearsal is over, and closes
 * it.  The caller reaps the process.
 */

void pyexec_heap_learn(int report, unsigned usual);

/*
 * Calls page() with the start of each of them, and with what rehearse() was
 * called with; those that all runs write to are not among the usual ones.
 */

void pyexec_heap_each_written(void (*page)(const char *start,
    unsigned usual));

/*
 * In a child that has nothing else to do: makes copies of those pages, of the
 * usual ones after a while only, until all are made or there is something to
 * read from fd.
 */

void pyexec_heap_copy(int fd);


#endif /* _PYEXEC_HEAP_H_INCLUDED_ */
