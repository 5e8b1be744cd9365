
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "base/pyexec_io.h"
#include "base/pyexec_json.h"
#include "base/pyexec_log.h"
#include "pool/pyexec_serve.h"
#include "pool/pyexec_serve_file.h"
#include "store/pyexec_history.h"
#include "store/pyexec_trash.h"
#include "wire/pyexec_message.h"


/*
 * The clerk's processes, one for each request that is served at a time.  Two
 * stay; another one is forked whenever all are busy, and ends when it is not
 * needed for PYEXEC_CLERK_STAYS.
 */

#define PYEXEC_CLERKS       2
#define PYEXEC_MAX_CLERKS   128
#define PYEXEC_CLERK_STAYS  1000           /* ms */

/* what may take long may not occupy what lists of runs need */

#define PYEXEC_MAX_CLEANUPS (PYEXEC_MAX_CLERKS / 2)


typedef enum {
    PYEXEC_CLERK_NONE = 0,
    PYEXEC_CLERK_IDLE,
    PYEXEC_CLERK_BUSY,
    PYEXEC_CLERK_CLEANS
} pyexec_clerk_e;


typedef struct {
    pyexec_pool_t         *pool;
    volatile u_char       *state;          /* of each, in shared memory */
    pid_t                  pid[PYEXEC_MAX_CLERKS];
    int                    lifeline[2];    /* as the pool's, of the clerk */
    int                    all_busy[2];    /* pipe: [1] has a byte written by
                                              the last one that was idle */
    int                    signals;        /* signalfd */
} pyexec_clerk_t;


static void pyexec_clerk_open(pyexec_clerk_t *c, pyexec_pool_t *pool);
static unsigned pyexec_clerk_count(const pyexec_clerk_t *c,
    pyexec_clerk_e state);
static void pyexec_clerk_fork(pyexec_clerk_t *c, unsigned slot);
static void pyexec_clerk_reap(pyexec_clerk_t *c);
static void pyexec_clerk_loop(pyexec_clerk_t *c, unsigned slot);
static int pyexec_clerk_cleans(pyexec_clerk_t *c, unsigned slot);
static int pyexec_clerk_accept(pyexec_clerk_t *c, int timeout,
    uint64_t *deadline);
static int pyexec_clerk_writes(pyexec_msg_e type);
static void pyexec_clerk_serve(pyexec_pool_t *pool, pyexec_store_t *stores,
    int client, pyexec_msg_e type, const pyexec_buf_t *buf, int body);
static int pyexec_clerk_list(pyexec_pool_t *pool, pyexec_store_t *stores,
    const pyexec_buf_t *buf, pyexec_buf_t *json);
static int pyexec_clerk_fetch(pyexec_pool_t *pool, pyexec_store_t *stores,
    const pyexec_buf_t *buf, pyexec_buf_t *json);
static int pyexec_clerk_cleanup(pyexec_pool_t *pool, pyexec_store_t *stores,
    const pyexec_buf_t *buf, pyexec_buf_t *json);
static void pyexec_clerk_behind(pyexec_pool_t *pool, pyexec_store_t *stores,
    pyexec_msg_e type, const pyexec_buf_t *buf);


static const struct {
    pyexec_msg_e           type;
    int                  (*handler)(pyexec_pool_t *pool,
                                    pyexec_store_t *stores,
                                    const pyexec_buf_t *buf,
                                    pyexec_buf_t *json);
} pyexec_clerk_requests[] = {
    { PYEXEC_MSG_LIST, pyexec_clerk_list },
    { PYEXEC_MSG_FETCH, pyexec_clerk_fetch },
    { PYEXEC_MSG_CLEANUP, pyexec_clerk_cleanup },
    { 0, NULL }
};


/*
 * This process forks the others, none of which waits for a request that takes
 * long, or dies with it.
 */

