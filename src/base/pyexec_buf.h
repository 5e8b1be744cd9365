
/* A growable byte buffer. */

#ifndef _PYEXEC_BUF_H_INCLUDED_
#define _PYEXEC_BUF_H_INCLUDED_


#include "base/pyexec_str.h"


/* initialized with { NULL, 0, 0 }; data is allocated by realloc() */

typedef struct {
    u_char                *data;
    size_t                 len;
    size_t                 size;
} pyexec_buf_t;


/*
 * Makes room for n bytes behind len, and returns a pointer to it; the caller
 * writes there and increases len.  pyexec_buf_add() copies bytes in;
 * pyexec_buf_free() frees them and leaves an empty buffer.  When there is no
 * memory, the process logs that and exits.
 */

u_char *pyexec_buf_reserve(pyexec_buf_t *b, size_t n);
void pyexec_buf_add(pyexec_buf_t *b, const void *data, size_t len);
void pyexec_buf_free(pyexec_buf_t *b);

/*
 * Appends at most max characters of s as valid UTF-8: each byte that is not
 * part of a valid sequence becomes U+FFFD.  Returns 1 if s had more than max
 * characters, else 0.
 */

int pyexec_buf_text(pyexec_buf_t *b, const pyexec_str_t *s, size_t max);

#define pyexec_buf_str(b)  ((pyexec_str_t) { (b)->len, (b)->data })


#endif /* _PYEXEC_BUF_H_INCLUDED_ */
