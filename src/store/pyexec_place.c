
#include <errno.h>

#include <sys/stat.h>

#include "store/pyexec_place.h"


pyexec_place_e
pyexec_place(const pyexec_workspace_t *w)
{
    struct stat  now;

    if (stat(w->path, &now) == -1) {
        return errno == ENOENT || errno == ENOTDIR ? PYEXEC_PLACE_GONE
                                                   : PYEXEC_PLACE_SAME;
    }

    return now.st_dev == w->dev && now.st_ino == w->ino ? PYEXEC_PLACE_SAME
                                                        : PYEXEC_PLACE_OTHER;
}
