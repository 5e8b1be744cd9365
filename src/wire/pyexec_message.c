
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sys/socket.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "wire/pyexec_message.h"


static int pyexec_message_log(unsigned level, const char *line);


static int  pyexec_log_fd;


int
pyexec_buf_message(pyexec_buf_t *b, pyexec_msg_e type, const void *msg)
{
    size_t  size;

    size = pyexec_wire_size(type, msg);

    if (size == 0) {
        return -1;
    }

    (void) pyexec_wire_encode(pyexec_buf_reserve(b, size), type, msg);
    b->len += size;

    return 0;
}


int
pyexec_send(int fd, pyexec_msg_e type, const void *msg, const int *fds,
    unsigned nfds)
{
    int           rc;
    ssize_t       n;
    pyexec_buf_t  buf = { NULL, 0, 0 };

    if (pyexec_buf_message(&buf, type, msg) == -1) {
        errno = EMSGSIZE;
        return -1;
    }

    rc = -1;
    n = pyexec_send_fds_wait(fd, buf.data, buf.len, fds, nfds);

    if (n != -1) {
        rc = pyexec_write_all(fd, buf.data + n, buf.len - n);
    }

    pyexec_buf_free(&buf);

    return rc;
}


int
pyexec_recv(int fd, pyexec_buf_t *buf, pyexec_msg_e *type, int *fds,
    unsigned nfds)
{
    size_t   len;
    u_char   header[PYEXEC_WIRE_HEADER];
    ssize_t  n;

    n = pyexec_recv_fds(fd, header, sizeof(header), fds, nfds, 0);

    if (n <= 0) {
        errno = n == 0 ? 0 : errno;
        return -1;
    }

    if (pyexec_read_all(fd, header + n, sizeof(header) - n) == -1) {
        return -1;
    }

    if (pyexec_wire_header(header, type, &len) == -1) {
        errno = EPROTO;
        return -1;
    }

    buf->len = 0;

    if (pyexec_read_all(fd, pyexec_buf_reserve(buf, len), len) == -1) {
        return -1;
    }

    buf->len = len;

    return 0;
}


ssize_t
pyexec_message_at(const u_char *data, size_t len, size_t max,
    pyexec_msg_e *type, pyexec_str_t *payload)
{
    if (len < PYEXEC_WIRE_HEADER) {
        return 0;
    }

    if (pyexec_wire_header(data, type, &payload->len) == -1
        || payload->len > max)
    {
        return -1;
    }

    if (len - PYEXEC_WIRE_HEADER < payload->len) {
        return 0;
    }

    payload->data = data + PYEXEC_WIRE_HEADER;

    return PYEXEC_WIRE_HEADER + payload->len;
}


void
pyexec_send_error(int client, uint32_t code, const char *detail, int err)
{
    char            cause[256];
    pyexec_error_t  error;

    (void) snprintf(cause, sizeof(cause), "%s%s%s", detail, err ? ": " : "",
                    err ? strerror(err) : "");

    error.code = code;
    error.retry_after = code == 503;
    error.detail.data = (const u_char *) detail;
    error.detail.len = strlen(detail);
    error.cause.data = (u_char *) cause;
    error.cause.len = strlen(cause);

    (void) pyexec_send(client, PYEXEC_MSG_ERROR, &error, NULL, 0);
}


void
pyexec_log_open(int fd)
{
    pyexec_log_fd = fd;
    pyexec_log_to(fd == -1 ? NULL : pyexec_message_log);
}


static int
pyexec_message_log(unsigned level, const char *line)
{
    u_char        msg[PYEXEC_LOG_LINE + 64], *last;
    pyexec_log_t  log;

    log.level = level;
    log.text.data = (const u_char *) line;
    log.text.len = strlen(line);

    last = pyexec_wire_encode(msg, PYEXEC_MSG_LOG, &log);

    return send(pyexec_log_fd, msg, last - msg, MSG_NOSIGNAL|MSG_DONTWAIT)
           == -1 ? -1 : 0;
}
