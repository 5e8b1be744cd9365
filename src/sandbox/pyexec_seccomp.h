
/*
 * The filter of system calls, in two programs: most of it is a zygote's, and
 * all its children have it from the start; what they need until they are
 * confined, and what depends on a run, is refused by a short one of their own,
 * the last wall that goes up.  Of two verdicts the kernel takes the stricter.
 */

#ifndef _PYEXEC_SECCOMP_H_INCLUDED_
#define _PYEXEC_SECCOMP_H_INCLUDED_


#include <linux/filter.h>


/*
 * Builds both, once, in the pool's first process, since it takes milliseconds;
 * where child is NULL, zygote gets all in one, for comparison.  Returns NULL,
 * or the name of the call that failed, with errno.
 */

const char *pyexec_seccomp_build(struct sock_fprog *zygote,
    struct sock_fprog *child);

/*
 * Loads one into the calling process, with no_new_privs.  With the child's it
 * can signal nobody but itself, and, unless locks are asked for, locks no
 * file: it is told that it does.  Returns as above.
 */

const char *pyexec_seccomp_load(const struct sock_fprog *prog,
    unsigned locks);

/*
 * Loads a program that refuses nothing into the calling process, and returns
 * a descriptor, of seccomp_unotify(2), that hangs up when no thread has it
 * any more.  Since Linux 6.11 that is when the last has begun to exit, before
 * its memory is taken down; earlier kernels wait until it is reaped.  Returns
 * -1 and errno; EBUSY: who started the pool listens to its calls already.
 */

int pyexec_seccomp_listen(void);


#endif /* _PYEXEC_SECCOMP_H_INCLUDED_ */
