
/*
 * Scanning and removing directory trees that hostile code has made.  These
 * functions never follow a symbolic link and open nothing but directories; any
 * name, mode or depth may occur.  Directories are given as descriptors.
 */

#ifndef _PYEXEC_TREE_H_INCLUDED_
#define _PYEXEC_TREE_H_INCLUDED_


#include <dirent.h>
#include <time.h>

#include <sys/stat.h>

#include "base/pyexec_buf.h"


#define PYEXEC_MAX_DEPTH    64             /* of directories, in a scan */


typedef struct {
    char                  *path;           /* from the scanned directory */
    uint64_t               size;           /* bytes */
    struct timespec        modified;       /* st_ctim: the code can set the
                                              other times */
    unsigned               mark;           /* 0; for the caller */
} pyexec_file_t;


/* a file of the pool's at the top of a scanned directory */

typedef struct {
    const char            *name;
    mode_t                 type;           /* S_IFREG, ..: what has this name
                                              and another type is the code's */
} pyexec_own_t;


typedef struct {
    uint64_t               max_files;      /* of entries: directories too */
    uint64_t               max_bytes;      /* of disk space */
    unsigned               collect:1;      /* 1: fill files[] */
    const pyexec_own_t    *own;            /* the pool's files, which are not
                                              counted; ends with a NULL name */

    /* results */

    uint64_t               nentries;       /* without the pool's files */
    unsigned               nown;           /* of these */
    uint64_t               bytes;          /* disk space, st_blocks * 512 */
    struct timespec        changed;        /* when a directory was, last */
    const char            *over;           /* the limit that was passed:
                                              "files", "disk", or NULL */
    pyexec_file_t         *files;          /* regular ones, sorted by path */
    size_t                 nfiles;
    size_t                 size;           /* entries allocated */
} pyexec_scan_t;


/*
 * Counts what is in the directory dir and below, and stops as soon as a limit
 * is passed; a depth or a path that is too long counts as "files".  The tree
 * may change meanwhile.  Returns 0, also if a limit was passed, or -1 and
 * errno.  pyexec_scan_free() frees files[].
 */

int pyexec_scan(pyexec_scan_t *s, int dir);
void pyexec_scan_free(pyexec_scan_t *s);

/*
 * Lets the owner into an open directory, whatever mode the code has given it,
 * and sets st to what it was.  Returns 0, or -1 and errno.
 */

int pyexec_reopen(int dir, struct stat *st);

/*
 * Removes the file or directory name in dir, with all that is in it; nobody
 * else may change that meanwhile.  Adds the number of regular files removed to
 * *files, unless files is NULL.  Returns 0, also if name does not exist, or -1
 * and errno.
 */

int pyexec_remove(int dir, const char *name, uint64_t *files);

/*
 * Adds the number of regular files in the directory name in dir, and below it,
 * to *files.  Returns 0, or -1 and errno.
 */

int pyexec_count(int dir, const char *name, uint64_t *files);

/*
 * renameat() of a directory, also of one whose mode does not let the caller
 * write to it.  Returns 0, or -1 and errno.
 */

int pyexec_move(int from, const char *name, int to, const char *new_name);

/*
 * Removes everything in dir except the names in keep, which ends with NULL.
 * Returns 0, or -1 and errno.
 */

int pyexec_empty(int dir, const char *const *keep);

/*
 * openat2() of what is beneath dir, through no symbolic link; close-on-exec.
 * Returns a descriptor, or -1 and errno: ELOOP or EXDEV where there is a link.
 */

int pyexec_open_beneath(int dir, const char *path, int flags);

/*
 * The same for a regular file, to be read: sets st.  Returns -1 and ENOENT for
 * anything else, which is not waited for.
 */

int pyexec_open_regular(int dir, const char *path, struct stat *st);

/* opens the directory name, which must not be a link; or NULL and errno */

DIR *pyexec_opendir(int dir, const char *name);

/* readdir() that leaves out "." and ".." */

struct dirent *pyexec_readdir(DIR *d);


#endif /* _PYEXEC_TREE_H_INCLUDED_ */
