
/* Patterns of names. */

#ifndef _PYEXEC_GLOB_H_INCLUDED_
#define _PYEXEC_GLOB_H_INCLUDED_


#include "base/pyexec_str.h"


/*
 * Returns 1 if the pattern fits all of name, else 0.  "*" stands for any bytes,
 * slashes too, "?" for one, "[a-z]" and "[!a-z]" for one of a set or out of it.
 * Unlike with fnmatch(3), the time is at most that of len of both, multiplied.
 */

int pyexec_glob(const pyexec_str_t *pattern, const char *name);


#endif /* _PYEXEC_GLOB_H_INCLUDED_ */
