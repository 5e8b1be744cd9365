
/*
 * A runner's waiting children: forked and confined before there is a job, so
 * that a run has only to be handed over.
 */

#ifndef _PYEXEC_SPARE_H_INCLUDED_
#define _PYEXEC_SPARE_H_INCLUDED_


#include "pyexec_pool.h"


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


/* asks the kind's zygote for a child; returns at once; dies without sockets */

void pyexec_spare_ask(pyexec_spare_t *sp, pyexec_pool_t *pool,
    pyexec_zygote_e kind);

/*
 * Takes in what the waiting child and its zygote say; to be called when
 * vitals or job can be read.  A child that is dead is dropped.
 */

void pyexec_spare_event(pyexec_spare_t *sp);

/* closes all; the zygote then kills the child, if it lives */

void pyexec_spare_drop(pyexec_spare_t *sp);


#endif /* _PYEXEC_SPARE_H_INCLUDED_ */
