
/*
 * A file that is written before it has its name: without any, so that nothing
 * is left of it if this process dies, or as ".pyexec." and 16 hex digits where
 * the file system knows no O_TMPFILE.
 */

#ifndef _PYEXEC_TEMP_H_INCLUDED_
#define _PYEXEC_TEMP_H_INCLUDED_


typedef struct {
    int                    fd;             /* for writing */
    int                    dir;            /* that of its name; -1: none */
    char                   name[32];
} pyexec_temp_t;


/* makes one on the directory's file system; returns 0, or -1 and errno */

int pyexec_temp_open(pyexec_temp_t *t, int dir);

/*
 * Gives it a name that is not there yet, or else replaces the file that has the
 * name.  Returns 0, or -1 and errno: EEXIST if the name is there.
 */

int pyexec_temp_link(const pyexec_temp_t *t, int dir, const char *name);
int pyexec_temp_replace(const pyexec_temp_t *t, int dir, const char *name);

/* closes it, and removes the name that it had meanwhile; keeps errno */

void pyexec_temp_close(pyexec_temp_t *t);


#endif /* _PYEXEC_TEMP_H_INCLUDED_ */
