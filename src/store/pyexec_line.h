
/* The lines of a history, each a JSON object and a newline. */

#ifndef _PYEXEC_LINE_H_INCLUDED_
#define _PYEXEC_LINE_H_INCLUDED_


#include "base/pyexec_json.h"
#include "store/pyexec_segment.h"
#include "wire/pyexec_name.h"


/* statuses in the history that a result never has */

#define PYEXEC_RUNNING      "running"
#define PYEXEC_INTERRUPTED  "interrupted"


typedef struct {
    pyexec_str_t           text;           /* without the newline */
    char                   run_id[PYEXEC_RUN_ID_LEN + 1];
    char                   started_at[PYEXEC_ISO_LEN + 1];
    char                   status[16];
} pyexec_line_t;


typedef struct {
    pyexec_line_t         *line;
    size_t                 n;
    size_t                 size;           /* lines allocated */
    pyexec_buf_t           text;           /* line[].text points into it, or
                                              into one of older */
    pyexec_buf_t          *older;
    size_t                 nolder;
} pyexec_lines_t;


/*
 * Appends a line, which ends with a newline, to the file in the directory runs
 * (code_exec); the caller holds PYEXEC_LOCK_HISTORY of the session.  If writing
 * fails, for instance with ENOSPC, the file is cut to what it was.  Returns 0,
 * or -1 and errno.
 */

int pyexec_lines_append(int runs, const pyexec_buf_t *line);

/*
 * Reads the file's last lines, in its order: at least want, if there are so
 * many, or, if want is 0, all.  Lines that are no valid JSON object with a
 * run_id are skipped.  Those with the status "interrupted" are read, but not
 * counted: they may have been written long after the run began.  It stops
 * after PYEXEC_MAX_TAIL bytes or PYEXEC_MAX_ODD lines that are not counted.
 * Returns 1 if these are enough, 0 if there may be more in older segments, or
 * -1 and errno.
 */

int pyexec_lines_read(pyexec_lines_t *ls, int fd, size_t want);

/*
 * The same, of the history whose code_exec is runs: from runs.jsonl, and from
 * as many segments as it takes.  If want is 0, of those segments that were
 * written to at or after since.  The order is that of each file, the newest
 * first.  Returns 0, or -1 and errno.
 */

int pyexec_lines_load(pyexec_lines_t *ls, int runs, size_t want,
    time_t since);
void pyexec_lines_free(pyexec_lines_t *ls);

/* appends a line of zeros and returns it, until the next call moves it */

pyexec_line_t *pyexec_lines_add(pyexec_lines_t *ls);

pyexec_line_t *pyexec_lines_find(pyexec_lines_t *ls, const char *run_id);

/* sorts by started_at, then by run_id, the oldest first */

void pyexec_lines_sort(pyexec_lines_t *ls);

/* returns 0 and sets line; or -1 if text is no JSON object with a run_id */

int pyexec_line_parse(pyexec_line_t *line, const pyexec_str_t *text);


#endif /* _PYEXEC_LINE_H_INCLUDED_ */
