
/* Bytes that grow, and text that becomes fit for JSON. */

#ifndef _PYEXEC_BUF_H_INCLUDED_
#define _PYEXEC_BUF_H_INCLUDED_


#include "base/pyexec_str.h"


/* { NULL, 0, 0 } is an empty one; the memory is malloc()'s */

typedef struct {
    u_char                *data;
    size_t                 len;
    size_t                 size;
} pyexec_buf_t;


/* room for n more bytes behind len; dies where memory is out */

u_char *pyexec_buf_reserve(pyexec_buf_t *b, size_t n);
void pyexec_buf_add(pyexec_buf_t *b, const void *data, size_t len);
void pyexec_buf_free(pyexec_buf_t *b);

/*
 * Appends s as valid UTF-8: bytes that are none become U+FFFD, and no more
 * than max characters are taken.  Returns 1 where s was cut, else 0.
 */

int pyexec_buf_text(pyexec_buf_t *b, const pyexec_str_t *s, size_t max);

#define pyexec_buf_str(b)  ((pyexec_str_t) { (b)->len, (b)->data })


#endif /* _PYEXEC_BUF_H_INCLUDED_ */
