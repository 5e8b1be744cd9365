
/* Files that a run has deleted and holds, which no scan of a directory finds */

#ifndef _PYEXEC_DELETED_H_INCLUDED_
#define _PYEXEC_DELETED_H_INCLUDED_


#include <stdint.h>


/*
 * Sets bytes to the disk space of the deleted files that the process has open,
 * plus size for each that it has only mapped: /proc does not tell what these
 * take.  Mapped files are counted below the workspace, whose path has no links,
 * and where a mount namespace shows it.  Stops when bytes is more than max.
 * Nothing is held by a process that has died.  Returns 0, or -1 and errno if
 * /proc can't be read.
 */

int pyexec_deleted(long pid, const char *workspace, uint64_t size, uint64_t max,
    uint64_t *bytes);


#endif /* _PYEXEC_DELETED_H_INCLUDED_ */
