
/* Complete reads and writes, passing descriptors over sockets, the clock. */

#ifndef _PYEXEC_IO_H_INCLUDED_
#define _PYEXEC_IO_H_INCLUDED_


#include <dirent.h>
#include <poll.h>
#include <stdint.h>
#include <sys/types.h>


#define PYEXEC_MAX_FDS      4              /* in one message */


/*
 * Read or write exactly len bytes, with as many calls as that takes.  Return
 * 0, or -1 and errno; at the end of the stream, pyexec_read_all() sets errno
 * to 0.
 */

int pyexec_read_all(int fd, void *data, size_t len);
int pyexec_write_all(int fd, const void *data, size_t len);

/*
 * Makes a file in the directory, with these contents or not at all.  Returns 0,
 * or -1 and errno: EEXIST if the name is taken.
 */

int pyexec_write_new(int dir, const char *name, const void *data, size_t len);

/*
 * Sends data and the descriptors (SCM_RIGHTS) by one sendmsg(); the caller
 * still has to close its own copies of the descriptors.  Returns the number
 * of bytes sent, which on a stream may be less than len, or -1 and errno.
 */

ssize_t pyexec_send_fds(int fd, const void *data, size_t len, const int *fds,
    unsigned nfds);

/*
 * The same on a blocking socket: while the kernel is short of memory or of room
 * for descriptors, it tries again, for up to a second.
 */

ssize_t pyexec_send_fds_wait(int fd, const void *data, size_t len,
    const int *fds, unsigned nfds);

/*
 * Returns 1 if errno tells that the kernel is short of something which others
 * will give back: a full socket (EAGAIN, ENOBUFS), memory (ENOMEM), descriptors
 * (EMFILE, ENFILE), or room for descriptors that have been sent and not yet
 * received, of which a user may have as many as the sender's RLIMIT_NOFILE
 * (ETOOMANYREFS, unix(7)).  A call that failed so is to be tried again later.
 */

int pyexec_not_yet(int err);

/* 10 ms; unlike poll(), it does not fail for want of memory */

void pyexec_pause(void);

/*
 * Receives up to len bytes by one recvmsg() with these flags, and with them
 * either nfds descriptors, which are close-on-exec and the caller's, or none:
 * then all of fds are -1.  If another number of descriptors has come, it
 * closes them and fails with EPROTO.  Returns the number of bytes received, 0
 * at the end of the stream, or -1 and errno.
 */

ssize_t pyexec_recv_fds(int fd, void *data, size_t len, int *fds,
    unsigned nfds, int flags);

/*
 * As fdopendir(), but fd is the stream's from now on in any case: if NULL is
 * returned, it is closed.  It may be -1; errno then stays.
 */

DIR *pyexec_fdopendir(int fd);

/*
 * In a process of root: gives a directory to a user if it is empty, belongs to
 * root and is no link.  Any other directory stays as it is: its path may be a
 * mistake, or was redirected by somebody who can write to a directory above.
 * Returns 0, or -1 and errno.
 */

int pyexec_give_dir(const char *path, uid_t uid, gid_t gid);

/*
 * Waits up to timeout milliseconds (-1: without limit) for one of poll()'s
 * events on fd.  Returns 0 if the time ran out, else 1, also if a signal came
 * or poll() failed.
 */

int pyexec_poll(int fd, short events, int timeout);

/*
 * poll(), but after a signal, or a pause if the kernel is short of memory, it
 * returns 0 with all revents 0.
 */

int pyexec_wait(struct pollfd *pfd, unsigned n, int timeout);

/* the time of CLOCK_MONOTONIC in microseconds */

uint64_t pyexec_now(void);


#endif /* _PYEXEC_IO_H_INCLUDED_ */
