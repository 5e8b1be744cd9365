
#include "unit.h"

#include "wire/pyexec_name.h"


static pyexec_str_t
str(const char *text)
{
    pyexec_str_t  s;

    s.data = (const u_char *) text;
    s.len = strlen(text);

    return s;
}


static void
sessions(void **state)
{
    char           longest[130];
    unsigned       i;
    pyexec_str_t   s;

    static const char  *good[] = {
        "a", "default", "a b", "a.b", "x.", "-", "~", "%2e%2e", "\xc3\xb1",
        "\xf0\x9f\x98\x80", "user@example.org", NULL
    };

    static const char  *bad[] = {
        "", ".", "..", ".a", "a/b", "/", "a\\b", "a..b", "a..", "a\nb", "\t",
        "\x7f", "\xc2\x85", "\xff", "\xc3", "\xed\xa0\x80", "\xc0\xaf",
        "\xf5\x80\x80\x80", "\xe0\x80\xaf", NULL
    };

    (void) state;

    for (i = 0; good[i]; i++) {
        s = str(good[i]);
        assert_null(pyexec_session_error(&s));
    }

    for (i = 0; bad[i]; i++) {
        s = str(bad[i]);
        assert_non_null(pyexec_session_error(&s));
    }

    s.data = (const u_char *) "a\0b";
    s.len = 3;
    assert_non_null(pyexec_session_error(&s));

    memset(longest, 'x', sizeof(longest));
    s.data = (u_char *) longest;
    s.len = 128;
    assert_null(pyexec_session_error(&s));
    s.len = 129;
    assert_non_null(pyexec_session_error(&s));
}


static void
run_ids(void **state)
{
    unsigned       i;
    pyexec_str_t   s;

    static const struct {
        const char  *id;
        int          valid;
    } cases[] = {
        { "20261123T064538-0123456789ab", 1 },
        { "20261123T064538-0123456789aB", 0 },
        { "20261123T064538-0123456789ag", 0 },
        { "20261123T064538-0123456789a", 0 },
        { "20261123T064538-0123456789abc", 0 },
        { "2026112xT064538-0123456789ab", 0 },
        { "20261123 064538-0123456789ab", 0 },
        { "20261123T064538/0123456789ab", 0 },
        { "..", 0 },
        { "", 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        s = str(cases[i].id);
        assert_int_equal(pyexec_run_id_valid(&s), cases[i].valid);
    }
}


static void
every_scalar_value_is_utf8(void **state)
{
    u_char    buf[4];
    size_t    n;
    uint32_t  c;

    (void) state;

    for (c = 0; c <= 0x10ffff; c++) {

        if (c < 0x80) {
            n = 1;
            buf[0] = c;

        } else if (c < 0x800) {
            n = 2;
            buf[0] = 0xc0 | c >> 6;

        } else if (c < 0x10000) {
            n = 3;
            buf[0] = 0xe0 | c >> 12;
            buf[1] = 0x80 | (c >> 6 & 0x3f);

        } else {
            n = 4;
            buf[0] = 0xf0 | c >> 18;
            buf[1] = 0x80 | (c >> 12 & 0x3f);
            buf[2] = 0x80 | (c >> 6 & 0x3f);
        }

        if (n > 1) {
            buf[n - 1] = 0x80 | (c & 0x3f);
        }

        assert_int_equal(pyexec_utf8_len(buf, buf + n),
                         c >= 0xd800 && c <= 0xdfff ? 0 : n);

        if (n > 1) {
            assert_int_equal(pyexec_utf8_len(buf, buf + n - 1), 0);
        }
    }
}


static void
paths(void **state)
{
    unsigned      i;
    pyexec_str_t  s;

    static const char  *good[] = {
        "", "a", "a/b", ".a", "a/.b", "...", "a/..b", "a..", " ", "\n", "\xff",
        "code_exec/.size", NULL
    };

    static const char  *bad[] = {
        "/", "/a", "a/", "a//b", ".", "..", "./a", "../a", "a/.", "a/..",
        "a/../b", "a/./b", NULL
    };

    static const char  *runs[] = { "code_exec", "code_exec/x", NULL };
    static const char  *others[] = {
        "", "code_exe", "code_execs", "x/code_exec", NULL
    };

    (void) state;

    for (i = 0; good[i]; i++) {
        s = str(good[i]);
        assert_null(pyexec_path_error(&s));
    }

    for (i = 0; bad[i]; i++) {
        s = str(bad[i]);
        assert_non_null(pyexec_path_error(&s));
    }

    s.data = (const u_char *) "a\0b";
    s.len = 3;
    assert_non_null(pyexec_path_error(&s));

    for (i = 0; runs[i]; i++) {
        s = str(runs[i]);
        assert_true(pyexec_path_runs(&s));
        assert_false(pyexec_path_record(&s));
    }

    for (i = 0; others[i]; i++) {
        s = str(others[i]);
        assert_false(pyexec_path_runs(&s));
    }

    s = str("code_exec/.results/x");
    assert_true(pyexec_path_record(&s));
    s = str("code_exec/x/.y");
    assert_false(pyexec_path_record(&s));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(sessions),
        cmocka_unit_test(run_ids),
        cmocka_unit_test(paths),
        cmocka_unit_test(every_scalar_value_is_utf8)
    };

    return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
