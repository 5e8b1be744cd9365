
/*
 * A session's directory may belong to another user, that of a program which
 * stores uploads, so that runners can't make code_exec in it.  If the pool was
 * started by root, its first process, which still is root, does that for them:
 * it is the steward.
 */

#ifndef _PYEXEC_STEWARD_H_INCLUDED_
#define _PYEXEC_STEWARD_H_INCLUDED_


#include "base/pyexec_str.h"
#include "sandbox/pyexec_walls.h"


/*
 * In the first process, before it forks: makes the socketpair, [0] for runners,
 * [1] for the first process; both are -1 if that is not root.  Returns 0, or -1
 * and errno.
 */

int pyexec_steward_open(int steward[2]);

/*
 * In a runner: requests that code_exec is made in the session if it is missing,
 * and is owned by the pool's user; waits for the answer.  Returns 0, or -1 and
 * errno: EACCES if the first process is not root, or has died.
 */

int pyexec_steward_ask(int steward, uint32_t workspace,
    const pyexec_str_t *session);

/* in the first process, when its socket is readable: serves one request */

void pyexec_steward_serve(int steward, const pyexec_sandbox_t *sb);


#endif /* _PYEXEC_STEWARD_H_INCLUDED_ */
