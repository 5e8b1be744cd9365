
/*
 * The protocol between a runner and a zygote.  Both are trusted processes that
 * were forked from the same program without an exec, so that the structure
 * below is sent as it lies in memory.
 *
 *   queue    runner -> zygote   a request for a child: one byte, and with it
 *                               the descriptors of pyexec_gift_e (SCM_RIGHTS)
 *   vitals   zygote -> runner   BORN    the child is forked; with its pidfd
 *                               STALE   a child that still waits for a job is
 *                                       to be dropped and another requested:
 *                                       that one would be faster, or this
 *                                       zygote forks no more
 *                               DEAD    the child was reaped: wait status and
 *                                       resources used
 *                               end of stream without DEAD: the zygote died,
 *                               and the child with it
 *            runner -> zygote   end of stream: the child is to be killed
 */

#ifndef _PYEXEC_ZYGOTE_WIRE_H_INCLUDED_
#define _PYEXEC_ZYGOTE_WIRE_H_INCLUDED_


#include <sys/resource.h>


typedef enum {
    PYEXEC_LIGHT = 0,                      /* has the standard library */
    PYEXEC_FULL,                           /* and the modules of preload= */
    PYEXEC_KINDS
} pyexec_zygote_e;


typedef enum {
    PYEXEC_VITALS = 0,                     /* stays with the zygote */
    PYEXEC_JOB,                            /* the child's descriptor 3 */
    PYEXEC_OUT,                            /* its descriptor 1 */
    PYEXEC_ERR,                            /* its descriptor 2 */
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
