
/* Serves a request for a run: its directory, its attempts, its result. */

#ifndef _PYEXEC_EXECUTE_H_INCLUDED_
#define _PYEXEC_EXECUTE_H_INCLUDED_


#include "run/pyexec_spare.h"
#include "store/pyexec_store.h"
#include "wire/pyexec_wire.h"


/* names of what is loaded; bytes */

#define PYEXEC_MAX_ROOTS    4096


/* "numpy pandas ..": the modules that full zygotes have and light ones not */

typedef struct {
    int                    full;           /* a full zygote can be asked */
    char                   names[PYEXEC_MAX_ROOTS];
} pyexec_roots_t;


/* what a runner has for all its runs */

typedef struct {
    pyexec_spares_t        spares;
    const pyexec_roots_t  *roots;
    int                    control;        /* where jobs wait */
    int                    steward;        /* as pyexec_steward_ask()'s */
} pyexec_executor_t;


/*
 * Serves one EXECUTE on the socket client, with the executor's spares, of
 * which it uses up what it needs; one of them is ready at least.  The answer,
 * whatever it is, has been sent when this returns.
 */

void pyexec_execute(pyexec_executor_t *ex, pyexec_store_t *store,
    const pyexec_execute_t *request, int client);


#endif /* _PYEXEC_EXECUTE_H_INCLUDED_ */
