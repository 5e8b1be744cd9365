
/* Names of files, which may have any bytes, as text and in URLs. */

#ifndef _PYEXEC_PATH_H_INCLUDED_
#define _PYEXEC_PATH_H_INCLUDED_


#include <time.h>

#include "base/pyexec_json.h"


/*
 * Appends a path as UTF-8.  Different paths stay different: a byte that is not
 * part of valid UTF-8 becomes "\xhh", and so does a backslash before what looks
 * like that.
 */

void pyexec_path_text(pyexec_buf_t *out, const char *path);

/*
 * Writes the members of an object that tells of a session's file: path, which
 * is relative to the session, size_bytes, modified_at, mime_type and, unless
 * prefix is empty, url.  The prefix of URLs ends with "/".
 */

void pyexec_path_members(yajl_gen g, const char *path, uint64_t size,
    const struct timespec *modified, const pyexec_str_t *prefix,
    const pyexec_str_t *session);


#endif /* _PYEXEC_PATH_H_INCLUDED_ */
