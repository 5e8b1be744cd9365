
/*
 * The system call filter, seccomp(2), in two BPF programs.  A zygote loads the
 * larger, which its children inherit.  A child adds a short one as its last
 * wall: it decides on the calls that the child needed until then, and on those
 * whose rules depend on the run.  The kernel runs both for each call, and
 * takes the stricter result.
 */

#ifndef _PYEXEC_SECCOMP_H_INCLUDED_
#define _PYEXEC_SECCOMP_H_INCLUDED_


#include <linux/filter.h>


/*
 * Builds both programs.  The pool's first process does that once, as it takes
 * milliseconds.  If child is NULL, zygote gets all rules in one program, which
 * tests compare with.  Returns NULL, or the name of the call that failed, with
 * errno.  The memory of the programs is never freed.
 */

const char *pyexec_seccomp_build(struct sock_fprog *zygote,
    struct sock_fprog *child);

/*
 * Loads a program into all threads of the calling process, which must have
 * no_new_privs.  PYEXEC_SELF in it becomes the caller's pid, the only one that
 * it can send signals to.  With locks, file locks are allowed; else they
 * return 0 and lock nothing.  With meta, times and modes of files can be set;
 * else that fails with EPERM.  Returns as above.
 */

const char *pyexec_seccomp_load(const struct sock_fprog *prog,
    unsigned locks, unsigned meta);

/*
 * Loads a program into the calling thread that lets exit_group() wait for
 * pyexec_seccomp_exit(), and returns its listener, seccomp_unotify(2).  On it
 * poll() reports POLLIN when a thread waits so, and POLLHUP when no thread has
 * the program any more.  Since Linux 6.11 that is when the last of them has
 * begun to exit, before its memory is freed; before, when it is reaped.
 * Without its listener exit_group() fails with ENOSYS.  Returns -1 and errno:
 * EBUSY if a filter of this process has a listener, as in some containers,
 * EINVAL before Linux 5.19.
 */

int pyexec_seccomp_listen(void);

/*
 * After POLLIN: lets a thread go on with its exit_group(), which nothing but
 * SIGKILL can keep it from then.  Returns the status of the exit, or -1 if the
 * thread does not wait any more, as after a signal.  Sets alone if the process
 * has no other thread: then none of it runs code any more.
 */

int pyexec_seccomp_exit(int listener, unsigned *alone);


#endif /* _PYEXEC_SECCOMP_H_INCLUDED_ */
