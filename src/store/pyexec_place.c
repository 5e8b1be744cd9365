
#include <errno.h>

#include <sys/stat.h>

#include "store/pyexec_place.h"


pyexec_place_e
pyexec_place(const pyexec_workspace_t *w)
{
    struct stat  now, then;

    if (stat(w->path, &now) == -1) {
        return errno == ENOENT || errno == ENOTDIR ? PYEXEC_PLACE_GONE
                                                   : PYEXEC_PLACE_SAME;
    }

    if (fstat(w->fd, &then) == -1
        || (now.st_dev == then.st_dev && now.st_ino == then.st_ino))
    {
        return PYEXEC_PLACE_SAME;
    }

    return PYEXEC_PLACE_OTHER;
}
