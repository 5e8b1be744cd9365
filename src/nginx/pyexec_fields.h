
/* What the body of POST /api/execute-code says. */

#ifndef _PYEXEC_FIELDS_H_INCLUDED_
#define _PYEXEC_FIELDS_H_INCLUDED_


#include "nginx/pyexec_given.h"


#define PYEXEC_UNSET        INT64_MIN


typedef struct {

    /* limits of "files", set by the caller; 0 at first */

    uint64_t               max_inline;     /* bytes */
    uint64_t               max_files;

    /* the fields, malloc()'s memory of the request; see pyexec_request_end */

    pyexec_str_t           session;
    pyexec_str_t           code;
    int64_t                timeout;        /* PYEXEC_UNSET: not given */
    int64_t                max_attempts;
    int64_t                auto_correct;   /* 0, 1 */
    pyexec_list_t          return_files;   /* patterns; "*" stands for true */
    pyexec_given_t         given;          /* "stdin" and "files" */

    /* where it is refused: of HTTP, and for the client */

    unsigned               status;
    char                   detail[160];
} pyexec_request_t;


#endif /* _PYEXEC_FIELDS_H_INCLUDED_ */
