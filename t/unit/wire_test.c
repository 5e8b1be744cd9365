
#include "unit.h"

#include "wire/pyexec_child_wire.h"
#include "wire/pyexec_wire.h"


static pyexec_execute_t
sample(void)
{
    pyexec_execute_t  m;

    memset(&m, 0, sizeof(m));
    m.workspace = 3;
    m.session = (pyexec_str_t) pyexec_str("session");
    m.code = (pyexec_str_t) pyexec_str("print(1)\n");
    m.timeout = 30;
    m.max_memory = UINT64_MAX - 1;
    m.max_flood = 1;
    m.policy = 1;

    return m;
}


static void
round_trip(void **state)
{
    size_t             size, len;
    u_char             buf[512], list[32], *end;
    pyexec_msg_e       type;
    pyexec_str_t       s = pyexec_str("os"), t = pyexec_str("");
    pyexec_execute_t   m, n;

    (void) state;

    m = sample();
    end = pyexec_list_add(pyexec_list_add(list, &s), &t);
    m.deny.data = list;
    m.deny.len = end - list;

    size = pyexec_wire_size(PYEXEC_MSG_EXECUTE, &m);
    end = pyexec_wire_encode(buf, PYEXEC_MSG_EXECUTE, &m);
    assert_int_equal(end - buf, size);

    assert_int_equal(pyexec_wire_header(buf, &type, &len), 0);
    assert_int_equal(type, PYEXEC_MSG_EXECUTE);
    assert_int_equal(len, size - PYEXEC_WIRE_HEADER);

    assert_int_equal(pyexec_wire_decode(type, buf + PYEXEC_WIRE_HEADER, len,
                                        &n), 0);
    assert_int_equal(n.workspace, 3);
    assert_str(n.session, "session");
    assert_str(n.code, "print(1)\n");
    assert_int_equal(n.timeout, 30);
    assert_true(n.max_memory == UINT64_MAX - 1);
    assert_int_equal(n.max_flood, 1);
    assert_int_equal(n.policy, 1);

    assert_int_equal(pyexec_list_next(&n.deny, &s), 1);
    assert_str(s, "os");
    assert_int_equal(pyexec_list_next(&n.deny, &s), 1);
    assert_int_equal(s.len, 0);
    assert_int_equal(pyexec_list_next(&n.deny, &s), 0);
    assert_int_equal(pyexec_list_next(&n.allow, &s), 0);
}


static void
every_truncation_is_refused(void **state)
{
    size_t             len, i;
    u_char             buf[512], *end, *copy;
    pyexec_execute_t   m, n;

    (void) state;

    m = sample();
    end = pyexec_wire_encode(buf, PYEXEC_MSG_EXECUTE, &m);
    len = end - buf - PYEXEC_WIRE_HEADER;

    for (i = 0; i < len; i++) {

        /* of its own size, so that a sanitizer sees what is read behind it */

        copy = malloc(i ? i : 1);
        memcpy(copy, buf + PYEXEC_WIRE_HEADER, i);
        assert_int_equal(pyexec_wire_decode(PYEXEC_MSG_EXECUTE, copy, i, &n),
                         -1);
        free(copy);
    }
}


static void
trailing_bytes_are_refused(void **state)
{
    u_char         buf[64];
    pyexec_job_t   job = { 7 };

    (void) state;

    memset(buf, 0, sizeof(buf));
    (void) pyexec_wire_encode(buf, PYEXEC_MSG_JOB, &job);

    assert_int_equal(pyexec_wire_decode(PYEXEC_MSG_JOB,
                                        buf + PYEXEC_WIRE_HEADER, 8, &job), 0);
    assert_int_equal(job.deadline, 7);
    assert_int_equal(pyexec_wire_decode(PYEXEC_MSG_JOB,
                                        buf + PYEXEC_WIRE_HEADER, 9, &job),
                     -1);
}


static void
headers_are_checked(void **state)
{
    size_t         len;
    unsigned       i;
    pyexec_msg_e   type;

    static const struct {
        u_char     header[8];
        int        rc;
    } cases[] = {
        { { 1, PYEXEC_MSG_JOB, 0, 0, 0, 0, 0, 8 }, 0 },
        { { 2, PYEXEC_MSG_JOB, 0, 0, 0, 0, 0, 8 }, -1 },
        { { 0, PYEXEC_MSG_JOB, 0, 0, 0, 0, 0, 8 }, -1 },
        { { 1, 0, 0, 0, 0, 0, 0, 8 }, -1 },
        { { 1, PYEXEC_MSG_LAST, 0, 0, 0, 0, 0, 8 }, -1 },
        { { 1, 255, 0, 0, 0, 0, 0, 8 }, -1 },
        { { 1, PYEXEC_MSG_JOB, 1, 0, 0, 0, 0, 8 }, -1 },
        { { 1, PYEXEC_MSG_JOB, 0, 1, 0, 0, 0, 8 }, -1 },
        { { 1, PYEXEC_MSG_JOB, 0, 0, 0, 1, 0, 0 }, 0 },
        { { 1, PYEXEC_MSG_JOB, 0, 0, 0, 1, 0, 1 }, -1 },
        { { 1, PYEXEC_MSG_RESULT, 0, 0, 8, 0, 0, 0 }, 0 },
        { { 1, PYEXEC_MSG_RESULT, 0, 0, 8, 0, 0, 1 }, -1 },
        { { 1, PYEXEC_MSG_RESULT, 0, 0, 255, 255, 255, 255 }, -1 }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(pyexec_wire_header(cases[i].header, &type, &len),
                         cases[i].rc);
    }
}


static void
a_length_over_the_end_is_refused(void **state)
{
    pyexec_str_t    s;
    pyexec_list_t   list;

    static const u_char  huge[] = { 255, 255, 255, 255, 'x' };
    static const u_char  one_too_many[] = { 0, 0, 0, 2, 'x' };

    (void) state;

    list.data = huge;
    list.len = sizeof(huge);
    assert_int_equal(pyexec_list_next(&list, &s), -1);

    list.data = one_too_many;
    list.len = sizeof(one_too_many);
    assert_int_equal(pyexec_list_next(&list, &s), -1);

    list.len = 3;
    assert_int_equal(pyexec_list_next(&list, &s), -1);
}


static void
what_is_too_long_is_not_sent(void **state)
{
    pyexec_log_t  log;

    (void) state;

    log.level = 1;
    log.text.data = (const u_char *) "";
    log.text.len = PYEXEC_WIRE_MAX_SHORT - 8;
    assert_int_equal(pyexec_wire_size(PYEXEC_MSG_LOG, &log),
                     PYEXEC_WIRE_HEADER + PYEXEC_WIRE_MAX_SHORT);

    log.text.len++;
    assert_int_equal(pyexec_wire_size(PYEXEC_MSG_LOG, &log), 0);

    log.text.len = SIZE_MAX - 2;
    assert_int_equal(pyexec_wire_size(PYEXEC_MSG_LOG, &log), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(trailing_bytes_are_refused),
        cmocka_unit_test(headers_are_checked),
        cmocka_unit_test(a_length_over_the_end_is_refused),
        cmocka_unit_test(what_is_too_long_is_not_sent)
    };

    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
