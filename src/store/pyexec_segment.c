
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include <sys/stat.h>

#include "base/pyexec_tree.h"
#include "store/pyexec_segment.h"


#define PYEXEC_SEGMENTS     ".runs"


int
pyexec_segments(int runs, unsigned *first, unsigned *last)
{
    DIR            *d;
    unsigned        number;
    struct dirent  *de;

    *first = 1;
    *last = 0;

    d = pyexec_opendir(runs, PYEXEC_SEGMENTS);
    if (d == NULL) {
        return errno == ENOENT ? 0 : -1;
    }

    while ((de = pyexec_readdir(d)) != NULL) {

        if (sscanf(de->d_name, "%10u.jsonl", &number) != 1) {
            continue;
        }

        if (*last == 0 || number < *first) {
            *first = number;
        }

        if (number > *last) {
            *last = number;
        }
    }

    (void) closedir(d);

    return 0;
}


int
pyexec_segment_close(int runs)
{
    char         name[PYEXEC_SEGMENT_LEN];
    unsigned     first, last;
    struct stat  sb;

    if (fstatat(runs, PYEXEC_LINES, &sb, AT_SYMLINK_NOFOLLOW) == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    if (sb.st_size < PYEXEC_SEGMENT) {
        return 0;
    }

    if (pyexec_segments(runs, &first, &last) == -1
        || (mkdirat(runs, PYEXEC_SEGMENTS, 0777) == -1 && errno != EEXIST))
    {
        return -1;
    }

    pyexec_segment_name(name, last + 1);

    return renameat(runs, PYEXEC_LINES, runs, name);
}


void
pyexec_segment_name(char name[PYEXEC_SEGMENT_LEN], unsigned number)
{
    (void) snprintf(name, PYEXEC_SEGMENT_LEN, PYEXEC_SEGMENTS "/%010u.jsonl",
                    number);
}
