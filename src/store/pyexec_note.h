
/*
 * Notes of runs that are under way.
 *
 * A note is an entry in code_exec/.running, named with the run's id and the
 * microseconds of its start.  All notes of a session are links to one empty
 * file: inodes that are made and removed with every run are what some file
 * systems are slow at (ext4 without a journal looks at each that it has freed
 * within minutes).
 */

#ifndef _PYEXEC_NOTE_H_INCLUDED_
#define _PYEXEC_NOTE_H_INCLUDED_


#include "store/pyexec_line.h"


/* runs is code_exec; both return -1 and errno */

int pyexec_note_make(int runs, const char *run_id, const char *started_at);
int pyexec_note_remove(int runs, const char *run_id, const char *started_at);

/* 1 or 0 */

int pyexec_note_exists(int runs, const char *run_id, const char *started_at);

/* adds all notes, as lines with a run_id and a started_at; -1 and errno */

int pyexec_notes_read(pyexec_lines_t *notes, int runs);


#endif /* _PYEXEC_NOTE_H_INCLUDED_ */
