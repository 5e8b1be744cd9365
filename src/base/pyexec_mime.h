
#ifndef _PYEXEC_MIME_H_INCLUDED_
#define _PYEXEC_MIME_H_INCLUDED_


/*
 * Returns the media type (as IANA registers them) for the suffix of a path, in
 * upper or lower case, or NULL if it is not in the table.  The table is not
 * nginx's, which runners can't see and which has no CSV; nor Python's, which
 * depends on the host's /etc/mime.types.
 */

const char *pyexec_mime_type(const char *path);


#endif /* _PYEXEC_MIME_H_INCLUDED_ */
