
/*
 * The files of a history.  Lines are appended to runs.jsonl, which is renamed
 * to .runs/{number}.jsonl when it is PYEXEC_SEGMENT long: a segment, which
 * nothing is appended to.  Numbers rise.  So what is written or removed costs
 * the same however long the history is.
 */

#ifndef _PYEXEC_SEGMENT_H_INCLUDED_
#define _PYEXEC_SEGMENT_H_INCLUDED_


#define PYEXEC_LINES        "runs.jsonl"
#define PYEXEC_SEGMENT      (1024 * 1024)  /* bytes */
#define PYEXEC_SEGMENT_LEN  32             /* of a segment's name */


/*
 * Set the numbers of the first segment and of the last, which is less than the
 * first if there is none.  Return 0, or -1 and errno.
 */

int pyexec_segments(int runs, unsigned *first, unsigned *last);

/*
 * Makes runs.jsonl a segment, if it is long enough; the caller holds
 * PYEXEC_LOCK_HISTORY of the session.  Returns 0, or -1 and errno.
 */

int pyexec_segment_close(int runs);

/* writes the segment's name, relative to code_exec */

void pyexec_segment_name(char name[PYEXEC_SEGMENT_LEN], unsigned number);


#endif /* _PYEXEC_SEGMENT_H_INCLUDED_ */
