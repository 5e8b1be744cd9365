
#include "unit.h"

#include <unistd.h>

#include "nginx/pyexec_request.h"


/* decodes body in pieces of step bytes */

static pyexec_request_t *
decode(const char *body, size_t len, size_t step, int *rc)
{
    size_t             i, n;
    u_char            *piece;
    pyexec_request_t  *r;

    r = pyexec_request_begin();
    assert_non_null(r);

    r->max_files = 2;
    r->max_inline = 8;

    for (i = 0; i < len; i += n) {
        n = len - i < step ? len - i : step;

        piece = malloc(n);
        memcpy(piece, body + i, n);
        pyexec_request_feed(r, piece, n);
        free(piece);
    }

    *rc = pyexec_request_end(r);

    return r;
}


static void
fields(void **state)
{
    int                rc;
    size_t             step;
    pyexec_request_t  *r;

    static const char  body[] =
        "{\"other\": {\"code\": [1, {\"code\": 2}]}, \"session_id\": \"s\","
        " \"code\": \"a\\u00e9\\ud83d\\ude00\\\"\\n\", \"timeout_seconds\":"
        " 12, \"max_attempts\": 2.0, \"auto_correct\": false}";

    (void) state;

    for (step = 1; step < sizeof(body); step++) {
        r = decode(body, sizeof(body) - 1, step, &rc);

        assert_int_equal(rc, 0);
        assert_str(r->session, "s");
        assert_str(r->code, "a\xc3\xa9\xf0\x9f\x98\x80\"\n");
        assert_int_equal(r->timeout, 12);
        assert_int_equal(r->max_attempts, 2);
        assert_int_equal(r->auto_correct, 0);

        pyexec_request_free(r);
    }
}


static void
given(void **state)
{
    int                rc;
    char               got[64];
    size_t             step;
    ssize_t            n;
    pyexec_request_t  *r;

    static const char  body[] =
        "{\"code\": \"\", \"stdin\": \"\\u00e9\\n\", \"files\": {\"a/b\":"
        " \"YWJj\\/w\\n==\", \"c\": \"\"},"
        " \"return_files\": [\"*.png\", \"x\"]}";
    static const char  files[] =
        "\0\0\0\3a/b\0\0\0\4abc\xff\0\0\0\1c\0\0\0";

    (void) state;

    for (step = 1; step < sizeof(body); step++) {
        r = decode(body, sizeof(body) - 1, step, &rc);
        assert_int_equal(rc, 0);

        n = pread(r->given.fds[PYEXEC_GIVEN_INPUT], got, sizeof(got), 0);
        assert_int_equal(n, 3);
        assert_memory_equal(got, "\xc3\xa9\n", 3);

        n = pread(r->given.fds[PYEXEC_GIVEN_FILES], got, sizeof(got), 0);
        assert_int_equal(n, sizeof(files));
        assert_memory_equal(got, files, n);
        assert_int_equal(write(r->given.fds[PYEXEC_GIVEN_FILES], "x", 1), -1);

        assert_int_equal(r->return_files.len, 4 + 5 + 4 + 1);
        assert_memory_equal(r->return_files.data, "\0\0\0\5*.png\0\0\0\1x", 14);

        pyexec_request_free(r);
    }
}


