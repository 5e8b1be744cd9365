
/*
 * Whether the path of a workspace still leads to the directory that the pool
 * opened: it may have been renamed, removed, or mounted over.
 */

#ifndef _PYEXEC_PLACE_H_INCLUDED_
#define _PYEXEC_PLACE_H_INCLUDED_


#include "sandbox/pyexec_walls.h"


typedef enum {
    PYEXEC_PLACE_SAME = 0,
    PYEXEC_PLACE_GONE,                     /* the path leads nowhere */
    PYEXEC_PLACE_OTHER                     /* it leads to something else */
} pyexec_place_e;


/* _SAME also where this process may not follow the path */

pyexec_place_e pyexec_place(const pyexec_workspace_t *w);


#endif /* _PYEXEC_PLACE_H_INCLUDED_ */
