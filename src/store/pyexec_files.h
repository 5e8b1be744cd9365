
/*
 * The files of a session, as HTTP clients see them.  Names and everything else
 * may change at any time, by the code of a run that may write there or by the
 * session's owner: nothing here follows a symbolic link, leaves the session, or
 * waits for a FIFO.  What is neither a directory nor a regular file of one name
 * is not there, and neither are the pool's own records.
 */

#ifndef _PYEXEC_FILES_H_INCLUDED_
#define _PYEXEC_FILES_H_INCLUDED_


#include <sys/stat.h>

#include "base/pyexec_json.h"
#include "store/pyexec_store.h"
#include "wire/pyexec_wire.h"


/*
 * A file that is there.  One of several names may be that of a file elsewhere;
 * without any, it has just been replaced or removed.
 */

#define pyexec_files_one(st)  (S_ISREG((st)->st_mode) && (st)->st_nlink <= 1)


/* bytes of an entity tag with its quotation marks and a NUL: inode, size, ns */

#define PYEXEC_ETAG         64


/*
 * Opens a session's file to be read.  Returns its descriptor, and sets st; or
 * -1 and errno: EISDIR for a directory, ENOENT and others if it is not there.
 */

int pyexec_files_open(pyexec_store_t *store, const pyexec_file_job_t *job,
    struct stat *st);

/*
 * Appends {"session_id": .., "path": .., "items": [..], "truncated": ..}, with
 * the regular files in the directory and below it, in the order of their paths.
 * Those that are nested too deep are left out, which makes it truncated too.
 * Returns 0, or -1 and errno; a session that is not there has no files.
 */

int pyexec_files_list(pyexec_store_t *store, const pyexec_file_job_t *job,
    pyexec_buf_t *out);

/* writes the item of a list; path is relative to the session */

void pyexec_files_item(yajl_gen g, const pyexec_file_job_t *job,
    const char *path, const struct stat *st);

void pyexec_files_etag(char etag[PYEXEC_ETAG], const struct stat *st);

/* returns 1 if the path is of a run that has ended, else 0 */

int pyexec_files_final(pyexec_store_t *store, const pyexec_str_t *path);

/*
 * openat2() of what is beneath dir, through no symbolic link.  Returns a
 * descriptor, or -1 and errno.
 */

int pyexec_files_at(int dir, const pyexec_str_t *path, int flags);


#endif /* _PYEXEC_FILES_H_INCLUDED_ */