static void
refusals(void **state)
{
    int                rc;
    size_t             step;
    unsigned           i;
    pyexec_request_t  *r;

    static const struct {
        const char    *body;
        unsigned       status;
        const char    *detail;
    } cases[] = {
        { "", 400, "the request body is empty" },
        { " ", 400, "the request body is not valid JSON" },
        { "{", 400, "the request body is not valid JSON" },
        { "{\"code\": \"x\"}x", 400, "the request body is not valid JSON" },
        { "{\"code\": \"x\"}\"x", 400, "the request body is not valid JSON" },
        { "{\"code\": 01}", 400, "the request body is not valid JSON" },
        { "{\"code\": \"\xff\"}", 400, "the request body is not valid JSON" },
        { "[]", 422, "the request body must be a JSON object" },
        { "null", 422, "the request body must be a JSON object" },
        { "{}", 422, "code is required" },
        { "{\"code\": null}", 422, "code is required" },
        { "{\"code\": \"x\", \"code\": null}", 422, "code is required" },
        { "{\"code\": 1}", 422, "code must be a string" },
        { "{\"code\": {}}", 422, "code must be a string" },
        { "{\"code\": \"\\u0000\"}", 422, "code has a NUL character" },
        { "{\"code\": \"\xc1\xba\"}", 400, "code is not UTF-8" },
        { "{\"code\": \"\xed\xa0\x80\"}", 400, "code is not UTF-8" },
        { "{\"code\": \"\\ud800\"}", 422, "code has a lone surrogate" },
        { "{\"code\": \"\\udc00\"}", 422, "code has a lone surrogate" },
        { "{\"code\": \"\\ud800x\"}", 422, "code has a lone surrogate" },
        { "{\"code\": \"\\ud800\\n\"}", 422, "code has a lone surrogate" },
        { "{\"code\": \"\\ud800\\ud800\\udc00\"}", 422,
          "code has a lone surrogate" },
        { "{\"code\": \"x\", \"timeout_seconds\": 1.5}", 422,
          "timeout_seconds must be an integer" },
        { "{\"code\": \"x\", \"timeout_seconds\": \"1\"}", 422,
          "timeout_seconds must be an integer" },
        { "{\"code\": \"x\", \"max_attempts\": true}", 422,
          "max_attempts must be an integer" },
        { "{\"code\": \"x\", \"auto_correct\": 0}", 422,
          "auto_correct must be true or false" },
        { "{\"code\": \"\", \"stdin\": []}", 422, "stdin must be a string" },
        { "{\"code\": \"\", \"stdin\": \"\xc1\xba\"}", 422,
          "stdin is not UTF-8" },
        { "{\"code\": \"\", \"files\": {\"a\": [\"YQ==\"]}}", 422,
          "files must be an object of strings in base64" },
        { "{\"code\": \"\", \"files\": {\"a\": \"\", \"b\": \"\","
          " \"c\": \"\"}}", 422, "files has more files than pyexec_max_files" },
        { "{\"code\": \"\", \"files\": {\"a\": \"MTIzNDU2Nzg5\"}}", 422,
          "files is larger than pyexec_max_inline" },
        { "{\"code\": \"\", \"return_files\": {\"a\": \"b\"}}", 422,
          "return_files must be true, false or an array of strings" },
        { "{\"code\": \"x\", \"session_id\": 1}", 422,
          "session_id must be a string" },
        { "{\"code\": \"x\", \"session_id\": \"\"}", 400,
          "session_id is empty" },
        { "{\"code\": \"x\", \"session_id\": \"\\udc00\"}", 400,
          "session_id has a lone surrogate" },
        { "{\"code\": \"x\", \"session_id\": \"../x\"}", 400,
          "session_id starts with a dot" }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (step = 1; step < 8; step++) {
            r = decode(cases[i].body, strlen(cases[i].body), step, &rc);

            assert_int_equal(rc, -1);
            assert_int_equal(r->status, cases[i].status);
            assert_string_equal(r->detail, cases[i].detail);

            pyexec_request_free(r);
        }
    }
}


static void
numbers_are_clamped_not_wrapped(void **state)
{
    int                rc;
    char               body[512], digits[200];
    unsigned           i;
    pyexec_request_t  *r;

    static const struct {
        const char    *number;
        int            sign;
    } cases[] = {
        { "9223372036854775808", 1 }, { "-9223372036854775809", -1 },
        { "1e300", 1 }, { "-1e300", -1 }, { "1e999", 1 }, { NULL, 1 }
    };

    (void) state;

    memset(digits, '9', sizeof(digits));
    digits[sizeof(digits) - 1] = '\0';

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) snprintf(body, sizeof(body),
                        "{\"code\": \"\", \"timeout_seconds\": %s}",
                        cases[i].number ? cases[i].number : digits);

        r = decode(body, strlen(body), 7, &rc);
        assert_int_equal(rc, 0);
        assert_true(cases[i].sign > 0 ? r->timeout > 1000000
                                      : r->timeout < -1000000);
        pyexec_request_free(r);
    }
}


static void
depth_is_no_danger(void **state)
{
    int                rc;
    char              *body;
    size_t             i, n;
    pyexec_request_t  *r;

    static size_t  depths[] = { 999, 1000, 100000 };

    (void) state;

    for (i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
        n = depths[i];
        body = malloc(2 * n + 64);

        memcpy(body, "{\"x\": ", 6);
        memset(body + 6, '[', n);
        memset(body + 6 + n, ']', n);
        memcpy(body + 6 + 2 * n, ", \"code\": \"y\"}", 15);

        r = decode(body, 6 + 2 * n + 14, 65536, &rc);

        if (n == 999) {
            assert_int_equal(rc, 0);
            assert_str(r->code, "y");

        } else {
            assert_int_equal(rc, -1);
            assert_int_equal(r->status, 400);
            assert_string_equal(r->detail,
                                "the request body is nested too deeply");
        }

        pyexec_request_free(r);
        free(body);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(fields),
        cmocka_unit_test(given),
        cmocka_unit_test(refusals),
        cmocka_unit_test(numbers_are_clamped_not_wrapped),
        cmocka_unit_test(depth_is_no_danger)
    };

    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
