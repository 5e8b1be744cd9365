
/* Storing and removing files of a session, for HTTP clients. */

#ifndef _PYEXEC_UPLOAD_H_INCLUDED_
#define _PYEXEC_UPLOAD_H_INCLUDED_


#include "store/pyexec_files.h"


/*
 * Stores what is in the file body as job->path, whole or not at all, and makes
 * the directories that are missing; gives up if the socket client is closed.
 * Until it is whole, the file is a temporary one: see pyexec_temp.h.  Sets st,
 * and created if there was no such file.  Returns 0, or -1 and errno:
 *
 *   EFBIG      the session would hold more than max_session
 *   ENOSPC     the disk is full, or would be by the measure of pyexec_min_free
 *   ECANCELED  the request's precondition does not hold
 *   EEXIST     something else than a regular file has the name
 *   ENOTDIR    a part of the path is no directory, or a link
 *   EDOM       it is in code_exec
 */

int pyexec_upload(pyexec_store_t *store, const pyexec_file_job_t *job,
    int body, int client, struct stat *st, unsigned *created);

/*
 * Removes a file or, if job->recursive is set, a directory, and adds the number
 * of regular files removed to *files.  Returns 0, or -1 and errno: ECANCELED
 * and EDOM as above, EISDIR for a directory without recursive, EBUSY if
 * something is mounted there, ENOENT and others if it is not there.
 */

int pyexec_upload_remove(pyexec_store_t *store, const pyexec_file_job_t *job,
    uint64_t *files);


#endif /* _PYEXEC_UPLOAD_H_INCLUDED_ */
