
/* A message of either side: what is accepted is written back as it came. */

#include "fuzz.h"

#include "wire/pyexec_child_wire.h"


static void fuzz_list(const u_char *data, size_t len);


int
fuzz(const uint8_t *data, size_t len)
{
    u_char       *copy;
    size_t        payload;
    pyexec_msg_e  type;

    /* larger than any of them */

    union {
        pyexec_execute_t         execute;
        pyexec_child_job_t       job;
        pyexec_child_checked_t   checked;
        pyexec_child_failed_t    failed;
        uint64_t                 room[64];
    } msg;

    fuzz_list(data, len);

    if (len < PYEXEC_WIRE_HEADER
        || pyexec_wire_header(data, &type, &payload) == -1
        || payload != len - PYEXEC_WIRE_HEADER)
    {
        return 0;
    }

    must(type > 0 && type < PYEXEC_MSG_LAST);

    if (pyexec_wire_decode(type, data + PYEXEC_WIRE_HEADER, payload, &msg)
        == -1)
    {
        return 0;
    }

    must(pyexec_wire_size(type, &msg) == len);

    copy = malloc(len);
    must(copy != NULL);

    must(pyexec_wire_encode(copy, type, &msg) == copy + len);
    must(memcmp(copy, data, len) == 0);

    free(copy);

    return 0;
}


static void
fuzz_list(const u_char *data, size_t len)
{
    int            rc;
    size_t         sum;
    pyexec_str_t   s;
    pyexec_list_t  list = { len, data };

    sum = 0;

    while ((rc = pyexec_list_next(&list, &s)) == 1) {
        must(s.data >= data && s.data + s.len <= data + len);
        sum += pyexec_list_size(&s);
    }

    must(rc == -1 || sum == len);
}
