
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/stat.h>

#include "base/pyexec_io.h"


/* between two tries of what failed for want of memory or descriptors */

#define PYEXEC_PAUSE        10000000       /* ns */
#define PYEXEC_TRIES        100


/* room for a control message with descriptors, aligned as cmsg(3) wants it */

typedef union {
    char                   space[CMSG_SPACE(PYEXEC_MAX_FDS * sizeof(int))];
    struct cmsghdr         align;
} pyexec_control_t;


int
pyexec_read_all(int fd, void *data, size_t len)
{
    char     *p;
    ssize_t   n;

    for (p = data; len > 0; p += n, len -= n) {

        n = TEMP_FAILURE_RETRY(read(fd, p, len));

        if (n <= 0) {
            errno = n == 0 ? 0 : errno;
            return -1;
        }
    }

    return 0;
}


int
pyexec_write_all(int fd, const void *data, size_t len)
{
    ssize_t      n;
    const char  *p;

    for (p = data; len > 0; p += n, len -= n) {

        n = TEMP_FAILURE_RETRY(write(fd, p, len));

        if (n == -1) {
            return -1;
        }
    }

    return 0;
}


int
pyexec_write_new(int dir, const char *name, const void *data, size_t len)
{
    int  fd, rc, err;

    fd = openat(dir, name, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0666);
    if (fd == -1) {
        return -1;
    }

    rc = pyexec_write_all(fd, data, len);
    err = errno;

    if (close(fd) == -1 && rc == 0) {
        rc = -1;
        err = errno;
    }

    if (rc == -1) {
        (void) unlinkat(dir, name, 0);
        errno = err;
    }

    return rc;
}


ssize_t
pyexec_send_fds(int fd, const void *data, size_t len, const int *fds,
    unsigned nfds)
{
    struct iovec      iov;
    struct msghdr     msg;
    struct cmsghdr   *cmsg;
    pyexec_control_t  control;

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

    return TEMP_FAILURE_RETRY(sendmsg(fd, &msg, MSG_NOSIGNAL));
}


ssize_t
pyexec_send_fds_wait(int fd, const void *data, size_t len, const int *fds,
    unsigned nfds)
{
    ssize_t   n;
    unsigned  tries;

    for (tries = PYEXEC_TRIES; /* void */ ; tries--) {

        n = pyexec_send_fds(fd, data, len, fds, nfds);

        /* EAGAIN: the socket's timeout, SO_SNDTIMEO, is over */

        if (n != -1 || errno == EAGAIN || !pyexec_not_yet(errno)
            || tries == 0)
        {
            return n;
        }

        pyexec_pause();
    }
}


int
pyexec_not_yet(int err)
{
    return err == EAGAIN || err == ENOBUFS || err == ENOMEM || err == EMFILE
           || err == ENFILE || err == ETOOMANYREFS;
}


void
pyexec_pause(void)
{
    const struct timespec  pause = { 0, PYEXEC_PAUSE };

    (void) nanosleep(&pause, NULL);
}


ssize_t
pyexec_recv_fds(int fd, void *data, size_t len, int *fds, unsigned nfds,
    int flags)
{
    int               got[PYEXEC_MAX_FDS];
    ssize_t           n;
    unsigned          i, ngot;
    struct iovec      iov;
    struct msghdr     msg;
    struct cmsghdr   *cmsg;
    pyexec_control_t  control;

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

    n = TEMP_FAILURE_RETRY(recvmsg(fd, &msg, flags|MSG_CMSG_CLOEXEC));

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


DIR *
pyexec_fdopendir(int fd)
{
    int   err;
    DIR  *d;

    d = fd == -1 ? NULL : fdopendir(fd);

    if (d == NULL && fd != -1) {
        err = errno;
        (void) close(fd);
        errno = err;
    }

    return d;
}


int
pyexec_give_dir(const char *path, uid_t uid, gid_t gid)
{
    int          fd, rc, entries;
    DIR         *d;
    struct stat  st;

    fd = open(path, O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    if (fd == -1 && (errno == ELOOP || errno == ENOTDIR)) {
        return 0;
    }

    d = pyexec_fdopendir(fd);

    if (d == NULL) {
        return -1;
    }

    /* an empty directory has two, "." and ".." */

    for (entries = 0; entries < 3 && readdir(d); entries++) { /* void */ }

    rc = fstat(fd, &st);

    if (rc == 0 && st.st_uid == 0 && entries < 3) {
        rc = fchown(fd, uid, gid);
    }

    (void) closedir(d);

    return rc;
}


int
pyexec_poll(int fd, short events, int timeout)
{
    struct pollfd  pfd;

    pfd.fd = fd;
    pfd.events = events;

    return poll(&pfd, 1, timeout) != 0;
}


int
pyexec_wait(struct pollfd *pfd, unsigned n, int timeout)
{
    int       rc;
    unsigned  i;

    rc = poll(pfd, n, timeout);

    if (rc != -1 || (errno != EINTR && !pyexec_not_yet(errno))) {
        return rc;
    }

    if (errno != EINTR) {
        pyexec_pause();
    }

    for (i = 0; i < n; i++) {
        pfd[i].revents = 0;
    }

    return 0;
}


uint64_t
pyexec_now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}
