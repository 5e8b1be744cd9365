
/*
 * The JSON body of POST /api/execute-code, decoded as it comes.  Nothing of
 * nginx is in here, so that tests and fuzzers can have it alone.
 */

#ifndef _PYEXEC_REQUEST_H_INCLUDED_
#define _PYEXEC_REQUEST_H_INCLUDED_


#include "nginx/pyexec_fields.h"


/* NULL where memory is out */

pyexec_request_t *pyexec_request_begin(void);
void pyexec_request_free(pyexec_request_t *r);

/*
 * Takes the next part of the body, of any size.  Errors are told at the end,
 * since a body that is no JSON is that, whatever its fields are.
 */

void pyexec_request_feed(pyexec_request_t *r, const u_char *data, size_t len);

/*
 * The body is whole.  Returns 0 with the fields set, session by its default
 * too, or -1 with status and detail.
 */

int pyexec_request_end(pyexec_request_t *r);


#endif /* _PYEXEC_REQUEST_H_INCLUDED_ */
