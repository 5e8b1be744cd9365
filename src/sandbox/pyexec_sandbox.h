
/*
 * The walls around a child.  What each stops is in SECURITY.md; the order in
 * which they go up, and why it is that one, is at the head of
 * pyexec_sandbox.c.
 */

#ifndef _PYEXEC_SANDBOX_H_INCLUDED_
#define _PYEXEC_SANDBOX_H_INCLUDED_


#include "sandbox/pyexec_walls.h"


/*
 * Forks a zygote, as fork() does: returns its pid to the pool's first
 * process (as seen there: it is that process's child), 0 in the zygote, -1
 * and errno where it failed.  The zygote is in its namespaces, pid 1 of its
 * pid namespace, at a root of its own with the system's libraries, Python
 * and the workspaces and nothing else; its uid is final.  Without namespaces
 * it is an ordinary child with the final uid.  Capabilities in its own user
 * namespace remain, for its children to arrange their mounts with.
 */

pid_t pyexec_sandbox_fork_zygote(pyexec_sandbox_t *sb);

/*
 * What fork_zygote does in between, for the probe: the calling process gets
 * its namespaces, root and uid; its next child is the zygote.  Returns as
 * prepare does.
 */

const char *pyexec_sandbox_enter(pyexec_sandbox_t *sb);

/* dies where a hard limit is below one of most */

void pyexec_sandbox_check_limits(const pyexec_sandbox_t *sb);

/*
 * Called in the zygote when its libraries are loaded: opens what the
 * children's Landlock rules need and drops what forking does not.  From then
 * on it can make no system calls but a run's, and those that children are
 * made and confined with.  Returns as prepare does.
 */

const char *pyexec_sandbox_zygote_ready(pyexec_sandbox_t *sb);

/* /proc, which is not at its root, O_PATH; until zygote_ready and after */

int pyexec_sandbox_proc(void);

/*
 * Forks a child of the zygote into a pid namespace of its own; returns as
 * fork() does.  PyOS_BeforeFork() and its like are the caller's to call.
 */

pid_t pyexec_sandbox_fork_child(pyexec_sandbox_t *sb);

/*
 * In a child.  prepare puts up what needs no job; confine all the rest, and
 * returns inside: the current directory is the run's, and nothing that the
 * filter refuses can be done any more.  Both return NULL, or the name of the
 * call that failed, with errno; the child must then report it and _exit().
 * Descriptors: those from keep on are closed, whatever they are.
 */

const char *pyexec_sandbox_prepare(pyexec_sandbox_t *sb, int keep);
const char *pyexec_sandbox_confine(pyexec_sandbox_t *sb,
    const pyexec_confine_t *c);


#endif /* _PYEXEC_SANDBOX_H_INCLUDED_ */
