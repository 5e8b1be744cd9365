
/* Reading and writing whole messages, and descriptors over sockets. */

#ifndef _PYEXEC_IO_H_INCLUDED_
#define _PYEXEC_IO_H_INCLUDED_


#include "base/pyexec_buf.h"


#define PYEXEC_MAX_FDS      4


/* returns 0, or -1 and errno */

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

/*
 * Encodes a message and writes it to a stream socket, the descriptors with
 * its first byte.  Returns 0, or -1 and errno; EMSGSIZE: it is over the
 * type's maximum, and nothing is written.
 */

int pyexec_send(int fd, pyexec_msg_e type, const void *msg, const int *fds,
    unsigned nfds);

/*
 * Reads one message from a stream socket: its payload is then all that is in
 * buf.  Returns 0, or -1 and errno; 0: the stream has ended; EPROTO: what
 * comes is no message of ours.
 */

int pyexec_recv(int fd, pyexec_buf_t *buf, pyexec_msg_e *type, int *fds,
    unsigned nfds);

/*
 * Looks whether a whole message lies at data.  Returns its length with its
 * header and sets type and payload; 0 where more must come; -1 where it is no
 * message, or its payload is over max.
 */

ssize_t pyexec_message_at(const u_char *data, size_t len, size_t max,
    pyexec_msg_e *type, pyexec_str_t *payload);

/* waits for events of poll() on fd, ms; returns 0 where there were none */

int pyexec_poll(int fd, short events, int timeout);

/* CLOCK_MONOTONIC, microseconds */

uint64_t pyexec_now(void);


#endif /* _PYEXEC_IO_H_INCLUDED_ */
