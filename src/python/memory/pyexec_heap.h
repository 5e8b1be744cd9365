
/*
 * Arranging a zygote's memory so that its children fork and start faster.  A
 * child pays for page table entries that fork() copies, and for each page that
 * it writes to: the kernel copies that on the first write.  If a step fails,
 * for instance on an older kernel, children are slower and nothing else.
 */

#ifndef _PYEXEC_HEAP_H_INCLUDED_
#define _PYEXEC_HEAP_H_INCLUDED_


#include <sys/types.h>


/*
 * First, in a zygote that has loaded nothing yet: moves the end of the heap to
 * the start of a huge page, from where on everything is allocated.  Calls
 * lay() before that, for blocks that are to lie in small pages.
 */

void pyexec_heap_begin(void (*lay)(void));

/*
 * Second, when the zygote has loaded everything: fills the holes in the heap
 * and puts the heap and the program's text into huge pages, each of which needs
 * one page table entry instead of 512 (2 MB where a page has 4 KB).
 */

void pyexec_heap_settle(void);

/*
 * Third: forks two processes, which call rehearse(0), what every run does, and
 * rehearse(1), what most do.  Each then reports which pages of the heap and of
 * the libraries' data were written to.  fork_() is fork() with what the
 * interpreter needs around it, proc a descriptor of /proc.  Sets reports to
 * pipes to read the reports from, or -1.
 */

void pyexec_heap_rehearse(int proc, pid_t (*fork_)(void),
    void (*rehearse)(unsigned usual), int reports[2]);

/*
 * Reads a report and closes the pipe; blocks until the rehearsal is over, which
 * makes the pipe readable.  The caller reaps the process.
 */

void pyexec_heap_learn(int report, unsigned usual);

/*
 * Calls page() for each page that a rehearsal wrote to: with usual 0 for those
 * of rehearse(0), with 1 for those of rehearse(1) only.
 */

void pyexec_heap_each_written(void (*page)(const char *start,
    unsigned usual));

/*
 * In a child that waits for a job: has the kernel copy the pages of
 * rehearse(0), and after 30 ms those of rehearse(1).  Returns when that is done
 * or fd, the job's socket, is readable.
 */

void pyexec_heap_copy(int fd);


#endif /* _PYEXEC_HEAP_H_INCLUDED_ */
