
/* What the pool has to say, on its way to nginx's error log. */

#ifndef _PYEXEC_LOG_H_INCLUDED_
#define _PYEXEC_LOG_H_INCLUDED_


/* nginx's levels, as LOG carries them */

#define PYEXEC_LOG_ALERT    2
#define PYEXEC_LOG_ERR      4
#define PYEXEC_LOG_WARN     5
#define PYEXEC_LOG_NOTICE   6
#define PYEXEC_LOG_INFO     7


/* the longest line, bytes, with its terminator; what is over it is cut */

#define PYEXEC_LOG_LINE     2000


/*
 * From now on write() gets the lines.  Before, with NULL, and where it returns
 * -1, they go to standard error.
 */

void pyexec_log_to(int (*write)(unsigned level, const char *line));

/* both take printf()'s formats, %m among them */

void pyexec_log(unsigned level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* for what a process of the pool can't survive: says it and exits with 1 */

void pyexec_die(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));


#endif /* _PYEXEC_LOG_H_INCLUDED_ */
