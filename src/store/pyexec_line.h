
/* Lines of runs.jsonl. */

#ifndef _PYEXEC_LINE_H_INCLUDED_
#define _PYEXEC_LINE_H_INCLUDED_


#include "base/pyexec_json.h"
#include "wire/pyexec_name.h"


#define PYEXEC_LINES        "runs.jsonl"

/* statuses that only the history knows, beside a result's */

#define PYEXEC_RUNNING      "running"
#define PYEXEC_INTERRUPTED  "interrupted"


typedef struct {
    pyexec_str_t           text;           /* without its newline */
    char                   run_id[PYEXEC_RUN_ID_LEN + 1];
    char                   started_at[PYEXEC_ISO_LEN + 1];
    char                   status[16];
} pyexec_line_t;


typedef struct {
    pyexec_line_t         *line;
    size_t                 n;
    size_t                 size;
    pyexec_buf_t           text;           /* what the lines point into */
} pyexec_lines_t;


/*
 * Writes a line with its newline, whole or not at all; runs is code_exec,
 * whose session is locked.  Returns 0, or -1 and errno.
 */

int pyexec_lines_append(int runs, const pyexec_buf_t *line);

/*
 * Reads the last lines of the file, want of them at least if there are as
 * many; 0: all.  Lines that a run which was interrupted in its first moments
 * left late do not count, and text that is no line of ours is passed over.
 * The lines are in the file's order.  Returns 0, or -1 and errno.
 */

int pyexec_lines_read(pyexec_lines_t *ls, int fd, size_t want);
void pyexec_lines_free(pyexec_lines_t *ls);

/* another line at the end; the text stays the caller's */

pyexec_line_t *pyexec_lines_add(pyexec_lines_t *ls);

pyexec_line_t *pyexec_lines_find(pyexec_lines_t *ls, const char *run_id);

/* oldest first, by started_at, then by run_id */

void pyexec_lines_sort(pyexec_lines_t *ls);

/* returns 0 and fills the line, or -1 where text is no line of ours */

int pyexec_line_parse(pyexec_line_t *line, const pyexec_str_t *text);


#endif /* _PYEXEC_LINE_H_INCLUDED_ */
