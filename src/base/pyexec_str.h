
/* Strings that are slices of somebody else's memory, and lists of them. */

#ifndef _PYEXEC_STR_H_INCLUDED_
#define _PYEXEC_STR_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>


/* not terminated; empty is { 0, anything } */

typedef struct {
    size_t                 len;
    const u_char          *data;
} pyexec_str_t;

#define pyexec_str(s)      { sizeof(s) - 1, (const u_char *) s }


/*
 * A list is a slice too: for each element its length, 4 bytes, big-endian,
 * and then its bytes.
 */

typedef pyexec_str_t       pyexec_list_t;


/* bytes of s as an element of a list; writes one, returns what is behind */

size_t pyexec_list_size(const pyexec_str_t *s);
u_char *pyexec_list_add(u_char *p, const pyexec_str_t *s);

/*
 * Takes the first element off the list.  Returns 1 and sets s, 0 where the
 * list is empty, -1 where it is malformed.
 */

int pyexec_list_next(pyexec_list_t *list, pyexec_str_t *s);

/*
 * Length of the UTF-8 sequence of one character at p, which is before end: 1
 * to 4, or 0 where there is none: overlong forms, surrogates and what is over
 * U+10FFFF are none (RFC 3629).
 */

size_t pyexec_utf8_len(const u_char *p, const u_char *end);


#endif /* _PYEXEC_STR_H_INCLUDED_ */
