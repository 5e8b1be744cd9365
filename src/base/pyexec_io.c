
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/socket.h>

#include "base/pyexec_io.h"


static int pyexec_read_all(int fd, u_char *data, size_t len);


int
pyexec_write_all(int fd, const void *data, size_t len)
{
    ssize_t      n;
    const char  *p;

    for (p = data; len > 0; p += n, len -= n) {

        n = write(fd, p, len);

        if (n == -1) {
            if (errno == EINTR) {
                n = 0;
                continue;
            }

            return -1;
        }
    }

    return 0;
}


ssize_t
pyexec_send_fds(int fd, const void *data, size_t len, const int *fds,
    unsigned nfds)
{
    ssize_t          n;
    struct iovec     iov;
    struct msghdr    msg;
    struct cmsghdr  *cmsg;

    union {
        char            space[CMSG_SPACE(PYEXEC_MAX_FDS * sizeof(int))];
        struct cmsghdr  align;
    } control;

    memset(&msg, 0, sizeof(msg));
    memset(&control, 0, sizeof(control));

    iov.iov_base = (void *) data;
    iov.iov_len = len;
    msg.msg_iov = &iov;
    msg.msg_iovlen = 1;

    if (nfds != 0) {
        msg.msg_control = control.space;
        msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));

        cmsg = CMSG_FIRSTHDR(&msg);
        cmsg->cmsg_level = SOL_SOCKET;
        cmsg->cmsg_type = SCM_RIGHTS;
        cmsg->cmsg_len = CMSG_LEN(nfds * sizeof(int));
        memcpy(CMSG_DATA(cmsg), fds, nfds * sizeof(int));
    }

    do {
        n = sendmsg(fd, &msg, MSG_NOSIGNAL);
    } while (n == -1 && errno == EINTR);

    return n;
}


ssize_t
pyexec_recv_fds(int fd, void *data, size_t len, int *fds, unsigned nfds,
    int flags)
{
    int              got[PYEXEC_MAX_FDS];
    ssize_t          n;
    unsigned         i, ngot;
    struct iovec     iov;
    struct msghdr    msg;
    struct cmsghdr  *cmsg;

    union {
        char            space[CMSG_SPACE(PYEXEC_MAX_FDS * sizeof(int))];
        struct cmsghdr  align;
    } control;

    memset(&msg, 0, sizeof(msg));

    iov.iov_base = data;
    iov.iov_len = len;
    msg.msg_iov = &iov;
    msg.msg_iovlen = 1;
    msg.msg_control = control.space;
    msg.msg_controllen = sizeof(control.space);

    for (i = 0; i < nfds; i++) {
        fds[i] = -1;
    }

    do {
        n = recvmsg(fd, &msg, flags|MSG_CMSG_CLOEXEC);
    } while (n == -1 && errno == EINTR);

    if (n <= 0) {
        return n;
    }

    cmsg = CMSG_FIRSTHDR(&msg);

    if (cmsg == NULL) {
        return n;
    }

    ngot = 0;

    if (cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_RIGHTS) {
        ngot = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(got, CMSG_DATA(cmsg), ngot * sizeof(int));
    }

    if (ngot == nfds && (msg.msg_flags & MSG_CTRUNC) == 0) {
        memcpy(fds, got, nfds * sizeof(int));
        return n;
    }

    for (i = 0; i < ngot; i++) {
        (void) close(got[i]);
    }

    errno = EPROTO;
    return -1;
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
    n = pyexec_send_fds(fd, buf.data, buf.len, fds, nfds);

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


int
pyexec_poll(int fd, short events, int timeout)
{
    struct pollfd  pfd;

    pfd.fd = fd;
    pfd.events = events;

    return poll(&pfd, 1, timeout) != 0;
}


uint64_t
pyexec_now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


static int
pyexec_read_all(int fd, u_char *data, size_t len)
{
    ssize_t  n;

    for ( /* void */ ; len > 0; data += n, len -= n) {

        n = read(fd, data, len);

        if (n == 0) {
            errno = 0;
            return -1;
        }

        if (n == -1) {
            if (errno == EINTR) {
                n = 0;
                continue;
            }

            return -1;
        }
    }

    return 0;
}
