
/* What a runner hears of its child: any bytes, as they come. */

#include "fuzz.h"

#include "wire/pyexec_message.h"


#define FUZZ_MAX    4096


int
fuzz(const uint8_t *data, size_t len)
{
    size_t        at, had;
    ssize_t       n;
    pyexec_str_t  payload;
    pyexec_msg_e  type;

    at = 0;

    for ( ;; ) {

        n = pyexec_message_at(data + at, len - at, FUZZ_MAX, &type, &payload);

        if (n <= 0) {
            break;
        }

        must((size_t) n <= len - at);
        must(payload.data == data + at + PYEXEC_WIRE_HEADER);
        must(payload.len + PYEXEC_WIRE_HEADER == (size_t) n);
        must(payload.len <= FUZZ_MAX);

        /* no part of a message is one */

        for (had = 0; had < (size_t) n && had < 64; had++) {
            must(pyexec_message_at(data + at, had, FUZZ_MAX, &type, &payload)
                 == 0);
        }

        at += n;
    }

    return 0;
}
