
/*
 * MIME bundles that the child sends: the value of the code's last statement,
 * and what it displays.  They are the code's own word, and may be anything.
 */

#ifndef _PYEXEC_BUNDLE_H_INCLUDED_
#define _PYEXEC_BUNDLE_H_INCLUDED_


#include "run/pyexec_run.h"


/*
 * Adds one to a->result or a->display.  Those that are over a limit are counted
 * in a->nlost.  Returns 0, or -1 if the message is malformed.
 */

int pyexec_bundle_add(pyexec_run_t *run, pyexec_attempt_t *a,
    const pyexec_str_t *payload);

/* writes the members "result" and "display" */

void pyexec_bundle_json(yajl_gen g, const pyexec_attempt_t *a);


#endif /* _PYEXEC_BUNDLE_H_INCLUDED_ */
