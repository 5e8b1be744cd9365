
/* Text of a run in an answer: JSON, whatever it is, that says the same. */

#include "fuzz.h"

#include <yajl/yajl_parse.h>

#include "base/pyexec_json.h"
#include "wire/pyexec_name.h"


static void fuzz_utf8(const pyexec_buf_t *out);
static int fuzz_string(void *ctx, const u_char *s, size_t len);


static const yajl_callbacks  fuzz_callbacks = {
    .yajl_string = fuzz_string
};


int
fuzz(const uint8_t *data, size_t len)
{
    yajl_gen       g;
    yajl_handle    parser;
    pyexec_str_t   s = { len, data };
    pyexec_list_t  list = { len, data };
    pyexec_buf_t   out = { NULL, 0, 0 }, text = { NULL, 0, 0 };

    must(pyexec_buf_text(&text, &s, len) == 0);

    g = pyexec_json_gen(&out);

    pyexec_json_map(g, NULL);
    pyexec_json_list(g, "reasons", list);
    pyexec_json_digits(g, "line", &s);
    pyexec_json_seconds(g, "time", len ? data[0] * 1234567ull << len % 40 : 0);
    pyexec_json_text(g, "stdout", &s);
    yajl_gen_map_close(g);
    yajl_gen_free(g);

    fuzz_utf8(&out);

    parser = yajl_alloc(&fuzz_callbacks, NULL, &s);
    must(parser != NULL);
    must(yajl_parse(parser, out.data, out.len) == yajl_status_ok);
    must(yajl_complete_parse(parser) == yajl_status_ok);

    /* s is the last string now, in the parser's memory */

    must(s.len == text.len
         && (s.len == 0 || memcmp(s.data, text.data, s.len) == 0));

    yajl_free(parser);
    pyexec_buf_free(&text);
    pyexec_buf_free(&out);

    return 0;
}


static void
fuzz_utf8(const pyexec_buf_t *out)
{
    size_t  i, n;

    for (i = 0; i < out->len; i += n) {
        n = pyexec_utf8_len(out->data + i, out->data + out->len);
        must(n != 0);
        must(out->data[i] >= ' ');
    }
}


static int
fuzz_string(void *ctx, const u_char *s, size_t len)
{
    pyexec_str_t  *last = ctx;

    last->data = s;
    last->len = len;

    return 1;
}
