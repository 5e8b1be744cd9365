
/* The pool's processes, and what each inherits from the first one. */

#ifndef _PYEXEC_POOL_H_INCLUDED_
#define _PYEXEC_POOL_H_INCLUDED_


#include "python/memory/pyexec_pack.h"
#include "run/pyexec_execute.h"
#include "sandbox/pyexec_sandbox.h"


#define PYEXEC_MAX_WORKERS  512
#define PYEXEC_MAX_ZYGOTES  128            /* of a kind */

/* descriptors that nginx passes to this program, beside standard error */

#define PYEXEC_FD_RUNS      3              /* control socket for runs */
#define PYEXEC_FD_FILES     4              /* for lists, clean-ups, files */
#define PYEXEC_FD_LOCK      5              /* file that a serving pool locks */

/* a child's descriptor of its socket to the runner; 0 to 2 are its streams */

#define PYEXEC_CHILD_FD     3


typedef struct {
    const char            *name;
    unsigned               workers;
    uint64_t               max_requests;   /* forks of a zygote; 0: no limit */
    const char            *preload;        /* "a,b"; NULL: the default set */
    const char            *user;           /* to become, if started by root */
    pyexec_keep_t          keep[PYEXEC_MAX_WORKSPACES];

    pyexec_sandbox_t       sandbox;
    unsigned               kinds;          /* of zygotes: 1 or PYEXEC_KINDS */
    unsigned               zygotes[PYEXEC_KINDS];  /* how many of each */
    int                    queue[PYEXEC_KINDS][2];  /* requests for children:
                                                       [0] runners write, [1]
                                                       zygotes read */
    int                    lifeline[2];    /* pipe: [0] hangs up when the first
                                              process, alone with [1], ends */
    int                    steward[2];     /* pyexec_steward_open()'s */
    pyexec_roots_t        *roots;          /* shared memory, unmapped in
                                              zygotes and scouts */
} pyexec_pool_t;


/* parses the arguments that nginx started this program with, or dies */

void pyexec_params(pyexec_pool_t *pool, int argc, char **argv);


/*
 * The main functions of the processes.  A child is forked by its zygote, all
 * others by the first process.
 *
 * A zygote's link is its socket to the first process.  It sends READY there
 * when it has loaded its modules, and WORN after every max_requests forks.  A
 * byte received there retires it: it forks no more, and exits with its last
 * child.  learned, unless NULL, is a scout's result, which lays out the
 * zygote's memory; the zygote unmaps it.
 *
 * A scout loads the same modules to learn which memory runs write to, fills
 * learned, which is shared memory, and exits with 0 if that went well.
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
