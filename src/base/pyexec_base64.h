
/* Base64 (RFC 4648, section 4), decoded in parts. */

#ifndef _PYEXEC_BASE64_H_INCLUDED_
#define _PYEXEC_BASE64_H_INCLUDED_


#include "base/pyexec_str.h"


/* initialized with zeros */

typedef struct {
    uint32_t               bits;           /* of the characters that wait */
    unsigned               n;              /* their number, 0 to 3 */
    unsigned               pads;           /* "=" seen */
} pyexec_base64_t;


/*
 * Decodes the next len characters to dst, which has room for as many bytes.
 * Line breaks are skipped.  Returns the number of bytes written, or -1.
 */

ssize_t pyexec_base64_decode(pyexec_base64_t *b, u_char *dst,
    const u_char *src, size_t len);

/* the same for what waits at the end: up to 2 bytes; padding may be missing */

ssize_t pyexec_base64_end(const pyexec_base64_t *b, u_char *dst);

/* writes PYEXEC_BASE64_LEN(len) characters; returns the address behind them */

u_char *pyexec_base64_encode(u_char *dst, const u_char *src, size_t len);

#define PYEXEC_BASE64_LEN(len)  (((len) + 2) / 3 * 4)


#endif /* _PYEXEC_BASE64_H_INCLUDED_ */
