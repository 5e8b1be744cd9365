
/* Names of files, which may have any bytes, as text and in URLs. */

#ifndef _PYEXEC_PATH_H_INCLUDED_
#define _PYEXEC_PATH_H_INCLUDED_


#include "base/pyexec_buf.h"


/*
 * Appends a path as UTF-8.  Different paths stay different: a byte that is not
 * part of valid UTF-8 becomes "\xhh", and so does a backslash before what looks
 * like that.
 */

void pyexec_path_text(pyexec_buf_t *out, const char *path);

/* appends the URL of a session's file: prefix, which ends with "/", and both */

void pyexec_path_url(pyexec_buf_t *out, const pyexec_str_t *prefix,
    const pyexec_str_t *session, const char *path);


#endif /* _PYEXEC_PATH_H_INCLUDED_ */
