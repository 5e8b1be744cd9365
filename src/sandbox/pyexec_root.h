
/*
 * The root directory of zygotes and their children.  The functions that return
 * a string return NULL, or the name of the call that failed, with errno.
 */

#ifndef _PYEXEC_ROOT_H_INCLUDED_
#define _PYEXEC_ROOT_H_INCLUDED_


#include "sandbox/pyexec_walls.h"


/* where a child with a mount namespace has its session */

#define PYEXEC_WORKSPACE    "/workspace"

/* the prefixes of the environment and of the Python that it was made with */

#define PYEXEC_PYTHON_PATHS 4


typedef struct {
    const char            *path;           /* NULL ends a table */
    unsigned               device:1;       /* may be written, too */
} pyexec_path_t;


/* what runs may read; a path that does not exist is left out */

extern const pyexec_path_t  pyexec_system_paths[];

/*
 * Sets paths to those prefixes of Python that are not below /usr, with a NULL
 * path behind the last.  The strings live as long as sb and the process.
 */

void pyexec_python_paths(const pyexec_sandbox_t *sb,
    pyexec_path_t paths[PYEXEC_PYTHON_PATHS + 1]);

/* returns 1 if path is dir or below it, by comparing the strings, else 0 */

int pyexec_path_in(const char *path, const char *dir);

/*
 * In a new mount namespace: builds a root in a tmpfs with the paths above,
 * read-only, and the workspaces as /workspace/0, /workspace/1 and so on, and
 * enters it by pivot_root().  /tmp in it is writable until pyexec_root_seal().
 */

const char *pyexec_root_build(const pyexec_sandbox_t *sb);
const char *pyexec_root_seal(void);

/*
 * In a child's mount namespace: mounts the run's session on /workspace, which
 * hides all workspaces, and changes to the run's directory in it.
 */

const char *pyexec_root_show(const pyexec_confine_t *c);


#endif /* _PYEXEC_ROOT_H_INCLUDED_ */
