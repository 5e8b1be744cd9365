
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/pyexec_log.h"


static void pyexec_log_line(unsigned level, const char *fmt, va_list args);


static int  (*pyexec_log_write)(unsigned level, const char *line);


void
pyexec_log_to(int (*write)(unsigned level, const char *line))
{
    pyexec_log_write = write;
}


void
pyexec_log(unsigned level, const char *fmt, ...)
{
    int      err;
    va_list  args;

    err = errno;

    va_start(args, fmt);
    pyexec_log_line(level, fmt, args);
    va_end(args);

    errno = err;
}


void
pyexec_die(const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    pyexec_log_line(PYEXEC_LOG_ERR, fmt, args);
    va_end(args);

    _exit(1);
}


static void
pyexec_log_line(unsigned level, const char *fmt, va_list args)
{
    char  line[PYEXEC_LOG_LINE];

    if (vsnprintf(line, sizeof(line), fmt, args) < 0) {
        return;
    }

    if (pyexec_log_write == NULL || pyexec_log_write(level, line) == -1) {
        dprintf(STDERR_FILENO, "pyexec-pool: %s\n", line);
    }
}
