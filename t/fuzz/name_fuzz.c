
/* Names of sessions and runs, and UTF-8. */

#include "fuzz.h"

#include "base/pyexec_buf.h"
#include "wire/pyexec_name.h"


static void fuzz_session(const pyexec_str_t *s);
static void fuzz_run(const pyexec_str_t *s);
static void fuzz_text(const pyexec_str_t *s);


int
fuzz(const uint8_t *data, size_t len)
{
    pyexec_str_t  s = { len, data };

    fuzz_session(&s);
    fuzz_run(&s);
    fuzz_text(&s);

    return 0;
}


/* what is taken is one name of a directory, and none that is special */

static void
fuzz_session(const pyexec_str_t *s)
{
    size_t        i, n;
    unsigned      fit;
    const u_char  *end;

    end = s->data + s->len;
    fit = s->len > 0 && s->len <= PYEXEC_SESSION_MAX && s->data[0] != '.'
          && memmem(s->data, s->len, "..", 2) == NULL;

    for (i = 0; i < s->len && fit; i += n) {
        n = pyexec_utf8_len(s->data + i, end);

        fit = n > 0 && s->data[i] >= ' ' && s->data[i] != 0x7f
              && s->data[i] != '/' && s->data[i] != '\\'
              && (s->data[i] != 0xc2 || s->data[i + 1] >= 0xa0);
    }

    must((pyexec_session_error(s) == NULL) == fit);
}


static void
fuzz_run(const pyexec_str_t *s)
{
    size_t  i;

    if (!pyexec_run_id_valid(s)) {
        return;
    }

    must(s->len == PYEXEC_RUN_ID_LEN);

    for (i = 0; i < s->len; i++) {
        must(strchr("0123456789abcdefT-", s->data[i]) != NULL);
    }
}


/* text that was made fit is fit, and what was fit stays as it was */

static void
fuzz_text(const pyexec_str_t *s)
{
    size_t         n, len, bad;
    const u_char  *p, *end;
    pyexec_buf_t   out = { NULL, 0, 0 };

    bad = 0;
    end = s->data + s->len;

    for (p = s->data; p < end; p += n ? n : 1) {
        n = pyexec_utf8_len(p, end);
        must(n <= 4 && n <= (size_t) (end - p));
        bad += n == 0;
    }

    must(pyexec_buf_text(&out, s, s->len) == 0);

    for (p = out.data, n = 0; n < out.len; n += len) {
        len = pyexec_utf8_len(p + n, p + out.len);
        must(len != 0);
    }

    must(bad || (out.len == s->len
                 && (s->len == 0 || memcmp(out.data, s->data, s->len) == 0)));

    pyexec_buf_free(&out);
}
