
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "base/pyexec_io.h"
#include "store/pyexec_steward.h"
#include "store/pyexec_store.h"
#include "wire/pyexec_name.h"


/* a request; comes with a socket, on which the answer is sent: an errno or 0 */

typedef struct {
    uint32_t               workspace;
    uint32_t               len;
    u_char                 session[PYEXEC_SESSION_MAX];
} pyexec_code_exec_t;


static int pyexec_steward_give(const pyexec_sandbox_t *sb,
    const pyexec_code_exec_t *request);


int
pyexec_steward_open(int steward[2])
{
    steward[0] = -1;
    steward[1] = -1;

    if (geteuid() != 0) {
        return 0;
    }

    return socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC, 0, steward);
}


int
pyexec_steward_ask(int steward, uint32_t workspace,
    const pyexec_str_t *session)
{
    int                 err, reply[2];
    pyexec_code_exec_t  request;

    if (steward == -1 || session->len > PYEXEC_SESSION_MAX) {
        errno = EACCES;
        return -1;
    }

    if (socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC, 0, reply) == -1) {
        return -1;
    }

    memset(&request, 0, sizeof(pyexec_code_exec_t));
    request.workspace = workspace;
    request.len = session->len;
    memcpy(request.session, session->data, session->len);

    err = EACCES;

    if (pyexec_send_fds(steward, &request, sizeof(request), &reply[1],
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
pyexec_steward_serve(int steward, const pyexec_sandbox_t *sb)
{
    int                 err, reply;
    ssize_t             n;
    pyexec_code_exec_t  request;

    n = pyexec_recv_fds(steward, &request, sizeof(request), &reply, 1,
                        MSG_DONTWAIT);

    if (n == -1 || reply == -1) {
        return;
    }

    err = EINVAL;

    if (n == sizeof(request) && request.len <= PYEXEC_SESSION_MAX
        && request.workspace < sb->nworkspaces)
    {
        err = pyexec_steward_give(sb, &request) == -1 ? errno : 0;
    }

    (void) send(reply, &err, sizeof(err), MSG_NOSIGNAL);
    (void) close(reply);
}


static int
pyexec_steward_give(const pyexec_sandbox_t *sb,
    const pyexec_code_exec_t *request)
{
    int             rc, session, runs;
    pyexec_str_t    name;
    pyexec_store_t  st;

    name.data = request->session;
    name.len = request->len;

    st.dir = sb->workspaces[request->workspace].fd;
    st.lock = -1;

    session = pyexec_session_open(&st, &name, 0);
    if (session == -1) {
        return -1;
    }

    /*
     * Root changes the owner of a directory only: pyexec_session_open() and
     * pyexec_runs_open() follow no link that the session's owner may have put
     * there.
     */

    runs = pyexec_runs_open(session, 1);
    rc = runs == -1 ? -1 : fchown(runs, sb->uid, sb->gid);

    if (runs != -1) {
        (void) close(runs);
    }

    (void) close(session);

    return rc;
}
