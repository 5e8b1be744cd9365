
/*
 * Landlock (landlock(7)): which files a child may read and write, by whatever
 * path it reaches them.  The functions that return a string return NULL, or
 * the name of the call that failed, with errno.
 */

#ifndef _PYEXEC_LANDLOCK_H_INCLUDED_
#define _PYEXEC_LANDLOCK_H_INCLUDED_


#include "sandbox/pyexec_walls.h"


/* returns the kernel's Landlock ABI, or 0 and errno if there is no Landlock */

int pyexec_landlock_abi(void);

/*
 * In a zygote, at the root that its children will have: opens the paths that
 * every run may read (libraries, Python's files, a few devices), from
 * descriptor PYEXEC_HIGH_FD on.
 */

const char *pyexec_landlock_open(const pyexec_sandbox_t *sb);

/* in a child: creates a ruleset for these paths, and sets its descriptor */

const char *pyexec_landlock_begin(const pyexec_sandbox_t *sb, int *ruleset);

/*
 * In a child, which must have no_new_privs: adds the run's own paths and
 * enforces the ruleset on the calling thread.  Closes the ruleset.
 */

const char *pyexec_landlock_confine(const pyexec_sandbox_t *sb, int ruleset,
    const pyexec_confine_t *c);


#endif /* _PYEXEC_LANDLOCK_H_INCLUDED_ */