void
pyexec_clerk(pyexec_pool_t *pool)
{
    char            bytes[PYEXEC_MAX_CLERKS];
    unsigned        i;
    struct pollfd   pfd[3];
    pyexec_clerk_t  c;

    pyexec_clerk_open(&c, pool);

    for ( ;; ) {

        for (i = 0; i < PYEXEC_MAX_CLERKS; i++) {
            if (c.state[i] == PYEXEC_CLERK_NONE
                && (i < PYEXEC_CLERKS
                    || !pyexec_clerk_count(&c, PYEXEC_CLERK_IDLE)))
            {
                pyexec_clerk_fork(&c, i);
            }
        }

        pfd[0].fd = pool->lifeline[0];
        pfd[0].events = POLLIN;
        pfd[1].fd = c.signals;
        pfd[1].events = POLLIN;
        pfd[2].fd = c.all_busy[0];
        pfd[2].events = POLLIN;

        if (pyexec_wait(pfd, 3, -1) == -1) {
            pyexec_die("poll(): %m");
        }

        /* or nginx has closed its end of the control socket */

        if (pfd[0].revents || pyexec_poll(PYEXEC_FD_FILES, 0, 0)) {
            _exit(0);
        }

        (void) !read(c.all_busy[0], bytes, sizeof(bytes));

        pyexec_clerk_reap(&c);
    }
}


static void
pyexec_clerk_open(pyexec_clerk_t *c, pyexec_pool_t *pool)
{
    sigset_t  set;

    memset(c, 0, sizeof(pyexec_clerk_t));
    c->pool = pool;

    c->state = mmap(NULL, PYEXEC_MAX_CLERKS, PROT_READ|PROT_WRITE,
                    MAP_SHARED|MAP_ANONYMOUS, -1, 0);
    if (c->state == MAP_FAILED) {
        pyexec_die("mmap(): %m");
    }

    if (pipe2(c->lifeline, O_CLOEXEC) == -1
        || pipe2(c->all_busy, O_CLOEXEC|O_NONBLOCK) == -1)
    {
        pyexec_die("pipe2(): %m");
    }

    (void) sigemptyset(&set);
    (void) sigaddset(&set, SIGCHLD);
    (void) sigprocmask(SIG_BLOCK, &set, NULL);

    c->signals = signalfd(-1, &set, SFD_NONBLOCK|SFD_CLOEXEC);
    if (c->signals == -1) {
        pyexec_die("signalfd(): %m");
    }
}


/* returns the number of processes that are in the state */

static unsigned
pyexec_clerk_count(const pyexec_clerk_t *c, pyexec_clerk_e state)
{
    unsigned  i, n;

    n = 0;

    for (i = 0; i < PYEXEC_MAX_CLERKS; i++) {
        n += c->state[i] == state;
    }

    return n;
}


static void
pyexec_clerk_fork(pyexec_clerk_t *c, unsigned slot)
{
    c->state[slot] = PYEXEC_CLERK_IDLE;
    c->pid[slot] = fork();

    if (c->pid[slot] == 0) {
        (void) close(c->lifeline[1]);
        pyexec_clerk_loop(c, slot);
        _exit(0);
    }

    if (c->pid[slot] == -1) {
        c->state[slot] = PYEXEC_CLERK_NONE;
        pyexec_log(PYEXEC_LOG_ERR, "fork() of a clerk failed: %m");
    }
}


static void
pyexec_clerk_reap(pyexec_clerk_t *c)
{
    int                      status;
    pid_t                    pid;
    unsigned                 i;
    struct signalfd_siginfo  info;

    (void) !read(c->signals, &info, sizeof(info));

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {

        if (WIFSIGNALED(status)) {
            pyexec_log(PYEXEC_LOG_ERR, "a clerk was killed by signal %d",
                       WTERMSIG(status));
        }

        for (i = 0; i < PYEXEC_MAX_CLERKS; i++) {
            if (c->pid[i] == pid) {
                c->pid[i] = 0;
                c->state[i] = PYEXEC_CLERK_NONE;
            }
        }
    }
}


