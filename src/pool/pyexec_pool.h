
/* The pool's processes and what they share. */

#ifndef _PYEXEC_POOL_H_INCLUDED_
#define _PYEXEC_POOL_H_INCLUDED_


#include <sys/resource.h>

#include "sandbox/pyexec_sandbox.h"


#define PYEXEC_MAX_WORKERS  512

/* names of what is loaded; bytes */

#define PYEXEC_MAX_ROOTS    4096


/* descriptors that nginx leaves open, beside standard error */

#define PYEXEC_FD_RUNS      3              /* control socket of runs */
#define PYEXEC_FD_FILES     4              /* of lists, fetches, clean-ups */
#define PYEXEC_FD_LOCK      5              /* locked by the pool that serves */

/* in a child: its socket to the runner, beside 0, 1 and 2 */

#define PYEXEC_CHILD_FD     3


typedef enum {
    PYEXEC_LIGHT = 0,                      /* the standard library */
    PYEXEC_FULL,                           /* and what preload= names */
    PYEXEC_KINDS
} pyexec_zygote_e;


/* in memory that the first process and the runners have mapped */

typedef struct {
    int                    full;           /* roots is complete */

    /* "numpy pandas ..": what the full zygote has, and the light not */

    char                   roots[PYEXEC_MAX_ROOTS];
} pyexec_shared_t;


typedef struct {
    const char            *name;
    unsigned               workers;
    uint64_t               max_requests;   /* forks of a zygote; 0: any */
    const char            *preload;        /* NULL: the default set */
    const char            *user;           /* to become, if started by root */
    uint32_t               retain[PYEXEC_MAX_WORKSPACES];  /* s; 0: for ever */

    pyexec_sandbox_t       sandbox;
    unsigned               kinds;          /* of zygotes: 1 or PYEXEC_KINDS */
    int                    queue[PYEXEC_KINDS][2];  /* [0] runners ask for a
                                                       child, [1] zygotes */
    int                    lifeline[2];    /* [0] ends when [1]'s only holder,
                                              the first process, does */
    int                    steward[2];     /* [0] runners ask root, [1] it
                                              is asked; -1: there is none */
    pyexec_shared_t       *shared;
} pyexec_pool_t;


/* fills the pool with what nginx said; dies where that is wrong */

void pyexec_params(pyexec_pool_t *pool, int argc, char **argv);


/*
 * What a zygote tells a runner of the child that it asked for, on the status
 * socket; born comes with a pidfd as SCM_RIGHTS.  It stays within the pool's
 * binary: no wire, no codec.
 */

typedef struct {
    enum {
        PYEXEC_BORN = 1,
        PYEXEC_DEAD
    }                      event;
    int                    status;         /* wait4()'s */
    struct rusage          usage;
} pyexec_vital_t;


/* the four descriptors of a request for a child, in this order */

enum {
    PYEXEC_VITALS = 0,                     /* the zygote's end of it */
    PYEXEC_JOB,                            /* the child's, its descriptor 3 */
    PYEXEC_OUT,
    PYEXEC_ERR,
    PYEXEC_GIFTS
};


/*
 * The processes.  Each starts as a fork of the first one and does not return.
 * link is a zygote's socket to the first process: it says READY there when it
 * can fork, LOG when it wants to be replaced, and is told there to retire: it
 * leaves when its children have.
 */

void pyexec_zygote(pyexec_pool_t *pool, pyexec_zygote_e kind, int link)
    __attribute__((noreturn));
void pyexec_child(pyexec_pool_t *pool, pyexec_zygote_e kind)
    __attribute__((noreturn));
void pyexec_runner(pyexec_pool_t *pool) __attribute__((noreturn));
void pyexec_clerk(pyexec_pool_t *pool) __attribute__((noreturn));
void pyexec_sweeper(pyexec_pool_t *pool) __attribute__((noreturn));


#endif /* _PYEXEC_POOL_H_INCLUDED_ */
