
/* Does a client want a plain answer, or events as they happen? */

#ifndef _PYEXEC_ACCEPT_H_INCLUDED_
#define _PYEXEC_ACCEPT_H_INCLUDED_


#include <sys/types.h>


typedef enum {
    PYEXEC_ACCEPT_JSON = 0,
    PYEXEC_ACCEPT_SSE,                     /* Server-Sent Events */
    PYEXEC_ACCEPT_NDJSON,                  /* one JSON object a line */
    PYEXEC_ACCEPT_TYPES
} pyexec_accept_e;


typedef struct {
    unsigned               weight[PYEXEC_ACCEPT_TYPES];  /* 0 .. 1000 */
} pyexec_accept_t;


/*
 * Notes the types that an "Accept" header field (RFC 9110) of a request names;
 * a is all zero before the first.  Wildcards, and what is malformed, name none.
 */

void pyexec_accept(pyexec_accept_t *a, const u_char *p, size_t len);

/* events only if they have a higher weight than a plain answer has */

pyexec_accept_e pyexec_accept_choice(const pyexec_accept_t *a);


#endif /* _PYEXEC_ACCEPT_H_INCLUDED_ */
