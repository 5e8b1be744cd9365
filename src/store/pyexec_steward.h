
/*
 * Sessions are made by others too: who uploads a file makes its directory,
 * as a user of their own.  Where the pool was started by root, its first
 * process, which is root still, gives the runners the code_exec in it.
 */

#ifndef _PYEXEC_STEWARD_H_INCLUDED_
#define _PYEXEC_STEWARD_H_INCLUDED_


#include "base/pyexec_str.h"
#include "sandbox/pyexec_walls.h"


/*
 * Before the first fork: makes the steward's sockets, [0] the runners' and [1]
 * the first process's; both are -1 where that is not root.  Returns 0, or -1
 * and errno.
 */

int pyexec_steward_open(int steward[2]);

/*
 * In a runner: asks for code_exec in the session to be made, and to be the
 * pool's.  Returns 0, or -1 and errno; EACCES where nobody can be asked.
 */

int pyexec_steward_ask(int steward, uint32_t workspace,
    const pyexec_str_t *session);

/* in the first process, when its socket can be read */

void pyexec_steward_serve(int steward, const pyexec_sandbox_t *sb);


#endif /* _PYEXEC_STEWARD_H_INCLUDED_ */
