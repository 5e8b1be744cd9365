
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/pyexec_tree.h"
#include "store/pyexec_note.h"


#define PYEXEC_NOTES        ".running"
#define PYEXEC_NOTE         PYEXEC_NOTES "/.note"
#define PYEXEC_NOTE_LEN     64

/* offset and number of the digits of the microseconds in a started_at */

#define PYEXEC_ISO_US       20
#define PYEXEC_US_LEN       6


static int pyexec_note_link(int runs);
static void pyexec_note_name(char name[PYEXEC_NOTE_LEN], const char *run_id,
    const char *started_at);
static int pyexec_note_parse(pyexec_line_t *note, const char *name);


int
pyexec_note_make(int runs, const char *run_id, const char *started_at)
{
    char  note[PYEXEC_NOTE_LEN];

    pyexec_note_name(note, run_id, started_at);

    if (linkat(runs, PYEXEC_NOTE, runs, note, 0) == 0) {
        return 0;
    }

    if (errno != ENOENT || pyexec_note_link(runs) == -1) {
        return -1;
    }

    return linkat(runs, PYEXEC_NOTE, runs, note, 0);
}


int
pyexec_note_remove(int runs, const char *run_id, const char *started_at)
{
    char  note[PYEXEC_NOTE_LEN];

    pyexec_note_name(note, run_id, started_at);

    return unlinkat(runs, note, 0);
}


int
pyexec_note_exists(int runs, const char *run_id, const char *started_at)
{
    char  note[PYEXEC_NOTE_LEN];

    pyexec_note_name(note, run_id, started_at);

    return faccessat(runs, note, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}


int
pyexec_notes_drop(int runs)
{
    if (unlinkat(runs, PYEXEC_NOTE, 0) == -1 && errno != ENOENT) {
        return -1;
    }

    return unlinkat(runs, PYEXEC_NOTES, AT_REMOVEDIR) == -1
           && errno != ENOENT ? -1 : 0;
}


int
pyexec_notes_read(pyexec_lines_t *notes, int runs)
{
    DIR            *d;
    struct dirent  *de;

    d = pyexec_opendir(runs, PYEXEC_NOTES);
    if (d == NULL) {
        return errno == ENOENT ? 0 : -1;
    }

    while ((de = pyexec_readdir(d)) != NULL) {
        if (pyexec_note_parse(pyexec_lines_add(notes), de->d_name) == -1) {
            notes->n--;
        }
    }

    (void) closedir(d);

    return 0;
}


/* makes the directory of notes, and the file that they are links to */

static int
pyexec_note_link(int runs)
{
    int  fd;

    if (mkdirat(runs, PYEXEC_NOTES, 0777) == -1 && errno != EEXIST) {
        return -1;
    }

    fd = openat(runs, PYEXEC_NOTE, O_WRONLY|O_CREAT|O_NOFOLLOW|O_CLOEXEC,
                0666);

    return fd == -1 ? -1 : close(fd);
}


static void
pyexec_note_name(char name[PYEXEC_NOTE_LEN], const char *run_id,
    const char *started_at)
{
    (void) snprintf(name, PYEXEC_NOTE_LEN, PYEXEC_NOTES "/%s.%.*s", run_id,
                    PYEXEC_US_LEN, started_at + PYEXEC_ISO_US);
}


/* returns 0 and sets note, or -1 if name is not that of a note */

static int
pyexec_note_parse(pyexec_line_t *note, const char *name)
{
    const char    *us;
    pyexec_str_t   id;

    id.data = (u_char *) name;
    id.len = PYEXEC_RUN_ID_LEN;
    us = name + PYEXEC_RUN_ID_LEN + 1;

    if (strlen(name) != PYEXEC_RUN_ID_LEN + 1 + PYEXEC_US_LEN
        || !pyexec_run_id_valid(&id)
        || us[-1] != '.'
        || strspn(us, "0123456789") != PYEXEC_US_LEN)
    {
        return -1;
    }

    (void) snprintf(note->run_id, sizeof(note->run_id), "%.*s",
                    PYEXEC_RUN_ID_LEN, name);

    /* "20261123T150828-..." becomes "2026-11-23T15:08:28.077251+00:00" */

    (void) snprintf(note->started_at, sizeof(note->started_at),
                    "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s.%s+00:00", name, name + 4,
                    name + 6, name + 9, name + 11, name + 13, us);

    return 0;
}
