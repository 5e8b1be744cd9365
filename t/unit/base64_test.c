
#include "unit.h"

#include "base/pyexec_base64.h"


/* decodes text in two parts; returns the number of bytes, or -1 */

static ssize_t
decode(const char *text, size_t first, u_char *out)
{
    size_t           len;
    ssize_t          one, two, three;
    pyexec_base64_t  b;

    len = strlen(text);
    memset(&b, 0, sizeof(b));

    one = pyexec_base64_decode(&b, out, (const u_char *) text, first);
    two = one == -1 ? -1 : pyexec_base64_decode(&b, out + one,
                                                (const u_char *) text + first,
                                                len - first);
    three = two == -1 ? -1 : pyexec_base64_end(&b, out + one + two);

    return three == -1 ? -1 : one + two + three;
}


static void
there_and_back(void **state)
{
    char     text[512];
    size_t   len, first, i;
    u_char   bytes[256], out[512], *last;

    (void) state;

    for (i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (u_char) (i * 37 + 255);
    }

    for (len = 0; len < sizeof(bytes); len++) {
        last = pyexec_base64_encode((u_char *) text, bytes, len);
        assert_int_equal(last - (u_char *) text, PYEXEC_BASE64_LEN(len));
        *last = '\0';

        for (first = 0; first <= strlen(text); first += 1 + len / 16) {
            assert_int_equal(decode(text, first, out), len);
            assert_memory_equal(out, bytes, len);
        }
    }
}


static void
known_values(void **state)
{
    u_char  out[64];

    (void) state;

    *pyexec_base64_encode(out, (const u_char *) "any carnal pleas\xff\xfe", 18)
        = '\0';
    assert_string_equal((char *) out, "YW55IGNhcm5hbCBwbGVhc//+");

    assert_int_equal(decode("YW55\r\nIA", 3, out), 4);
    assert_memory_equal(out, "any ", 4);
}


static void
what_is_not_base64(void **state)
{
    unsigned  i;
    u_char    out[64];

    static const char *const  texts[] = {
        "A", "AAAAA", "AA=A", "AA===", "AAA==", "=", "AAAA=", "A=", "A===",
        "AA AA", "AA-_", "AA\x80\x80", "\xff\xff\xff\xff", "AA,A"
    };

    (void) state;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(decode(texts[i], 1, out), -1);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(known_values),
        cmocka_unit_test(what_is_not_base64)
    };

    return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
