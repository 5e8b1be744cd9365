
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "base/pyexec_io.h"
#include "wire/pyexec_name.h"
#include "pool/pyexec_steward.h"
#include "store/pyexec_store.h"


/* a request: the session's name, and a socket to answer on: an errno */

typedef struct {
    uint32_t               workspace;
    uint32_t               len;
    u_char                 session[PYEXEC_SESSION_MAX];
} pyexec_favour_t;


static int pyexec_steward_give(pyexec_pool_t *pool,
    const pyexec_favour_t *favour);


int
pyexec_steward_open(pyexec_pool_t *pool)
{
    pool->steward[0] = -1;
    pool->steward[1] = -1;

    if (geteuid() != 0) {
        return 0;
    }

    return socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC, 0, pool->steward);
}


int
pyexec_steward_ask(pyexec_pool_t *pool, uint32_t workspace,
    const pyexec_str_t *session)
{
    int              err, reply[2];
    pyexec_favour_t  favour;

    if (pool->steward[0] == -1 || session->len > PYEXEC_SESSION_MAX) {
        errno = EACCES;
        return -1;
    }

    if (socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC, 0, reply) == -1) {
        return -1;
    }

    memset(&favour, 0, sizeof(pyexec_favour_t));
    favour.workspace = workspace;
    favour.len = session->len;
    memcpy(favour.session, session->data, session->len);

    err = EACCES;

    if (pyexec_send_fds(pool->steward[0], &favour, sizeof(favour), &reply[1],
                        1) != -1)
    {
        (void) close(reply[1]);
        reply[1] = -1;

        if (recv(reply[0], &err, sizeof(err), 0) != sizeof(err)) {
            err = EACCES;
        }
    }

    (void) close(reply[0]);

    if (reply[1] != -1) {
        (void) close(reply[1]);
    }

    errno = err;

    return err ? -1 : 0;
}


void
pyexec_steward_serve(pyexec_pool_t *pool)
{
    int              err, reply;
    ssize_t          n;
    pyexec_favour_t  favour;

    n = pyexec_recv_fds(pool->steward[1], &favour, sizeof(favour), &reply, 1,
                        MSG_DONTWAIT);

    if (n == -1 || reply == -1) {
        return;
    }

    err = EINVAL;

    if (n == sizeof(favour) && favour.len <= PYEXEC_SESSION_MAX
        && favour.workspace < pool->sandbox.nworkspaces)
    {
        err = pyexec_steward_give(pool, &favour) == -1 ? errno : 0;
    }

    (void) send(reply, &err, sizeof(err), MSG_NOSIGNAL);
    (void) close(reply);
}


static int
pyexec_steward_give(pyexec_pool_t *pool, const pyexec_favour_t *favour)
{
    int             rc, session, runs;
    pyexec_str_t    name;
    pyexec_store_t  st;

    name.data = favour->session;
    name.len = favour->len;

    st.dir = pool->sandbox.workspaces[favour->workspace].fd;
    st.lock = -1;

    session = pyexec_session_open(&st, &name, 0);
    if (session == -1) {
        return -1;
    }

    /* a directory in the session's own, and no link */

    runs = pyexec_runs_open(session, 1);
    rc = runs == -1 ? -1 : fchown(runs, pool->sandbox.uid, pool->sandbox.gid);

    if (runs != -1) {
        (void) close(runs);
    }

    (void) close(session);

    return rc;
}
