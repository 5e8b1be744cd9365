
/* What the fuzzers have in common: libFuzzer calls fuzz() with its inputs. */

#ifndef _PYEXEC_FUZZ_H_INCLUDED_
#define _PYEXEC_FUZZ_H_INCLUDED_


#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/pyexec_wire.h"


#define fuzz        LLVMFuzzerTestOneInput

int fuzz(const uint8_t *data, size_t len);


/* what must be true of any input */

#define must(condition)                                                       \
    do {                                                                      \
        if (!(condition)) {                                                   \
            (void) fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, \
                           #condition);                                       \
            abort();                                                          \
        }                                                                     \
    } while (0)


#endif /* _PYEXEC_FUZZ_H_INCLUDED_ */
