
/* Whole reads and writes, descriptors over sockets, the clock. */

#ifndef _PYEXEC_IO_H_INCLUDED_
#define _PYEXEC_IO_H_INCLUDED_


#include <stdint.h>
#include <sys/types.h>


#define PYEXEC_MAX_FDS      4


/* all of len; returns 0, or -1 and errno: 0 where the stream has ended */

int pyexec_read_all(int fd, void *data, size_t len);

/* all of len; returns 0, or -1 and errno */

int pyexec_write_all(int fd, const void *data, size_t len);

/*
 * Sends data in one call, with the descriptors, which stay the caller's.
 * Returns the bytes sent, or -1 and errno.
 */

ssize_t pyexec_send_fds(int fd, const void *data, size_t len, const int *fds,
    unsigned nfds);

/*
 * Receives up to len bytes in one call, and nfds descriptors (close-on-exec)
 * or none: all of fds are -1 then.  flags are recvmsg()'s.  Returns the bytes
 * received, 0 at the end of the stream, or -1 and errno; EPROTO: there was
 * another number of descriptors, and they are closed.
 */

ssize_t pyexec_recv_fds(int fd, void *data, size_t len, int *fds,
    unsigned nfds, int flags);

/* waits for events of poll() on fd, ms; returns 0 where there were none */

int pyexec_poll(int fd, short events, int timeout);

/* CLOCK_MONOTONIC, microseconds */

uint64_t pyexec_now(void);


#endif /* _PYEXEC_IO_H_INCLUDED_ */
