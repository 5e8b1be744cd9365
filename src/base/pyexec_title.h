
/* The name and the command line that ps(1) shows for a process. */

#ifndef _PYEXEC_TITLE_H_INCLUDED_
#define _PYEXEC_TITLE_H_INCLUDED_


/*
 * To be called once, in main(): sets the title to "pyexec-pool" and the pool's
 * name.  As /proc/[pid]/cmdline shows the memory of argv[], titles are written
 * there: the arguments are gone, and a title is cut to their length.
 */

void pyexec_title_open(int argc, char **argv, const char *pool);

/*
 * Sets the calling thread's name (/proc/[pid]/comm, cut to 15 bytes) and the
 * process's title: "pyexec-pool", the pool's name, ": ", and then fmt's text.
 */

void pyexec_title(const char *name, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


#endif /* _PYEXEC_TITLE_H_INCLUDED_ */
