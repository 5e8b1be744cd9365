
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "pool/pyexec_watch.h"
#include "sandbox/pyexec_root.h"
#include "store/pyexec_place.h"


#define PYEXEC_MOUNTS       "/proc/self/mountinfo"


static uint64_t pyexec_watch_mounts(const pyexec_sandbox_t *sb);
static unsigned pyexec_watch_inside(const pyexec_sandbox_t *sb,
    const char *line);
static void pyexec_watch_unescape(char *path);


void
pyexec_watch_mark(pyexec_sandbox_t *sb)
{
    unsigned             i;
    pyexec_workspace_t  *w;

    for (i = 0; i < sb->nworkspaces; i++) {
        w = &sb->workspaces[i];
        w->real = realpath(w->path, NULL);

        if (w->real == NULL) {
            pyexec_die("the workspace \"%s\" cannot be used: %m", w->path);
        }
    }

    sb->mounts = pyexec_watch_mounts(sb);
}


void
pyexec_watch_open(pyexec_watch_t *watch, const pyexec_sandbox_t *sb)
{
    memset(watch, 0, sizeof(pyexec_watch_t));

    watch->mounts = -1;
    watch->changed = 1;

    if (!pyexec_mounts(sb)) {
        return;
    }

    /* poll() reports a change once for each opening of the file */

    watch->mounts = open(PYEXEC_MOUNTS, O_RDONLY|O_CLOEXEC);

    if (watch->mounts == -1) {
        pyexec_die("open(" PYEXEC_MOUNTS "): %m");
    }
}


const char *
pyexec_watch(pyexec_watch_t *watch, const pyexec_sandbox_t *sb)
{
    unsigned        i;
    pyexec_place_e  place;

    watch->gone = 0;

    for (i = 0; i < sb->nworkspaces; i++) {
        place = pyexec_place(&sb->workspaces[i]);

        if (place == PYEXEC_PLACE_OTHER) {
            return "a workspace is another directory than before";
        }

        if (place == PYEXEC_PLACE_GONE) {
            watch->gone |= (uint64_t) 1 << i;
        }
    }

    if (watch->mounts == -1 || !watch->changed) {
        return NULL;
    }

    watch->changed = 0;

    return pyexec_watch_mounts(sb) != sb->mounts
           ? "there are other mounts in a workspace than before" : NULL;
}


int
pyexec_watch_tell(pyexec_watch_t *watch, const pyexec_sandbox_t *sb)
{
    unsigned     i;
    uint64_t     gone, bit;
    const char  *stale;

    gone = watch->gone;
    watch->changed |= watch->mounts != -1
                      && pyexec_poll(watch->mounts, POLLPRI, 0);
    stale = pyexec_watch(watch, sb);

    if (stale) {
        pyexec_log(PYEXEC_LOG_ERR, "%s: the pool is started anew", stale);
        return 1;
    }

    for (i = 0; i < sb->nworkspaces; i++) {
        bit = (uint64_t) 1 << i;

        if ((watch->gone ^ gone) & bit) {
            pyexec_log(PYEXEC_LOG_ERR, "the workspace \"%s\" is %s",
                       sb->workspaces[i].path,
                       gone & bit ? "there again" : "not there");
        }
    }

    return 0;
}


/* a hash, FNV-1a, of the lines about mounts on or in a workspace */

static uint64_t
pyexec_watch_mounts(const pyexec_sandbox_t *sb)
{
    FILE      *f;
    char      *line, *p;
    size_t     size;
    uint64_t   hash;

    f = fopen(PYEXEC_MOUNTS, "re");
    if (f == NULL) {
        pyexec_die("open(" PYEXEC_MOUNTS "): %m");
    }

    hash = 14695981039346656037u;
    line = NULL;
    size = 0;

    while (getline(&line, &size, f) != -1) {

        if (!pyexec_watch_inside(sb, line)) {
            continue;
        }

        for (p = line; *p; p++) {
            hash = (hash ^ (u_char) *p) * 1099511628211u;
        }
    }

    free(line);
    (void) fclose(f);

    return hash;
}


/* the fifth word of the line is where it is mounted */

static unsigned
pyexec_watch_inside(const pyexec_sandbox_t *sb, const char *line)
{
    char      path[4 * PATH_MAX];
    unsigned  i;

    if (sscanf(line, "%*s %*s %*s %*s %16383s", path) != 1) {
        return 0;
    }

    pyexec_watch_unescape(path);

    for (i = 0; i < sb->nworkspaces; i++) {
        if (pyexec_path_in(path, sb->workspaces[i].real)) {
            return 1;
        }
    }

    return 0;
}


/* the kernel writes blanks and the like in a path as "\040" */

static void
pyexec_watch_unescape(char *path)
{
    char      *to;
    unsigned   byte;

    for (to = path; *path; to++) {

        if (*path == '\\' && sscanf(path + 1, "%3o", &byte) == 1) {
            *to = (char) byte;
            path += 4;

        } else {
            *to = *path++;
        }
    }

    *to = '\0';
}
