
/* Strings that point into memory owned by others, and lists of them. */

#ifndef _PYEXEC_STR_H_INCLUDED_
#define _PYEXEC_STR_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>


/* len bytes without a NUL at the end; data may be anything if len is 0 */

typedef struct {
    size_t                 len;
    const u_char          *data;
} pyexec_str_t;

#define pyexec_str(s)      { sizeof(s) - 1, (const u_char *) s }


/* return 1 if s is the word, begins with it, or has it somewhere; else 0 */

int pyexec_str_is(const pyexec_str_t *s, const char *word);
int pyexec_str_begins(const pyexec_str_t *s, const char *word);
int pyexec_str_has(const pyexec_str_t *s, const char *word);


/*
 * A list is one string: for each element 4 bytes with its length, big-endian,
 * and then its bytes, as pyexec_wire.h has it.
 */

typedef pyexec_str_t       pyexec_list_t;


/*
 * pyexec_list_size() returns the bytes that s takes as an element;
 * pyexec_list_add() writes them to p and returns the address behind them.
 */

size_t pyexec_list_size(const pyexec_str_t *s);
u_char *pyexec_list_add(u_char *p, const pyexec_str_t *s);

/*
 * Removes the first element from the list and lets s point to its bytes.
 * Returns 1; 0 if the list is empty; -1 if it is malformed, that is, shorter
 * than the element's length says.
 */

int pyexec_list_next(pyexec_list_t *list, pyexec_str_t *s);

/*
 * Returns the length, 1 to 4, of the UTF-8 sequence at p (p < end), or 0 if it
 * is not valid: cut off by end, overlong, a surrogate, or over U+10FFFF
 * (RFC 3629).
 */

size_t pyexec_utf8_len(const u_char *p, const u_char *end);


#endif /* _PYEXEC_STR_H_INCLUDED_ */
