
/*
 * A runner's spares: children that are forked and confined in advance, so that
 * a run does not wait for either.
 */

#ifndef _PYEXEC_SPARE_H_INCLUDED_
#define _PYEXEC_SPARE_H_INCLUDED_


#include <poll.h>

#include "wire/pyexec_zygote_wire.h"


/*
 * A runner has two light spares, in the first two slots, so that one is ready
 * while the other is being forked.  The third slot has a full one; a pool with
 * preload=none (one kind of zygote) does without it.
 */

#define PYEXEC_SPARES(kinds)    ((kinds) + 1)
#define PYEXEC_MAX_SPARES       PYEXEC_SPARES(PYEXEC_KINDS)
#define PYEXEC_SPARE_POLLS      (2 * PYEXEC_MAX_SPARES)


/* the runner's side of a child, whether it waits or runs */

typedef struct {
    pyexec_zygote_e        kind;
    unsigned               ready:1;        /* greeted, and pidfd is known */
    unsigned               greeted:1;      /* READY has come */
    int                    vitals;         /* to its zygote; -1: no child */
    uint64_t               again;          /* request not before, us */
    int                    job;            /* socket to the child */
    int                    out;            /* pipes, non-blocking */
    int                    err;
    int                    pidfd;          /* came with BORN, or -1 */
    int                    end;            /* came with READY: how it exits,
                                              pyexec_seccomp.h; or -1 */
} pyexec_child_t;


typedef struct {
    unsigned               kinds;          /* of zygotes in this pool */
    int                    queue[PYEXEC_KINDS];  /* sends them requests */
    pyexec_child_t         slots[PYEXEC_MAX_SPARES];
} pyexec_spares_t;


/*
 * Requests a child for each empty slot (vitals is -1) of the first kinds, and
 * returns without waiting for it.  If that fails, or its child dies before it
 * is ready, the slot's next request is made 200 ms later.
 */

void pyexec_spares_ask(pyexec_spares_t *s, unsigned kinds);

/* returns 1 if a child was requested for every slot, ready or not */

int pyexec_spares_complete(const pyexec_spares_t *s);

/*
 * Returns the slot of the kind's oldest ready child; where none is ready, one
 * that is not.
 */

pyexec_child_t *pyexec_spares_find(pyexec_spares_t *s, pyexec_zygote_e kind);

/* moves the child and its descriptors out of the slot, which is then empty */

void pyexec_spares_take(pyexec_spares_t *s, pyexec_child_t *slot,
    pyexec_child_t *child);

/*
 * pyexec_spares_poll() fills pfd with the spares' descriptors and returns their
 * number; after poll(), pyexec_spares_events() reads what has come, and drops
 * children that are dead or that their zygote calls stale.
 */

unsigned pyexec_spares_poll(const pyexec_spares_t *s,
    struct pollfd pfd[PYEXEC_SPARE_POLLS]);
void pyexec_spares_events(pyexec_spares_t *s,
    const struct pollfd pfd[PYEXEC_SPARE_POLLS]);

/* closes the child's descriptors; its zygote then kills it, if it lives */

void pyexec_child_drop(pyexec_child_t *c);


#endif /* _PYEXEC_SPARE_H_INCLUDED_ */
