
/*
 * A runner's waiting children: forked and confined before there is a job, so
 * that a run has only to be handed over.
 */

#ifndef _PYEXEC_SPARE_H_INCLUDED_
#define _PYEXEC_SPARE_H_INCLUDED_


#include <poll.h>

#include "pool/pyexec_pool.h"


typedef struct {
    pyexec_zygote_e        kind;
    unsigned               ready:1;        /* has said so, and pidfd is there */
    unsigned               greeted:1;      /* has said so */
    int                    vitals;         /* -1: there is no child */
    int                    job;
    int                    out;            /* non-blocking, as is err */
    int                    err;
    int                    pidfd;
    int                    end;            /* as READY's, or -1 */
} pyexec_spare_t;


/*
 * Of the light kind a runner has two, one of which can be made while the other
 * is used; their slots are the first, and a pool without a full zygote has no
 * others.
 */

#define PYEXEC_SPARES(kinds)    ((kinds) + 1)
#define PYEXEC_MAX_SPARES       PYEXEC_SPARES(PYEXEC_KINDS)
#define PYEXEC_SPARE_POLLS      (2 * PYEXEC_MAX_SPARES)

/*
 * Asks the zygotes of the first kinds for a child for each slot without one
 * (vitals is -1); returns at once; dies without sockets.
 */

void pyexec_spares_ask(pyexec_spare_t *spares, pyexec_pool_t *pool,
    unsigned kinds);

/* whether each slot has a child, ready or not */

int pyexec_spares_complete(const pyexec_spare_t *spares,
    const pyexec_pool_t *pool);

/* returns the oldest of the kind that is ready, or one that is not */

pyexec_spare_t *pyexec_spares_find(pyexec_spare_t *spares,
    const pyexec_pool_t *pool, pyexec_zygote_e kind);

/* moves that one out of its slot */

void pyexec_spares_take(pyexec_spare_t *spares, pyexec_spare_t *sp,
    pyexec_spare_t *child);

/*
 * Fills pfd with what the children and their zygotes may say, and returns how
 * many it has filled; after poll(), takes that in, and drops the dead.
 */

unsigned pyexec_spares_poll(const pyexec_spare_t *spares,
    const pyexec_pool_t *pool, struct pollfd pfd[PYEXEC_SPARE_POLLS]);
void pyexec_spares_events(pyexec_spare_t *spares, const pyexec_pool_t *pool,
    const struct pollfd pfd[PYEXEC_SPARE_POLLS]);

/* closes all; the zygote then kills the child, if it lives */

void pyexec_spare_drop(pyexec_spare_t *sp);


#endif /* _PYEXEC_SPARE_H_INCLUDED_ */
