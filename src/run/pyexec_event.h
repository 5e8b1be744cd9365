
/*
 * Events: what a run tells while it is under way, to clients that asked for
 * that.  To those that did not, these functions tell nothing.
 */

#ifndef _PYEXEC_EVENT_H_INCLUDED_
#define _PYEXEC_EVENT_H_INCLUDED_


#include "run/pyexec_run.h"


/* the message START, and the event of that name */

void pyexec_event_start(pyexec_run_t *run);

/*
 * Both streams of the current attempt, as far as they have not been told: whole
 * characters of what the code writes; or, when it has ended, the rest.
 */

void pyexec_event_output(pyexec_run_t *run, pyexec_attempt_t *a,
    unsigned ended);

/* a bundle of the current attempt, behind its output so far */

void pyexec_event_display(pyexec_run_t *run, pyexec_attempt_t *a,
    const pyexec_str_t *bundle);

/* the attempt whose JSON was added to run->attempts last */

void pyexec_event_attempt(pyexec_run_t *run);

/* any event: json is one JSON value without a line break in it */

void pyexec_event(pyexec_run_t *run, const char *name,
    const pyexec_str_t *json);

/*
 * Adds a message behind the events, and sends all.  0, or -1 and errno as
 * pyexec_send(); where a part was sent, the job's socket is then shut down.
 */

int pyexec_event_send(pyexec_run_t *run, pyexec_msg_e type, const void *msg);

/* sends the events that wait */

void pyexec_event_flush(pyexec_run_t *run);


#endif /* _PYEXEC_EVENT_H_INCLUDED_ */
