
/* A request's body, whole and in pieces. */

#include "fuzz.h"

#include <unistd.h>

#include "nginx/pyexec_request.h"
#include "wire/pyexec_name.h"


static void fuzz_accepted(const pyexec_request_t *r);
static void fuzz_utf8(const pyexec_str_t *s);
static void fuzz_files(const pyexec_request_t *r);
static pyexec_str_t fuzz_given(const pyexec_request_t *r, pyexec_given_e which);
static int fuzz_same(const pyexec_str_t *one, const pyexec_str_t *other);


int
fuzz(const uint8_t *data, size_t len)
{
    int                rc;
    size_t             i, n, step;
    pyexec_str_t       one, other;
    pyexec_request_t  *whole, *pieces;

    whole = pyexec_request_begin();
    pieces = pyexec_request_begin();

    must(whole && pieces);

    whole->max_files = pieces->max_files = 3;
    whole->max_inline = pieces->max_inline = 40;

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
        must(fuzz_same(&whole->return_files, &pieces->return_files));

        for (i = 0; i < PYEXEC_GIVEN; i++) {
            one = fuzz_given(whole, i);
            other = fuzz_given(pieces, i);

            must(fuzz_same(&one, &other));
            free((void *) one.data);
            free((void *) other.data);
        }
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

    fuzz_files(r);
}


/* a list of valid paths, each with contents, within the limits */

static void
fuzz_files(const pyexec_request_t *r)
{
    size_t         n, size;
    pyexec_str_t   files, s;
    pyexec_list_t  list;

    files = fuzz_given(r, PYEXEC_GIVEN_FILES);
    list = files;

    for (n = 0, size = 0; pyexec_list_next(&list, &s) == 1; n++) {
        must(pyexec_given_error(&s) == NULL);
        must(pyexec_list_next(&list, &s) == 1);
        size += s.len;
    }

    must(list.len == 0 && n <= r->max_files && size <= r->max_inline);
    must(n == r->given.n && size == r->given.size);

    free((void *) files.data);

    s = fuzz_given(r, PYEXEC_GIVEN_INPUT);
    fuzz_utf8(&s);
    free((void *) s.data);
}


static pyexec_str_t
fuzz_given(const pyexec_request_t *r, pyexec_given_e which)
{
    int            fd;
    off_t          size;
    pyexec_str_t   s = { 0, NULL };

    fd = r->given.fds[which];

    if (fd != -1) {
        size = lseek(fd, 0, SEEK_END);
        must(size != -1);

        s.len = size;
        s.data = malloc(s.len + 1);
        must(s.data && pread(fd, (void *) s.data, s.len, 0) == size);
    }

    return s;
}


static void
fuzz_utf8(const pyexec_str_t *s)
{
    size_t         n;
    const u_char  *p, *end;

    end = s->len ? s->data + s->len : s->data;

    for (p = s->data; p < end; p += n) {
        n = pyexec_utf8_len(p, end);
        must(n != 0);
    }
}


static int
fuzz_same(const pyexec_str_t *one, const pyexec_str_t *other)
{
    return one->len == other->len
           && (one->len == 0
               || memcmp(one->data, other->data, one->len) == 0);
}
