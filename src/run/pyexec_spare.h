
/*
 * A runner's spares: children that were forked and confined before there was
 * a job, so that a run has only to be handed over.
 */

#ifndef _PYEXEC_SPARE_H_INCLUDED_
#define _PYEXEC_SPARE_H_INCLUDED_


#include <poll.h>

#include "wire/pyexec_zygote_wire.h"


/*
 * Of the light kind a runner has two, one of which can be made while the other
 * is used; their slots are the first, and a pool without a full zygote has no
 * others.
 */

#define PYEXEC_SPARES(kinds)    ((kinds) + 1)
#define PYEXEC_MAX_SPARES       PYEXEC_SPARES(PYEXEC_KINDS)
#define PYEXEC_SPARE_POLLS      (2 * PYEXEC_MAX_SPARES)


/* a child, as its runner sees it: it waits, or it runs */

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
} pyexec_child_t;


typedef struct {
    unsigned               kinds;          /* of zygotes */
    int                    queue[PYEXEC_KINDS];  /* where they are asked */
    pyexec_child_t         slots[PYEXEC_MAX_SPARES];
} pyexec_spares_t;


/*
 * Asks the zygotes of the first kinds for a child for each slot without one
 * (vitals is -1); returns at once; dies without sockets.
 */

void pyexec_spares_ask(pyexec_spares_t *s, unsigned kinds);

/* whether each slot has a child, ready or not */

int pyexec_spares_complete(const pyexec_spares_t *s);

/* returns the oldest of the kind that is ready, or one that is not */

pyexec_child_t *pyexec_spares_find(pyexec_spares_t *s, pyexec_zygote_e kind);

/* moves the one of that slot out of it */

void pyexec_spares_take(pyexec_spares_t *s, pyexec_child_t *slot,
    pyexec_child_t *child);

/*
 * Fills pfd with what the children and their zygotes may say, and returns how
 * many it has filled; after poll(), takes that in, and drops the dead.
 */

unsigned pyexec_spares_poll(const pyexec_spares_t *s,
    struct pollfd pfd[PYEXEC_SPARE_POLLS]);
void pyexec_spares_events(pyexec_spares_t *s,
    const struct pollfd pfd[PYEXEC_SPARE_POLLS]);

/* closes all; the zygote then kills the child, if it lives */

void pyexec_child_drop(pyexec_child_t *c);


#endif /* _PYEXEC_SPARE_H_INCLUDED_ */
