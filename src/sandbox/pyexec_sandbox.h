
/*
 * Putting up the walls around a child.  SECURITY.md says what each stops, the
 * head of pyexec_sandbox.c in which order they go up, and why.  The functions
 * that return a string return NULL, or the name of the call that failed, with
 * errno.
 */

#ifndef _PYEXEC_SANDBOX_H_INCLUDED_
#define _PYEXEC_SANDBOX_H_INCLUDED_


#include "sandbox/pyexec_walls.h"


/*
 * Forks a zygote from the pool's first process, which must be a child subreaper
 * (PR_SET_CHILD_SUBREAPER).  Returns the zygote's pid there, 0 in the zygote,
 * or -1 and errno.  The zygote has its final uid.  With namespaces it is pid 1
 * of a pid namespace, its root holds libraries, Python and the workspaces, and
 * it keeps the capabilities of its user namespace, with which its children
 * mount.
 */

pid_t pyexec_sandbox_fork_zygote(pyexec_sandbox_t *sb);

/*
 * The part of fork_zygote() between its two forks, for the probe: gives the
 * calling process the zygote's namespaces, root and uid.  The next process that
 * it forks is pid 1 of the pid namespace.
 */

const char *pyexec_sandbox_enter(pyexec_sandbox_t *sb);

/* logs a sentence and exits if a hard limit is below one of sb->most */

void pyexec_sandbox_check_limits(const pyexec_sandbox_t *sb);

/*
 * In a zygote that has loaded its libraries: opens the paths for Landlock's
 * rules, notes the zygote's size for RLIMIT_AS, makes its root read-only, and
 * loads the zygote's seccomp filter.
 */

const char *pyexec_sandbox_zygote_ready(pyexec_sandbox_t *sb);

/*
 * In a zygote: returns a descriptor (O_PATH) of /proc, which its root does not
 * have.  Children inherit it; pyexec_sandbox_prepare() closes it.
 */

int pyexec_sandbox_proc(void);

/*
 * In a zygote: forks a child, into a pid namespace of its own if there are
 * namespaces.  Returns as fork() does.  The caller does before and after it
 * what the interpreter needs, PyOS_BeforeFork() and so on.
 */

pid_t pyexec_sandbox_fork_child(pyexec_sandbox_t *sb);

/*
 * In a child.  prepare() puts up the walls that do not depend on the run, and
 * closes all descriptors from keep on, except one of its own, which becomes
 * keep.  confine() puts up all others; then the current directory is the run's
 * and every wall is in force.  If one of them fails, the child must report it
 * and _exit(): it is not confined.
 */

const char *pyexec_sandbox_prepare(pyexec_sandbox_t *sb, int keep);
const char *pyexec_sandbox_confine(pyexec_sandbox_t *sb,
    const pyexec_confine_t *c);


#endif /* _PYEXEC_SANDBOX_H_INCLUDED_ */