static void
pyexec_clerk_loop(pyexec_clerk_t *c, unsigned slot)
{
    int             client, body;
    uint64_t        deadline;
    pyexec_buf_t    buf = { NULL, 0, 0 };
    pyexec_msg_e    type;
    pyexec_store_t  stores[PYEXEC_MAX_WORKSPACES];

    pyexec_serve_open(c->pool, stores);

    for ( ;; ) {

        c->state[slot] = PYEXEC_CLERK_IDLE;

        client = pyexec_clerk_accept(c, slot < PYEXEC_CLERKS
                                        ? -1 : PYEXEC_CLERK_STAYS, &deadline);
        if (client == -1) {
            return;
        }

        c->state[slot] = PYEXEC_CLERK_BUSY;

        if (!pyexec_clerk_count(c, PYEXEC_CLERK_IDLE)) {
            (void) !write(c->all_busy[1], "", 1);
        }

        if (pyexec_serve_request(client, &buf, &type, &body, 1) == -1) {
            (void) close(client);

            continue;
        }

        if ((pyexec_clerk_writes(type) || type == PYEXEC_MSG_FILES)
            && !pyexec_clerk_cleans(c, slot))
        {
            pyexec_send_error(client, 503, "too many clean-ups, uploads, "
                              "removals and lists of files are going on", 0);
            (void) close(client);

        } else if (pyexec_clerk_writes(type)
                   && pyexec_serve_begin(client, deadline) == -1)
        {
            (void) close(client);

        } else {
            pyexec_clerk_serve(c->pool, stores, client, type, &buf, body);
            (void) close(client);
            pyexec_clerk_behind(c->pool, stores, type, &buf);
        }

        pyexec_serve_close(&body, 1);
    }
}


static int
pyexec_clerk_writes(pyexec_msg_e type)
{
    return type == PYEXEC_MSG_CLEANUP || type == PYEXEC_MSG_PUT
           || type == PYEXEC_MSG_DELETE;
}


/* returns 1, and the process counts as one that cleans up, or 0 */

static int
pyexec_clerk_cleans(pyexec_clerk_t *c, unsigned slot)
{
    c->state[slot] = PYEXEC_CLERK_CLEANS;

    return pyexec_clerk_count(c, PYEXEC_CLERK_CLEANS) <= PYEXEC_MAX_CLEANUPS;
}


/* waits for a job; returns -1 if none is to be waited for any more */

static int
pyexec_clerk_accept(pyexec_clerk_t *c, int timeout, uint64_t *deadline)
{
    int            n, client;
    struct pollfd  pfd[2];

    for ( ;; ) {

        pfd[0].fd = c->lifeline[0];
        pfd[0].events = POLLIN;
        pfd[1].fd = PYEXEC_FD_FILES;
        pfd[1].events = POLLIN;

        n = pyexec_wait(pfd, 2, timeout);

        if (n == -1) {
            pyexec_die("poll(): %m");
        }

        if (n == 0 || pfd[0].revents) {
            return -1;
        }

        client = pyexec_serve_accept(PYEXEC_FD_FILES, deadline);

        if (client != -1) {
            return client;
        }
    }
}


