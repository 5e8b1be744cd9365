
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
 * nobody but itself.  Returns as above.
 */

const char *pyexec_seccomp_load(const struct sock_fprog *prog);

/* stands in the exported program for the process's own pid */

#define PYEXEC_SELF         0x5e1f5e1f


#endif /* _PYEXEC_SECCOMP_H_INCLUDED_ */
