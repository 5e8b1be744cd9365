
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "run/pyexec_feed.h"


/*
 * Not the memory itself: code could map that as executable, which it can't do
 * with any file that it may write.
 */

int
pyexec_feed_begin(const pyexec_run_t *run, pyexec_attempt_t *a)
{
    int  fds[2];

    a->in = -1;

    if (run->given->input.len == 0) {
        return -1;
    }

    if (pipe2(fds, O_CLOEXEC) == -1) {
        pyexec_log(PYEXEC_LOG_ERR, "pipe2(): %m");
        return -1;
    }

    (void) fcntl(fds[1], F_SETFL, O_NONBLOCK);

    a->in = fds[1];
    pyexec_feed(run, a);

    return fds[0];
}


void
pyexec_feed(const pyexec_run_t *run, pyexec_attempt_t *a)
{
    ssize_t              n;
    const pyexec_str_t  *input;

    input = &run->given->input;

    while (a->fed < input->len) {

        n = write(a->in, input->data + a->fed, input->len - a->fed);

        if (n == -1 && (errno == EINTR || pyexec_not_yet(errno))) {
            return;
        }

        if (n == -1) {
            break;
        }

        a->fed += n;
    }

    pyexec_feed_end(a);
}


void
pyexec_feed_end(pyexec_attempt_t *a)
{
    if (a->in != -1) {
        (void) close(a->in);
        a->in = -1;
    }
}
