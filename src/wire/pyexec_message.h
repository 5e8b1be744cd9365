
/* Messages of pyexec_wire.h on the pool's sockets. */

#ifndef _PYEXEC_MESSAGE_H_INCLUDED_
#define _PYEXEC_MESSAGE_H_INCLUDED_


#include "base/pyexec_buf.h"
#include "wire/pyexec_wire.h"


/* appends a message in its wire form; returns -1 where it is too long */

int pyexec_buf_message(pyexec_buf_t *b, pyexec_msg_e type, const void *msg);

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

/*
 * Answers the job whose socket client is with an ERROR: code is HTTP's, detail
 * is for the client, err is an errno for the log, or 0.
 */

void pyexec_send_error(int client, uint32_t code, const char *detail, int err);

/*
 * From now on pyexec_log() sends LOG to nginx over fd, a control socket; -1:
 * to standard error again, in a child of the pool that must not hold the
 * socket.
 */

void pyexec_log_open(int fd);


#endif /* _PYEXEC_MESSAGE_H_INCLUDED_ */
