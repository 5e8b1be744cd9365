
/*
 * Notes: which runs of a session are under way.
 *
 * A note is a directory entry in code_exec/.running whose name is the run's id,
 * a dot and the microseconds of its start.  All notes of a session are hard
 * links to one empty file, so that no inode is made or removed for a note: ext4
 * without a journal looks at each inode that was freed within the last minutes
 * and skips it, which makes new ones slow.
 */

#ifndef _PYEXEC_NOTE_H_INCLUDED_
#define _PYEXEC_NOTE_H_INCLUDED_


#include "store/pyexec_line.h"


/* runs is a descriptor of code_exec; these return 0, or -1 and errno */

int pyexec_note_make(int runs, const char *run_id, const char *started_at);
int pyexec_note_remove(int runs, const char *run_id, const char *started_at);

/*
 * Removes the directory of notes, if there is none.  While there is one, or
 * code_exec has any other entry, it can't be removed: a run that begins makes
 * its note first.  Returns 0, or -1 and errno.
 */

int pyexec_notes_drop(int runs);

/* returns 1 if the note exists, else 0 */

int pyexec_note_exists(int runs, const char *run_id, const char *started_at);

/*
 * Appends all notes to notes, as lines that have only a run_id and a
 * started_at.  Returns 0, or -1 and errno.
 */

int pyexec_notes_read(pyexec_lines_t *notes, int runs);


#endif /* _PYEXEC_NOTE_H_INCLUDED_ */
