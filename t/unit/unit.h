
/* what cmocka needs before it, and what these tests have in common */

#ifndef _UNIT_H_INCLUDED_
#define _UNIT_H_INCLUDED_


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>


#define assert_str(s, text)                                                   \
    do {                                                                      \
        assert_int_equal((s).len, strlen(text));                              \
        assert_memory_equal((s).data, text, (s).len);                         \
    } while (0)


#endif /* _UNIT_H_INCLUDED_ */
