
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sys/prctl.h>

#include "base/pyexec_title.h"


static char    *pyexec_title_rest;         /* in argv[], behind pool's name */
static size_t   pyexec_title_size;         /* bytes from there on */


void
pyexec_title_open(int argc, char **argv, const char *pool)
{
    char  *end;

    end = argv[argc - 1] + strlen(argv[argc - 1]) + 1;

    memset(argv[0], 0, end - argv[0]);

    (void) snprintf(argv[0], end - argv[0], "pyexec-pool %s", pool);

    pyexec_title_rest = argv[0] + strlen(argv[0]);
    pyexec_title_size = end - pyexec_title_rest;
}


void
pyexec_title(const char *name, const char *fmt, ...)
{
    va_list  args;

    (void) prctl(PR_SET_NAME, name);
    memset(pyexec_title_rest, 0, pyexec_title_size);

    va_start(args, fmt);
    (void) vsnprintf(pyexec_title_rest + 2, pyexec_title_size - 2, fmt, args);
    va_end(args);

    memcpy(pyexec_title_rest, ": ", 2);
}
