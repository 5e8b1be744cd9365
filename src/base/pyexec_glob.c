
#include <string.h>

#include "base/pyexec_glob.h"


static const u_char *pyexec_glob_one(const u_char *p, const u_char *end,
    u_char c);
static const u_char *pyexec_glob_set(const u_char *p, const u_char *end,
    u_char c);


int
pyexec_glob(const pyexec_str_t *pattern, const char *name)
{
    const u_char  *p, *n, *next, *end, *star, *again;

    p = pattern->data;
    end = p + pattern->len;
    n = (const u_char *) name;
    star = NULL;
    again = NULL;

    /* where it does not fit, the last "*" takes one byte more */

    while (*n) {

        if (p < end && *p == '*') {
            star = ++p;
            again = n;
            continue;
        }

        next = p < end ? pyexec_glob_one(p, end, *n) : NULL;

        if (next) {
            p = next;
            n++;

        } else if (star) {
            p = star;
            n = ++again;

        } else {
            return 0;
        }
    }

    while (p < end && *p == '*') {
        p++;
    }

    return p == end;
}


/* returns the address behind what stands for c, or NULL */

static const u_char *
pyexec_glob_one(const u_char *p, const u_char *end, u_char c)
{
    if (*p == '?') {
        return p + 1;
    }

    /* a bracket that is not closed is one */

    if (*p == '[' && end - p > 2 && memchr(p + 2, ']', end - p - 2)) {
        return pyexec_glob_set(p + 1, end, c);
    }

    return *p == c ? p + 1 : NULL;
}


static const u_char *
pyexec_glob_set(const u_char *p, const u_char *end, u_char c)
{
    unsigned       not, in;
    const u_char  *first;

    not = *p == '!' || *p == '^';
    p += not;
    in = 0;

    for (first = p; p < end && (*p != ']' || p == first); p++) {

        if (end - p > 2 && p[1] == '-' && p[2] != ']') {
            in |= p[0] <= c && c <= p[2];
            p += 2;

        } else {
            in |= *p == c;
        }
    }

    /* "[!]": not closed */

    return p < end && in != not ? p + 1 : NULL;
}
