
/*
 * What the pool's processes have inherited may become stale: directories that
 * are workspaces no more, and mounts, which zygotes have copies of.  Then the
 * pool ends, as after a reload: runs under way end well, jobs wait in the
 * control socket, and nginx starts another pool, which opens all anew.
 */

#ifndef _PYEXEC_WATCH_H_INCLUDED_
#define _PYEXEC_WATCH_H_INCLUDED_


#include "sandbox/pyexec_walls.h"


typedef struct {
    int                    mounts;         /* /proc/self/mountinfo, or -1 */
    unsigned               changed:1;      /* some mounts, perhaps */
    uint64_t               gone;           /* a bit for each workspace whose
                                              path leads nowhere */
} pyexec_watch_t;


/*
 * Marks the mounts in the workspaces as those that zygotes will copy: in the
 * first process, before it forks any.  Dies if they can't be read.
 */

void pyexec_watch_mark(pyexec_sandbox_t *sb);

/* opens a process's own watch, or dies */

void pyexec_watch_open(pyexec_watch_t *watch, const pyexec_sandbox_t *sb);

/*
 * Looks at the workspaces, and at the mounts if some have changed, of which
 * POLLPRI on watch->mounts tells once: who polls that sets watch->changed.
 * Returns NULL, or a sentence if the pool is stale.
 */

const char *pyexec_watch(pyexec_watch_t *watch, const pyexec_sandbox_t *sb);

/* in the first process: the same, and logs what is new; returns 1 if stale */

int pyexec_watch_tell(pyexec_watch_t *watch, const pyexec_sandbox_t *sb);


#endif /* _PYEXEC_WATCH_H_INCLUDED_ */
