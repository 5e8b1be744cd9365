
/* Which walls this system has, found by putting them up at start. */

#ifndef _PYEXEC_PROBE_H_INCLUDED_
#define _PYEXEC_PROBE_H_INCLUDED_


#include "sandbox/pyexec_walls.h"


/*
 * Logs a sentence and exits if a workspace contains, or is in, another one or
 * a path that all runs may read.  To be called before a workspace is given to
 * another user.
 */

void pyexec_probe_places(const pyexec_sandbox_t *sb);

/*
 * Builds the seccomp programs, puts up every wall in throw-away processes as
 * children do, and tries there what the walls have to stop.  Sets
 * sb->namespaces, landlock and the filters, and writes the walls in force to
 * text, one line for the log.
 *
 * Logs a sentence and exits if
 * - a wall is missing without which no pool runs: seccomp; both Landlock and
 *   the mount namespace; with sb->strict, any;
 * - a hard limit (setrlimit(2)) is below one that a run may have;
 * - the user of runs can't reach a workspace or Python by its path in the host,
 *   unless the pool was started by root and has mounts, which don't need that.
 *
 * To be called once, by the pool's first process, while it has one thread and,
 * if it was started by root, still is root.  That becomes a child subreaper.
 */

void pyexec_probe(pyexec_sandbox_t *sb, char *text, size_t size);


#endif /* _PYEXEC_PROBE_H_INCLUDED_ */
