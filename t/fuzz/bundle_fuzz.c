
/* A bundle of the child's: whatever it is, what is kept of it is JSON. */

#include "fuzz.h"

#include <yajl/yajl_parse.h>

#include "run/pyexec_bundle.h"


static void fuzz_json(const u_char *data, size_t len);


int
fuzz(const uint8_t *data, size_t len)
{
    int                rc;
    pyexec_buf_t       out = { NULL, 0, 0 };
    pyexec_run_t       run;
    pyexec_str_t       payload = { len, data };
    pyexec_attempt_t   a;
    pyexec_execute_t   request;
    yajl_gen           g;

    memset(&run, 0, sizeof(run));
    memset(&a, 0, sizeof(a));
    memset(&request, 0, sizeof(request));

    request.max_inline = 300;
    request.events = 1;
    run.request = &request;
    a.verdict = "ok";

    rc = pyexec_bundle_add(&run, &a, &payload);
    must(rc == pyexec_bundle_add(&run, &a, &payload));
    must(rc == 0 || a.nbundles == 0);

    g = pyexec_json_gen(&out);
    pyexec_json_map(g, NULL);
    pyexec_bundle_json(g, &a);
    yajl_gen_map_close(g);
    yajl_gen_free(g);

    if (rc == 0) {
        fuzz_json(out.data, out.len);
        must(a.result.len + a.display.len <= request.max_inline + 1);
    }

    pyexec_buf_free(&out);
    pyexec_buf_free(&a.result);
    pyexec_buf_free(&a.display);
    pyexec_buf_free(&run.events);

    return 0;
}


static void
fuzz_json(const u_char *data, size_t len)
{
    yajl_handle  parser;

    must(memchr(data, '\n', len) == NULL);
    must(memchr(data, '\r', len) == NULL);

    parser = yajl_alloc(NULL, NULL, NULL);
    must(parser != NULL);
    must(yajl_parse(parser, data, len) == yajl_status_ok);
    must(yajl_complete_parse(parser) == yajl_status_ok);
    yajl_free(parser);
}
