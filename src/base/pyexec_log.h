
/* The log of the pool's processes. */

#ifndef _PYEXEC_LOG_H_INCLUDED_
#define _PYEXEC_LOG_H_INCLUDED_


/* the values of nginx's NGX_LOG_ALERT and so on */

#define PYEXEC_LOG_ALERT    2
#define PYEXEC_LOG_ERR      4
#define PYEXEC_LOG_WARN     5
#define PYEXEC_LOG_NOTICE   6
#define PYEXEC_LOG_INFO     7


/* bytes of a line with its NUL; longer ones are cut (nginx cuts at 2048) */

#define PYEXEC_LOG_LINE     2000


/*
 * Sets the function that is called with each line.  Until that is done, after
 * it was done with NULL, and if write() returns -1, lines go to standard
 * error.
 */

void pyexec_log_to(int (*write)(unsigned level, const char *line));

/* fmt is as for printf(), with %m for strerror(errno); errno is preserved */

void pyexec_log(unsigned level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* logs with PYEXEC_LOG_ERR and ends the process, by _exit(1) */

void pyexec_die(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));


#endif /* _PYEXEC_LOG_H_INCLUDED_ */
