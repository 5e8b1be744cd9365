
#include <stdlib.h>
#include <string.h>

#include "base/pyexec_buf.h"
#include "base/pyexec_log.h"


u_char *
pyexec_buf_reserve(pyexec_buf_t *b, size_t n)
{
    size_t   size;
    u_char  *data;

    if (b->size - b->len >= n) {
        return b->data + b->len;
    }

    size = b->size * 2;

    if (size < b->len + n) {
        size = b->len + n;
    }

    if (size < 256) {
        size = 256;
    }

    data = realloc(b->data, size);
    if (data == NULL) {
        pyexec_die("realloc(%zu): %m", size);
    }

    b->data = data;
    b->size = size;

    return b->data + b->len;
}


void
pyexec_buf_add(pyexec_buf_t *b, const void *data, size_t len)
{
    if (len == 0) {
        return;
    }

    memcpy(pyexec_buf_reserve(b, len), data, len);
    b->len += len;
}


void
pyexec_buf_free(pyexec_buf_t *b)
{
    free(b->data);
    memset(b, 0, sizeof(pyexec_buf_t));
}


int
pyexec_buf_text(pyexec_buf_t *b, const pyexec_str_t *s, size_t max)
{
    size_t         n, chars;
    const u_char  *p, *end, *valid;

    p = s->data;
    end = p + s->len;
    valid = p;

    for (chars = 0; p < end && chars < max; chars++) {

        n = pyexec_utf8_len(p, end);

        if (n != 0) {
            p += n;
            continue;
        }

        pyexec_buf_add(b, valid, p - valid);
        pyexec_buf_add(b, "\xef\xbf\xbd", 3);
        valid = ++p;
    }

    pyexec_buf_add(b, valid, p - valid);

    return p < end;
}
