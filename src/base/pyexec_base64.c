
#include "base/pyexec_base64.h"


static const char  pyexec_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";


static const u_char *pyexec_base64_values(void);


ssize_t
pyexec_base64_decode(pyexec_base64_t *b, u_char *dst, const u_char *src,
    size_t len)
{
    u_char         value, *p;
    const u_char  *end, *values;

    p = dst;
    values = pyexec_base64_values();

    for (end = src + len; src < end; src++) {

        if (*src == '\n' || *src == '\r') {
            continue;
        }

        if (*src == '=') {
            b->pads++;
            continue;
        }

        value = values[*src];

        if (value == 0 || b->pads) {
            return -1;
        }

        b->bits = b->bits << 6 | (value - 1);

        if (++b->n == 4) {
            *p++ = (u_char) (b->bits >> 16);
            *p++ = (u_char) (b->bits >> 8);
            *p++ = (u_char) b->bits;
            b->n = 0;
        }
    }

    return p - dst;
}


ssize_t
pyexec_base64_end(const pyexec_base64_t *b, u_char *dst)
{
    if (b->n == 1 || (b->pads && b->n + b->pads != 4)) {
        return -1;
    }

    if (b->n == 2) {
        dst[0] = (u_char) (b->bits >> 4);
        return 1;
    }

    if (b->n == 3) {
        dst[0] = (u_char) (b->bits >> 10);
        dst[1] = (u_char) (b->bits >> 2);
        return 2;
    }

    return 0;
}


/* of each character its value and 1, or 0 */

static const u_char *
pyexec_base64_values(void)
{
    u_char         i;
    static u_char  values[256];

    for (i = 0; i < 64 && values['/'] == 0; i++) {
        values[(u_char) pyexec_digits[i]] = i + 1;
    }

    return values;
}


u_char *
pyexec_base64_encode(u_char *dst, const u_char *src, size_t len)
{
    uint32_t  bits;

    for ( /* void */ ; len >= 3; src += 3, len -= 3) {
        bits = (uint32_t) src[0] << 16 | (uint32_t) src[1] << 8 | src[2];

        *dst++ = pyexec_digits[bits >> 18];
        *dst++ = pyexec_digits[bits >> 12 & 63];
        *dst++ = pyexec_digits[bits >> 6 & 63];
        *dst++ = pyexec_digits[bits & 63];
    }

    if (len) {
        bits = (uint32_t) src[0] << 16 | (len == 2 ? (uint32_t) src[1] << 8
                                                   : 0);

        *dst++ = pyexec_digits[bits >> 18];
        *dst++ = pyexec_digits[bits >> 12 & 63];
        *dst++ = len == 2 ? pyexec_digits[bits >> 6 & 63] : '=';
        *dst++ = '=';
    }

    return dst;
}
