
/* Writing JSON with yajl's generator, one member of an object at a time. */

#ifndef _PYEXEC_JSON_H_INCLUDED_
#define _PYEXEC_JSON_H_INCLUDED_


#include <time.h>

#include <yajl/yajl_gen.h>

#include "base/pyexec_buf.h"


/* bytes of "2026-11-23T06:45:38.123456+00:00", without the NUL */

#define PYEXEC_ISO_LEN      32


/*
 * Returns a generator that appends to out, to be freed with yajl_gen_free().
 * When there is no memory, the process logs that and exits.
 */

yajl_gen pyexec_json_gen(pyexec_buf_t *out);

/*
 * Each of these writes one member, or, if key is NULL, one element of an
 * array.  What _map() and _array() open, the caller closes with yajl's own
 * functions.
 */

void pyexec_json_map(yajl_gen g, const char *key);
void pyexec_json_array(yajl_gen g, const char *key);

/* a string of any bytes: those that are not valid UTF-8 become U+FFFD */

void pyexec_json_text(yajl_gen g, const char *key, const pyexec_str_t *s);

/* s must be valid UTF-8; if it is NULL, null is written */

void pyexec_json_cstr(yajl_gen g, const char *key, const char *s);
void pyexec_json_int(yajl_gen g, const char *key, uint64_t n);
void pyexec_json_bool(yajl_gen g, const char *key, int yes);
void pyexec_json_null(yajl_gen g, const char *key);

/* takes microseconds, writes seconds with six decimals */

void pyexec_json_seconds(yajl_gen g, const char *key, uint64_t us);

/* writes s as an integer, or 0 if there is anything but digits in it */

void pyexec_json_digits(yajl_gen g, const char *key, const pyexec_str_t *s);

/* writes a list as an array of strings, up to its end or a malformed element */

void pyexec_json_list(yajl_gen g, const char *key, pyexec_list_t list);

/* copies json, which must be one valid JSON value */

void pyexec_json_raw(yajl_gen g, const char *key, const pyexec_str_t *json);

/* writes ts, of CLOCK_REALTIME, as above, in UTC and with a NUL */

void pyexec_iso(char iso[PYEXEC_ISO_LEN + 1], const struct timespec *ts);


#endif /* _PYEXEC_JSON_H_INCLUDED_ */
