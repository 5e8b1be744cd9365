
/*
 * Directory trees that hostile code has made.  Nothing here follows a
 * symbolic link, opens what is not a directory, or trusts a name, a mode or
 * a depth.
 */

#ifndef _PYEXEC_TREE_H_INCLUDED_
#define _PYEXEC_TREE_H_INCLUDED_


#include <dirent.h>
#include <time.h>

#include "base/pyexec_buf.h"


#define PYEXEC_MAX_DEPTH    64             /* directories in directories */


typedef struct {
    char                  *path;           /* relative to what was scanned */
    uint64_t               size;           /* bytes */
    struct timespec        modified;
} pyexec_file_t;


typedef struct {
    uint64_t               max_files;      /* of any kind, with directories */
    uint64_t               max_bytes;      /* of disk */
    unsigned               collect:1;      /* fill files[] */
    const char *const     *own;            /* names not to be listed, NULL at
                                              their end */

    /* results */

    uint64_t               nentries;
    uint64_t               bytes;
    const char            *over;           /* NULL, "files" or "disk" */
    pyexec_file_t         *files;          /* regular ones, sorted by path */
    size_t                 nfiles;
    size_t                 size;
} pyexec_scan_t;


/*
 * Looks through the directory dir, but for the files at its top that own
 * names, and stops as soon as a limit is passed; a depth over PYEXEC_MAX_DEPTH
 * counts as "files".  Works while the tree changes.  Returns 0, or -1 and
 * errno.
 */

int pyexec_scan(pyexec_scan_t *s, int dir);
void pyexec_scan_free(pyexec_scan_t *s);

/*
 * Removes name in dir, whatever it is, of any depth; nothing else may change
 * it meanwhile.  files, unless NULL, is increased by the regular files in it.
 * Returns 0, also where there is none, or -1 and errno.
 */

int pyexec_remove(int dir, const char *name, uint64_t *files);

/* removes all that is in dir but the files that keep (NULL at its end) names */

int pyexec_empty(int dir, const char *const *keep);

/* opens a directory that is no link, and makes it accessible if it is not */

int pyexec_open_dir(int dir, const char *name);

/* opens a directory, but follows no link to it; NULL and errno */

DIR *pyexec_opendir(int dir, const char *name);

/* as readdir(), without "." and ".." */

struct dirent *pyexec_readdir(DIR *d);


#endif /* _PYEXEC_TREE_H_INCLUDED_ */
