
/* The filter of system calls: the last wall that goes up. */

#ifndef _PYEXEC_SECCOMP_H_INCLUDED_
#define _PYEXEC_SECCOMP_H_INCLUDED_


#include <linux/filter.h>


/*
 * Builds the filter with libseccomp and exports it; once, in the pool's first
 * process, since it takes milliseconds.  Returns NULL, or the name of the call
 * that failed, with errno.
 */

const char *pyexec_seccomp_build(struct sock_fprog *prog);

/*
 * Loads the filter into the calling process, which from then on can signal
 * nobody but itself, and, unless locks are asked for, locks no file: it is
 * told that it does.  Returns as above.
 */

const char *pyexec_seccomp_load(const struct sock_fprog *prog,
    unsigned locks);

/* stand in the exported program for the own pid, and for what locks get */

#define PYEXEC_SELF         0x5e1f5e1f
#define PYEXEC_LOCK         4000           /* as errno; there is none such */


#endif /* _PYEXEC_SECCOMP_H_INCLUDED_ */
