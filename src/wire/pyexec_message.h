
/* Sending and receiving the messages of pyexec_wire.h, on the pool's side. */

#ifndef _PYEXEC_MESSAGE_H_INCLUDED_
#define _PYEXEC_MESSAGE_H_INCLUDED_


#include "base/pyexec_buf.h"
#include "wire/pyexec_wire.h"


/* appends an encoded message; returns 0, or -1 if it is over its maximum */

int pyexec_buf_message(pyexec_buf_t *b, pyexec_msg_e type, const void *msg);

/*
 * Encodes a message and writes all of it to the socket fd, the descriptors
 * (SCM_RIGHTS) with its first byte; they stay open here.  Returns 0, or -1 and
 * errno: EMSGSIZE if it is over the type's maximum, with nothing written.
 */

int pyexec_send(int fd, pyexec_msg_e type, const void *msg, const int *fds,
    unsigned nfds);

/*
 * Reads one message from a stream socket, with nfds descriptors or none, as
 * pyexec_recv_fds() does.  The payload replaces what was in buf.  Returns 0, or
 * -1 and errno: 0 at the end of the stream, EPROTO if the header or the number
 * of descriptors is invalid.
 */

int pyexec_recv(int fd, pyexec_buf_t *buf, pyexec_msg_e *type, int *fds,
    unsigned nfds);

/*
 * Looks for one complete message in the len bytes at data.  Returns its length
 * with its header, and sets type and payload, which points into data; 0 if
 * there are too few bytes yet; -1 if the header is invalid or its payload is
 * longer than max.
 */

ssize_t pyexec_message_at(const u_char *data, size_t len, size_t max,
    pyexec_msg_e *type, pyexec_str_t *payload);

/*
 * Sends an ERROR to the job's socket client: the HTTP status code, and detail,
 * a sentence for the HTTP client.  The log gets detail too, with the text of
 * the errno err unless that is 0.
 */

void pyexec_send_error(int client, uint32_t code, const char *detail, int err);

/*
 * Makes pyexec_log() send LOG messages over the control socket fd to nginx's
 * error log.  They are sent without blocking; a line that can't be sent goes
 * to standard error.  With -1 all lines do, for processes that must not hold
 * the socket.
 */

void pyexec_log_open(int fd);


#endif /* _PYEXEC_MESSAGE_H_INCLUDED_ */
