
/* The walls are tried before the pool says that it is ready. */

#ifndef _PYEXEC_PROBE_H_INCLUDED_
#define _PYEXEC_PROBE_H_INCLUDED_


#include "sandbox/pyexec_walls.h"


/*
 * Dies with a sentence where a workspace and another one, or the system's or
 * Python's paths, are one in the other: to be called before a workspace is
 * given to another user.
 */

void pyexec_probe_places(const pyexec_sandbox_t *sb);

/*
 * Tries every wall in throw-away processes, as the children will put it up,
 * builds the seccomp programs.  Dies with a sentence where a wall
 * that must not be missing is: seccomp; Landlock and the mount namespace
 * both; with strict, any.  Run once by the pool's first process, which has one
 * thread and, if it was started by root, is root still.  Dies too where a hard
 * limit is below one that a run may have, and where the user that runs have
 * can't get to a workspace or to Python by their paths in the host, and has
 * to.  text gets the walls in force, one line for the log.
 */

void pyexec_probe(pyexec_sandbox_t *sb, char *text, size_t size);


#endif /* _PYEXEC_PROBE_H_INCLUDED_ */
