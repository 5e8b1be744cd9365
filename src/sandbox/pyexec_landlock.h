
/* Landlock: which paths a child may read and write, wherever it finds them. */

#ifndef _PYEXEC_LANDLOCK_H_INCLUDED_
#define _PYEXEC_LANDLOCK_H_INCLUDED_


#include "sandbox/pyexec_walls.h"


/* the kernel's ABI, or 0 with errno where there is no Landlock */

int pyexec_landlock_abi(void);

/*
 * In a zygote, at the root that its children will have: opens what every run
 * may read: the system's libraries, Python's, a few devices.  Returns NULL, or
 * the name of the call that failed, with errno; so do the next two.
 */

const char *pyexec_landlock_open(const pyexec_sandbox_t *sb);

/* in a child: makes a ruleset of that, and returns its descriptor */

const char *pyexec_landlock_begin(const pyexec_sandbox_t *sb, int *ruleset);

/* adds the run's own paths, and is in force from then on; closes ruleset */

const char *pyexec_landlock_confine(const pyexec_sandbox_t *sb, int ruleset,
    const pyexec_confine_t *c);


#endif /* _PYEXEC_LANDLOCK_H_INCLUDED_ */