static void
pyexec_clerk_serve(pyexec_pool_t *pool, pyexec_store_t *stores, int client,
    pyexec_msg_e type, const pyexec_buf_t *buf, int body)
{
    int              rc;
    unsigned         i;
    pyexec_buf_t     json = { NULL, 0, 0 };
    pyexec_result_t  result;

    if (type == PYEXEC_MSG_FILES || type == PYEXEC_MSG_OPEN
        || type == PYEXEC_MSG_PUT || type == PYEXEC_MSG_DELETE)
    {
        pyexec_serve_file(pool, stores, client, type, buf, body);
        return;
    }

    memset(&result, 0, sizeof(pyexec_result_t));

    errno = EPROTO;
    rc = -1;

    for (i = 0; pyexec_clerk_requests[i].handler; i++) {
        if (pyexec_clerk_requests[i].type == type) {
            rc = pyexec_clerk_requests[i].handler(pool, stores, buf, &json);
        }
    }

    if (rc == 0) {
        result.json = pyexec_buf_str(&json);
        (void) pyexec_send(client, PYEXEC_MSG_RESULT, &result, NULL, 0);

    } else if (type == PYEXEC_MSG_FETCH && errno == ENOENT) {
        pyexec_send_error(client, 404, "no such run", 0);

    } else if (errno == ESTALE) {
        pyexec_send_error(client, 503, "the workspace is not there", 0);

    } else {
        pyexec_send_error(client, 500, "the session cannot be read", errno);
    }

    pyexec_buf_free(&json);
}


static int
pyexec_clerk_list(pyexec_pool_t *pool, pyexec_store_t *stores,
    const pyexec_buf_t *buf, pyexec_buf_t *json)
{
    pyexec_store_t      *st;
    pyexec_list_runs_t   list;

    if (pyexec_wire_decode(PYEXEC_MSG_LIST, buf->data, buf->len, &list) == -1
        || (st = pyexec_serve_store(pool, stores, list.workspace)) == NULL)
    {
        return -1;
    }

    /* twice: after a reload the old pool's runs end beside the new one's */

    return pyexec_history_list(st, &list.session, list.limit,
                               2 * pool->workers, json);
}


static int
pyexec_clerk_fetch(pyexec_pool_t *pool, pyexec_store_t *stores,
    const pyexec_buf_t *buf, pyexec_buf_t *json)
{
    pyexec_fetch_t   fetch;
    pyexec_store_t  *st;

    if (pyexec_wire_decode(PYEXEC_MSG_FETCH, buf->data, buf->len, &fetch)
        == -1
        || (st = pyexec_serve_store(pool, stores, fetch.workspace)) == NULL)
    {
        return -1;
    }

    return pyexec_history_fetch(st, &fetch.session, &fetch.run_id, json);
}


static int
pyexec_clerk_cleanup(pyexec_pool_t *pool, pyexec_store_t *stores,
    const pyexec_buf_t *buf, pyexec_buf_t *json)
{
    uint64_t           runs, files;
    yajl_gen           g;
    pyexec_store_t    *st;
    pyexec_cleanup_t   cleanup;

    if (pyexec_wire_decode(PYEXEC_MSG_CLEANUP, buf->data, buf->len, &cleanup)
        == -1
        || (st = pyexec_serve_store(pool, stores, cleanup.workspace)) == NULL)
    {
        return -1;
    }

    runs = 0;
    files = 0;

    if (pyexec_history_remove(st, &cleanup.session, NULL, &runs, &files)
        == -1)
    {
        return -1;
    }

    g = pyexec_json_gen(json);

    pyexec_json_map(g, NULL);
    pyexec_json_text(g, "session_id", &cleanup.session);
    pyexec_json_int(g, "removed_runs", runs);
    pyexec_json_int(g, "removed_files", files);
    yajl_gen_map_close(g);
    yajl_gen_free(g);

    return 0;
}


/* after a clean-up has been answered, its runs are removed from the disk */

static void
pyexec_clerk_behind(pyexec_pool_t *pool, pyexec_store_t *stores,
    pyexec_msg_e type, const pyexec_buf_t *buf)
{
    pyexec_store_t    *st;
    pyexec_cleanup_t   cleanup;

    if (type == PYEXEC_MSG_CLEANUP
        && pyexec_wire_decode(type, buf->data, buf->len, &cleanup) == 0
        && (st = pyexec_serve_store(pool, stores, cleanup.workspace)) != NULL)
    {
        pyexec_trash_empty(st, &cleanup.session);
    }
}
