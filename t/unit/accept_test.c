
#include "unit.h"

#include "nginx/pyexec_accept.h"


static pyexec_accept_e
choice(const char *one, const char *other)
{
    pyexec_accept_t  a;

    memset(&a, 0, sizeof(pyexec_accept_t));
    pyexec_accept(&a, (const u_char *) one, strlen(one));
    pyexec_accept(&a, (const u_char *) other, strlen(other));

    return pyexec_accept_choice(&a);
}


static void
what_is_asked_for(void **state)
{
    unsigned  i;

    static const struct {
        const char       *one;
        const char       *other;
        pyexec_accept_e   choice;
    } cases[] = {
        { "", "", PYEXEC_ACCEPT_JSON },
        { "*/*", "", PYEXEC_ACCEPT_JSON },
        { "text/*, application/*", "", PYEXEC_ACCEPT_JSON },
        { "text/event-stream", "", PYEXEC_ACCEPT_SSE },
        { " Text/EVENT-stream\t", "", PYEXEC_ACCEPT_SSE },
        { "application/x-ndjson", "", PYEXEC_ACCEPT_NDJSON },
        { "a/b,,text/event-stream,", "", PYEXEC_ACCEPT_SSE },
        { "*/*;q=1, text/event-stream;q=0.001", "", PYEXEC_ACCEPT_SSE },
        { "application/json", "text/event-stream", PYEXEC_ACCEPT_JSON },
        { "application/json;q=0.5", "text/event-stream", PYEXEC_ACCEPT_SSE },
        { "text/event-stream;q=0.5", "application/x-ndjson;q=0.6",
          PYEXEC_ACCEPT_NDJSON },
        { "text/event-stream", "application/x-ndjson", PYEXEC_ACCEPT_SSE },
        { "text/event-stream;level=1;Q=0.4", "application/json;q=0.399",
          PYEXEC_ACCEPT_SSE },
        { "text/event-stream;x=\"a,b;q=0\\\"\";q=1", "",
          PYEXEC_ACCEPT_SSE },
        { "text/event-stream;x=\";q=1", "", PYEXEC_ACCEPT_SSE },
        { "text/event-stream;q=0", "", PYEXEC_ACCEPT_JSON },
        { "text/event-stream;q=0.000", "", PYEXEC_ACCEPT_JSON },
        { "text/event-stream;q=1.000", "", PYEXEC_ACCEPT_SSE },
        { "text/event-stream;q=1.001", "", PYEXEC_ACCEPT_JSON },
        { "text/event-stream;q=0.1234", "", PYEXEC_ACCEPT_JSON },
        { "text/event-stream;q=", "", PYEXEC_ACCEPT_JSON },
        { "text/event-stream;q=x", "", PYEXEC_ACCEPT_JSON },
        { "text/event-stream;q=0x", "", PYEXEC_ACCEPT_JSON },
        { "text/event-streams", "text/event-strea", PYEXEC_ACCEPT_JSON }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (choice(cases[i].one, cases[i].other) != cases[i].choice) {
            fail_msg("\"%s\" and \"%s\"", cases[i].one, cases[i].other);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_is_asked_for)
    };

    return cmocka_run_group_tests_name("accept", tests, NULL, NULL);
}
