
/* What ps shows of a process. */

#ifndef _PYEXEC_TITLE_H_INCLUDED_
#define _PYEXEC_TITLE_H_INCLUDED_


/*
 * Once, in the program's main(): takes the memory of argv for titles, which
 * begin with "pyexec-pool" and the name of the pool.  Nothing of argv is to be
 * used after it.  A title that is longer than the arguments were is cut.
 */

void pyexec_title_open(int argc, char **argv, const char *pool);

/*
 * Sets the name of the calling process, 15 bytes at most, and its title: what
 * comes behind the pool's name, in printf()'s format.
 */

void pyexec_title(const char *name, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


#endif /* _PYEXEC_TITLE_H_INCLUDED_ */
