
/*
 * Sessions are made by others too: who uploads a file makes its directory,
 * as a user of their own.  Where the pool was started by root, its first
 * process, which is root still, gives the runners the code_exec in it.
 */

#ifndef _PYEXEC_STEWARD_H_INCLUDED_
#define _PYEXEC_STEWARD_H_INCLUDED_


#include "pool/pyexec_pool.h"


/* makes pool->steward; to be called before the first fork; -1 and errno */

int pyexec_steward_open(pyexec_pool_t *pool);

/*
 * In a runner: asks for code_exec in the session to be made, and to be the
 * pool's.  Returns 0, or -1 and errno; EACCES where nobody can be asked.
 */

int pyexec_steward_ask(pyexec_pool_t *pool, uint32_t workspace,
    const pyexec_str_t *session);

/* in the first process, when pool->steward[1] can be read */

void pyexec_steward_serve(pyexec_pool_t *pool);


#endif /* _PYEXEC_STEWARD_H_INCLUDED_ */
