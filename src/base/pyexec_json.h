
/* yajl's generator, for what the pool writes: members of objects. */

#ifndef _PYEXEC_JSON_H_INCLUDED_
#define _PYEXEC_JSON_H_INCLUDED_


#include <time.h>

#include <yajl/yajl_gen.h>

#include "base/pyexec_buf.h"


/* "2026-11-23T06:45:38.123456+00:00" */

#define PYEXEC_ISO_LEN      32


/* a generator that appends to out; freed with yajl_gen_free() */

yajl_gen pyexec_json_gen(pyexec_buf_t *out);

/* a key of NULL: an element of an array */

void pyexec_json_map(yajl_gen g, const char *key);
void pyexec_json_array(yajl_gen g, const char *key);

/* any bytes: what is no UTF-8 becomes U+FFFD */

void pyexec_json_text(yajl_gen g, const char *key, const pyexec_str_t *s);

/* UTF-8; NULL is null */

void pyexec_json_cstr(yajl_gen g, const char *key, const char *s);
void pyexec_json_int(yajl_gen g, const char *key, uint64_t n);
void pyexec_json_bool(yajl_gen g, const char *key, int yes);
void pyexec_json_null(yajl_gen g, const char *key);

/* microseconds, as seconds with six decimals */

void pyexec_json_seconds(yajl_gen g, const char *key, uint64_t us);

/* text that is to be a number: 0 where it is none */

void pyexec_json_digits(yajl_gen g, const char *key, const pyexec_str_t *s);

/* a list of the wire as an array of strings */

void pyexec_json_list(yajl_gen g, const char *key, pyexec_list_t list);

/* bytes that are JSON already */

void pyexec_json_raw(yajl_gen g, const char *key, const pyexec_str_t *json);

/* writes ISO 8601 in UTC with microseconds, and a NUL */

void pyexec_iso(char iso[PYEXEC_ISO_LEN + 1], const struct timespec *ts);


#endif /* _PYEXEC_JSON_H_INCLUDED_ */
