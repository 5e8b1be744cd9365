
/* "Accept" header fields. */

#include "fuzz.h"

#include "nginx/pyexec_accept.h"


int
fuzz(const uint8_t *data, size_t len)
{
    unsigned         i;
    pyexec_accept_t  one, twice;

    memset(&one, 0, sizeof(pyexec_accept_t));
    pyexec_accept(&one, data, len);

    twice = one;
    pyexec_accept(&twice, data, len);

    for (i = 0; i < PYEXEC_ACCEPT_TYPES; i++) {
        must(one.weight[i] <= 1000);
        must(one.weight[i] == twice.weight[i]);
    }

    if (pyexec_accept_choice(&one) != PYEXEC_ACCEPT_JSON) {
        must(memmem(data, len, "-", 1) != NULL);
        must(one.weight[pyexec_accept_choice(&one)]
             > one.weight[PYEXEC_ACCEPT_JSON]);
    }

    return 0;
}
