
/* Names that clients give and that become names of directories. */

#ifndef _PYEXEC_NAME_H_INCLUDED_
#define _PYEXEC_NAME_H_INCLUDED_


#include "wire/pyexec_wire.h"


#define PYEXEC_SESSION_MAX      128        /* bytes */
#define PYEXEC_RUN_ID_LEN       28         /* "20261123T064538-0123456789ab" */


/*
 * NULL where s may name a session's directory; else what is wrong with it,
 * a clause that goes behind "session_id ".
 */

const char *pyexec_session_error(const pyexec_str_t *s);

/* 1 where s has the form of a run's id, else 0 */

int pyexec_run_id_valid(const pyexec_str_t *s);

/*
 * Length of the UTF-8 sequence of one character at p, which is before end: 1
 * to 4, or 0 where there is none: overlong forms, surrogates and what is over
 * U+10FFFF are none (RFC 3629).
 */

size_t pyexec_utf8_len(const u_char *p, const u_char *end);


#endif /* _PYEXEC_NAME_H_INCLUDED_ */
