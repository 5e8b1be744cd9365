
/* The pool's processes and what they share. */

#ifndef _PYEXEC_POOL_H_INCLUDED_
#define _PYEXEC_POOL_H_INCLUDED_


#include "python/memory/pyexec_pack.h"
#include "run/pyexec_execute.h"
#include "sandbox/pyexec_sandbox.h"


#define PYEXEC_MAX_WORKERS  512
#define PYEXEC_MAX_ZYGOTES  128            /* of a kind */

/* descriptors that nginx leaves open, beside standard error */

#define PYEXEC_FD_RUNS      3              /* control socket of runs */
#define PYEXEC_FD_FILES     4              /* of lists, fetches, clean-ups */
#define PYEXEC_FD_LOCK      5              /* locked by the pool that serves */

/* in a child: its socket to the runner, beside 0, 1 and 2 */

#define PYEXEC_CHILD_FD     3


typedef struct {
    const char            *name;
    unsigned               workers;
    uint64_t               max_requests;   /* forks of a zygote; 0: any */
    const char            *preload;        /* NULL: the default set */
    const char            *user;           /* to become, if started by root */
    uint32_t               retain[PYEXEC_MAX_WORKSPACES];  /* s; 0: for ever */

    pyexec_sandbox_t       sandbox;
    unsigned               kinds;          /* of zygotes: 1 or PYEXEC_KINDS */
    unsigned               zygotes[PYEXEC_KINDS];  /* how many of each */
    int                    queue[PYEXEC_KINDS][2];  /* [0] runners ask for a
                                                       child, [1] zygotes get
                                                       what they ask */
    int                    lifeline[2];    /* [0] ends when [1]'s only holder,
                                              the first process, does */
    int                    steward[2];     /* [0] runners ask root, [1] it
                                              is asked; -1: there is none */
    pyexec_roots_t        *roots;          /* mapped by the first process and
                                              the runners */
} pyexec_pool_t;


/* fills the pool with what nginx said; dies where that is wrong */

void pyexec_params(pyexec_pool_t *pool, int argc, char **argv);


/*
 * The processes.  Each starts as a fork of the first one and does not return.
 *
 * A zygote's link is its socket to the first process: it says READY there when
 * it can fork, WORN when it has forked max_requests times, and is told there
 * to retire: it leaves when its children have.  learned, unless NULL, tells
 * how its memory is to lie; it unmaps that.
 *
 * A scout fills learned, for zygotes that have its hash seed, and exits with
 * 0.
 */

void pyexec_zygote(pyexec_pool_t *pool, pyexec_zygote_e kind,
    pyexec_learned_t *learned, int link) __attribute__((noreturn));
void pyexec_scout(pyexec_pool_t *pool, pyexec_zygote_e kind,
    pyexec_learned_t *learned) __attribute__((noreturn));
void pyexec_child(pyexec_pool_t *pool, pyexec_zygote_e kind)
    __attribute__((noreturn));
void pyexec_runner(pyexec_pool_t *pool) __attribute__((noreturn));
void pyexec_clerk(pyexec_pool_t *pool) __attribute__((noreturn));
void pyexec_sweeper(pyexec_pool_t *pool) __attribute__((noreturn));


#endif /* _PYEXEC_POOL_H_INCLUDED_ */
