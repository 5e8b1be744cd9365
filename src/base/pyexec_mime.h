
#ifndef _PYEXEC_MIME_H_INCLUDED_
#define _PYEXEC_MIME_H_INCLUDED_


/*
 * The media type that a file's name tells, or NULL.  The table is our own:
 * nginx's is out of a runner's reach and has no CSV, and what Python knows
 * differs with /etc/mime.types.  The types are IANA's.
 */

const char *pyexec_mime_type(const char *path);


#endif /* _PYEXEC_MIME_H_INCLUDED_ */
