
/* The root directory that zygotes and their children have. */

#ifndef _PYEXEC_ROOT_H_INCLUDED_
#define _PYEXEC_ROOT_H_INCLUDED_


#include "sandbox/pyexec_walls.h"


/* the environment's prefix, and that of the Python which it was made with */

#define PYEXEC_PYTHON_PATHS 2


typedef struct {
    const char            *path;           /* NULL ends a table */
    unsigned               device:1;       /* may be written as well */
} pyexec_path_t;


/* what a child may read, in its own root or in the host's; not all exist */

extern const pyexec_path_t  pyexec_system_paths[];

/*
 * Fills paths with the prefixes that are not below /usr, and ends it.  The
 * strings live as long as the process.
 */

void pyexec_python_paths(const pyexec_sandbox_t *sb,
    pyexec_path_t paths[PYEXEC_PYTHON_PATHS + 1]);

/* 1 where path is dir or below it, as they are written, else 0 */

int pyexec_path_in(const char *path, const char *dir);

/*
 * In a mount namespace of one's own: makes a root of it that has the paths
 * above, read-only, and /workspace/0, 1, .., and enters it.  /tmp can be
 * written until pyexec_root_seal().  These return NULL, or the name of the
 * call that failed, with errno.
 */

const char *pyexec_root_build(const pyexec_sandbox_t *sb);
const char *pyexec_root_seal(void);

/*
 * In a child's mount namespace: mounts the run's session on /workspace, which
 * hides all the workspaces, and makes the run's directory current.  Returns
 * as above.
 */

const char *pyexec_root_show(const pyexec_confine_t *c);


#endif /* _PYEXEC_ROOT_H_INCLUDED_ */
