
#include "unit.h"

#include "base/pyexec_glob.h"


static int
fits(const char *pattern, const char *name)
{
    pyexec_str_t  s = { strlen(pattern), (const u_char *) pattern };

    return pyexec_glob(&s, name);
}


static void
patterns(void **state)
{
    unsigned  i;

    static const struct {
        const char  *pattern;
        const char  *name;
        int          fits;
    } cases[] = {
        { "a.csv", "a.csv", 1 }, { "a.csv", "a.csvx", 0 }, { "", "", 1 },
        { "", "a", 0 }, { "*", "", 1 }, { "*", "d/a.csv", 1 },
        { "*.csv", "d/a.csv", 1 }, { "*.csv", "a.csv.gz", 0 },
        { "d/*", "d/e/f", 1 }, { "d/*", "e/d/f", 0 },
        { "a*b*c", "axxbyybzc", 1 }, { "a*b*c", "axxbyybz", 0 },
        { "**", "x", 1 }, { "?", "x", 1 },
        { "?", "", 0 }, { "??", "x", 0 }, { "[ab]", "b", 1 },
        { "[ab]", "c", 0 }, { "[a-c]x", "bx", 1 }, { "[!a-c]x", "bx", 0 },
        { "[^a-c]x", "dx", 1 }, { "[]]", "]", 1 }, { "[!]]", "]", 0 },
        { "[a-]", "-", 1 }, { "[", "[", 1 }, { "[a", "[a", 1 },
        { "[]", "[]", 1 }, { "[!]", "[!]", 0 }, { "*[0-9].png", "f-12.png", 1 },
        { "*a", "aaaaab", 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (fits(cases[i].pattern, cases[i].name) != cases[i].fits) {
            fail_msg("\"%s\" \"%s\"", cases[i].pattern, cases[i].name);
        }
    }
}


/* fnmatch() would take longer than the universe is old */

static void
many_stars_take_no_time(void **state)
{
    char      name[1025], pattern[1025];
    unsigned  i;

    (void) state;

    memset(name, 'a', 1024);
    name[1024] = '\0';

    for (i = 0; i < 512; i++) {
        memcpy(pattern + 2 * i, "*a", 2);
    }

    pattern[1024] = '\0';
    assert_int_equal(fits(pattern, name), 1);

    pattern[1023] = 'b';
    assert_int_equal(fits(pattern, name), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(patterns),
        cmocka_unit_test(many_stars_take_no_time)
    };

    return cmocka_run_group_tests_name("glob", tests, NULL, NULL);
}
