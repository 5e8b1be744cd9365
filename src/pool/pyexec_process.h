
/* The first process's view of the others. */

#ifndef _PYEXEC_PROCESS_H_INCLUDED_
#define _PYEXEC_PROCESS_H_INCLUDED_


#include "pool/pyexec_pool.h"
#include "python/memory/pyexec_pack.h"


typedef enum {
    PYEXEC_ZYGOTE = 0,
    PYEXEC_SCOUT,
    PYEXEC_RUNNER,
    PYEXEC_CLERK,
    PYEXEC_SWEEPER
} pyexec_role_e;


typedef struct {
    pyexec_role_e          role;
    pyexec_zygote_e        kind;           /* of a zygote, or a scout */
    pid_t                  pid;            /* 0: none */
    int                    link;           /* to a zygote; -1: none */
    unsigned               generation;     /* a zygote: its kind's, when it
                                              was started */
    unsigned               loaded:1;       /* a zygote: it forks */
    unsigned               retiring:1;     /* a zygote: another follows */
    uint64_t               born;
} pyexec_process_t;


/*
 * What is known of a kind of zygote.  A generation of them has one hash seed
 * and one layout; it ends when a scout has learned another.
 */

typedef struct {
    unsigned               generation;
    unsigned               scout:1;        /* one is to be sent */
    unsigned               worn:1;         /* zygotes have forked enough */
    pyexec_learned_t      *learned;        /* NULL: nothing is known yet */
    pyexec_learned_t      *scouted;        /* what a scout fills, or NULL */
} pyexec_lineage_t;


/*
 * Two for each zygote, one that serves and one that retires, a scout, a clerk
 * and a sweeper.
 */

#define PYEXEC_PROCESSES    (2 * PYEXEC_KINDS * PYEXEC_MAX_ZYGOTES            \
                             + PYEXEC_MAX_WORKERS + 3)


typedef struct {
    pyexec_pool_t          pool;
    char                   walls[512];
    int                    signals;
    unsigned               said_ready:1;
    unsigned               ending:1;
    pyexec_lineage_t       lineage[PYEXEC_KINDS];
    unsigned               nprocesses;
    pyexec_process_t       processes[PYEXEC_PROCESSES];
} pyexec_main_t;


/*
 * Makes room for a zygote's descriptors, one for each of its children, or
 * dies.
 */

void pyexec_process_descriptors(const pyexec_pool_t *pool);

/*
 * Forks the process that p describes: it does not return there.  Where it
 * can't, a pool that is not ready yet dies; later p's pid is 0.
 */

void pyexec_process_start(pyexec_main_t *m, pyexec_process_t *p);

/*
 * A zygote is to fork no more, and to leave when its children have; one that
 * still loads is killed.
 */

void pyexec_process_retire(pyexec_process_t *p);

/* "runner" */

const char *pyexec_process_name(const pyexec_process_t *p);


#endif /* _PYEXEC_PROCESS_H_INCLUDED_ */
