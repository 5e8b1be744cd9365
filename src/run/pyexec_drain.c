
#include <poll.h>
#include <unistd.h>

#include <sys/socket.h>

#include "base/pyexec_io.h"
#include "run/pyexec_drain.h"


#define PYEXEC_DRAIN_PAUSE  50000          /* us */


static int pyexec_drain_cancelled(int control);


void
pyexec_drain(int control, uint64_t *drained)
{
    int       job;
    u_char    msg[64];
    uint64_t  last, now;

    now = pyexec_now();
    last = __atomic_load_n(drained, __ATOMIC_RELAXED);

    if (now - last < PYEXEC_DRAIN_PAUSE
        || !__atomic_compare_exchange_n(drained, &last, now, 0,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    {
        return;
    }

    /*
     * If an idle runner has received the cancelled job meanwhile, this is
     * another one, which is closed unanswered: nginx hands it on again.
     */

    while (pyexec_drain_cancelled(control)
           && pyexec_recv_fds(control, msg, sizeof(msg), &job, 1, MSG_DONTWAIT)
              > 0
           && job != -1)
    {
        (void) close(job);
    }
}


/* looks at the socket's first job without receiving it */

static int
pyexec_drain_cancelled(int control)
{
    int     job, cancelled;
    u_char  msg[64];

    if (pyexec_recv_fds(control, msg, sizeof(msg), &job, 1,
                        MSG_PEEK|MSG_DONTWAIT) <= 0
        || job == -1)
    {
        return 0;
    }

    cancelled = pyexec_poll(job, POLLRDHUP, 0);
    (void) close(job);

    return cancelled;
}
