
/*
 * What a runner and a zygote say to each other.  Both are the pool's own, of
 * one binary: structures go as they lie in memory.
 *
 *   runner -> zygote   a request for a child, on the zygotes' queue: one byte,
 *                      and the descriptors of pyexec_gift_e as SCM_RIGHTS
 *   zygote -> runner   on the child's vitals: BORN, with its pidfd, and DEAD;
 *                      STALE, where another would be better, or the zygote
 *                      forks no more: a child that waits is to be dropped,
 *                      and another asked for; an end without DEAD: the zygote
 *                      is dead, and with it the child
 *   runner -> zygote   the end of its side of vitals: the child is to be
 *                      killed
 */

#ifndef _PYEXEC_ZYGOTE_WIRE_H_INCLUDED_
#define _PYEXEC_ZYGOTE_WIRE_H_INCLUDED_


#include <sys/resource.h>


typedef enum {
    PYEXEC_LIGHT = 0,                      /* the standard library */
    PYEXEC_FULL,                           /* and what preload= names */
    PYEXEC_KINDS
} pyexec_zygote_e;


typedef enum {
    PYEXEC_VITALS = 0,                     /* the zygote's end of it */
    PYEXEC_JOB,                            /* the child's, its descriptor 3 */
    PYEXEC_OUT,
    PYEXEC_ERR,
    PYEXEC_GIFTS
} pyexec_gift_e;


typedef struct {
    enum {
        PYEXEC_BORN = 1,
        PYEXEC_STALE,
        PYEXEC_DEAD
    }                      event;
    int                    status;         /* wait4()'s */
    struct rusage          usage;
} pyexec_vital_t;


#endif /* _PYEXEC_ZYGOTE_WIRE_H_INCLUDED_ */
