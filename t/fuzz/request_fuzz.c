
/* A request's body, whole and in pieces. */

#include "fuzz.h"

#include "nginx/pyexec_request.h"
#include "wire/pyexec_name.h"


static void fuzz_accepted(const pyexec_request_t *r);
static void fuzz_utf8(const pyexec_str_t *s);
static int fuzz_same(const pyexec_str_t *one, const pyexec_str_t *other);


int
fuzz(const uint8_t *data, size_t len)
{
    int                rc;
    size_t             i, n, step;
    pyexec_request_t  *whole, *pieces;

    whole = pyexec_request_begin();
    pieces = pyexec_request_begin();

    must(whole && pieces);

    pyexec_request_feed(whole, data, len);

    step = len ? data[0] % 16 + 1 : 1;

    for (i = 0; i < len; i += n) {
        n = len - i < step ? len - i : step;
        pyexec_request_feed(pieces, data + i, n);
    }

    rc = pyexec_request_end(whole);

    must(pyexec_request_end(pieces) == rc);

    if (rc == -1) {
        must(whole->status >= 400 && whole->status < 500);
        must(whole->detail[0] != '\0');
        must(whole->status == pieces->status);
        must(strcmp(whole->detail, pieces->detail) == 0);

    } else {
        fuzz_accepted(whole);

        must(fuzz_same(&whole->code, &pieces->code));
        must(fuzz_same(&whole->session, &pieces->session));
        must(whole->timeout == pieces->timeout);
        must(whole->max_attempts == pieces->max_attempts);
        must(whole->auto_correct == pieces->auto_correct);
    }

    pyexec_request_free(whole);
    pyexec_request_free(pieces);

    return 0;
}


static void
fuzz_accepted(const pyexec_request_t *r)
{
    must(pyexec_session_error(&r->session) == NULL);
    must(memchr(r->code.data, '\0', r->code.len) == NULL);

    fuzz_utf8(&r->code);

    must(r->auto_correct == 0 || r->auto_correct == 1
         || r->auto_correct == PYEXEC_UNSET);
}


static void
fuzz_utf8(const pyexec_str_t *s)
{
    size_t         n;
    const u_char  *p, *end;

    end = s->data + s->len;

    for (p = s->data; p < end; p += n) {
        n = pyexec_utf8_len(p, end);
        must(n != 0);
    }
}


static int
fuzz_same(const pyexec_str_t *one, const pyexec_str_t *other)
{
    return one->len == other->len
           && memcmp(one->data, other->data, one->len) == 0;
}
