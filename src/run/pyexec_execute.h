
/* Executes a run: makes its directory, its attempts, and its result. */

#ifndef _PYEXEC_EXECUTE_H_INCLUDED_
#define _PYEXEC_EXECUTE_H_INCLUDED_


#include "run/pyexec_run.h"
#include "sandbox/pyexec_walls.h"
#include "store/pyexec_store.h"
#include "wire/pyexec_wire.h"


/* size of the string that names the preloaded modules, in bytes */

#define PYEXEC_MAX_ROOTS    4096


/*
 * In memory that runners share.  The top-level modules that full zygotes have
 * imported and light ones have not, and those that are installed: the first
 * process writes them, and runners read them; names is complete before full is
 * first set, and installed before light is.
 */

typedef struct {
    int                    full;           /* a full zygote serves */
    char                   names[PYEXEC_MAX_ROOTS];  /* "numpy pandas " */
    int                    light;          /* a light one has been loaded */
    char                   installed[PYEXEC_MAX_ROOTS];
    uint64_t               drained;        /* see pyexec_drain() */
} pyexec_roots_t;


/* what a runner keeps from one run to the next */

typedef struct {
    pyexec_spares_t        spares;
    pyexec_roots_t        *roots;
    int                    control;        /* socket that jobs arrive on */
    int                    steward;        /* as pyexec_steward_ask()'s */
    const pyexec_workspace_t *workspaces;
} pyexec_executor_t;


/*
 * Serves one EXECUTE request on the job's socket client, which stays the
 * caller's.  A run that has not begun at the deadline (ms) is refused.  Takes a
 * child out of ex->spares for each attempt.  When this returns, RESULT or ERROR
 * has been sent; before it, a run that has begun has been recorded in the
 * history.
 */

void pyexec_execute(pyexec_executor_t *ex, pyexec_store_t *store,
    const pyexec_execute_t *request, const pyexec_inline_t *in, int client,
    uint64_t deadline);


#endif /* _PYEXEC_EXECUTE_H_INCLUDED_ */
