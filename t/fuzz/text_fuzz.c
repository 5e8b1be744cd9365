
/* Text of a run in an answer: JSON, whatever it is. */

#include "fuzz.h"

#include <yajl/yajl_parse.h>

#include "pyexec_json.h"


int
fuzz(const uint8_t *data, size_t len)
{
    yajl_gen       g;
    yajl_handle    parser;
    pyexec_str_t   s = { len, data };
    pyexec_list_t  list = { len, data };
    pyexec_buf_t   out = { NULL, 0, 0 };

    g = pyexec_json_gen(&out);

    pyexec_json_map(g, NULL);
    pyexec_json_text(g, "stdout", &s);
    pyexec_json_digits(g, "line", &s);
    pyexec_json_list(g, "reasons", list);
    pyexec_json_seconds(g, "time", len ? data[0] * 1234567ull << len % 40 : 0);
    yajl_gen_map_close(g);
    yajl_gen_free(g);

    parser = yajl_alloc(NULL, NULL, NULL);
    must(parser != NULL);
    must(yajl_parse(parser, out.data, out.len) == yajl_status_ok);
    must(yajl_complete_parse(parser) == yajl_status_ok);
    yajl_free(parser);

    pyexec_buf_free(&out);

    return 0;
}
