
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "base/pyexec_log.h"
#include "wire/pyexec_wire.h"


#define PYEXEC_LOG_LINE     2000


static void pyexec_log_line(unsigned level, const char *fmt, va_list args);


static int  pyexec_log_fd = -1;


void
pyexec_log_open(int fd)
{
    pyexec_log_fd = fd;
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
    int           n;
    char          line[PYEXEC_LOG_LINE];
    u_char        msg[PYEXEC_LOG_LINE + 64], *last;
    pyexec_log_t  log;

    n = vsnprintf(line, sizeof(line), fmt, args);

    if (n < 0) {
        return;
    }

    log.level = level;
    log.text.data = (u_char *) line;
    log.text.len = strlen(line);

    if (pyexec_log_fd != -1) {
        last = pyexec_wire_encode(msg, PYEXEC_MSG_LOG, &log);

        if (send(pyexec_log_fd, msg, last - msg, MSG_NOSIGNAL|MSG_DONTWAIT)
            != -1)
        {
            return;
        }
    }

    dprintf(STDERR_FILENO, "pyexec-pool: %s\n", line);
}
