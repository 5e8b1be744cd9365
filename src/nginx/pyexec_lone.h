
/*
 * yajl turns a lone surrogate, \ud800 for one, into "?" or invalid UTF-8
 * without an error.  So the raw text is scanned for them beside yajl.
 */

#ifndef _PYEXEC_LONE_H_INCLUDED_
#define _PYEXEC_LONE_H_INCLUDED_


#include <sys/types.h>


typedef struct {
    unsigned               string:1;       /* inside of one */
    unsigned               escape:1;       /* behind a backslash */
    unsigned               high:1;         /* behind a high surrogate */
    unsigned               lone:1;         /* seen one in the last string */
    unsigned               digits;         /* of \uXXXX, still to come */
    unsigned               unit;
} pyexec_lone_t;


/* scans the next part of the text; lone is of the string that ends in it */

void pyexec_lone(pyexec_lone_t *sc, const u_char *p, size_t len);


#endif /* _PYEXEC_LONE_H_INCLUDED_ */
