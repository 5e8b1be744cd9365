
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/pyexec_io.h"
#include "base/pyexec_json.h"
#include "base/pyexec_log.h"
#include "pool/pyexec_serve.h"
#include "store/pyexec_history.h"
#include "store/pyexec_place.h"
#include "wire/pyexec_message.h"


static void pyexec_clerk_serve(pyexec_pool_t *pool, pyexec_store_t *stores,
    int client, pyexec_msg_e type, const pyexec_buf_t *buf);
static int pyexec_clerk_list(pyexec_pool_t *pool, pyexec_store_t *stores,
    const pyexec_buf_t *buf, pyexec_buf_t *json);
static int pyexec_clerk_fetch(pyexec_pool_t *pool, pyexec_store_t *stores,
    const pyexec_buf_t *buf, pyexec_buf_t *json);
static int pyexec_clerk_cleanup(pyexec_pool_t *pool, pyexec_store_t *stores,
    const pyexec_buf_t *buf, pyexec_buf_t *json);
static pyexec_store_t *pyexec_clerk_store(pyexec_pool_t *pool,
    pyexec_store_t *stores, uint32_t workspace);


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


void
pyexec_clerk(pyexec_pool_t *pool)
{
    int             client;
    uint64_t        deadline;
    pyexec_buf_t    buf = { NULL, 0, 0 };
    pyexec_msg_e    type;
    struct pollfd   pfd[2];
    pyexec_store_t  stores[PYEXEC_MAX_WORKSPACES];

    pyexec_serve_open(pool, stores);

    for ( ;; ) {

        pfd[0].fd = pool->lifeline[0];
        pfd[0].events = POLLIN;
        pfd[1].fd = PYEXEC_FD_FILES;
        pfd[1].events = POLLIN;

        if (pyexec_wait(pfd, 2, -1) == -1) {
            pyexec_die("poll(): %m");
        }

        if (pfd[0].revents) {
            _exit(0);
        }

        client = pyexec_serve_job(PYEXEC_FD_FILES, &buf, &type, &deadline);

        if (client != -1) {
            pyexec_clerk_serve(pool, stores, client, type, &buf);
            (void) close(client);
        }
    }
}


static void
pyexec_clerk_serve(pyexec_pool_t *pool, pyexec_store_t *stores, int client,
    pyexec_msg_e type, const pyexec_buf_t *buf)
{
    int              rc;
    unsigned         i;
    pyexec_buf_t     json = { NULL, 0, 0 };
    pyexec_result_t  result;

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
        || (st = pyexec_clerk_store(pool, stores, list.workspace)) == NULL)
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
        || (st = pyexec_clerk_store(pool, stores, fetch.workspace)) == NULL)
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
        || (st = pyexec_clerk_store(pool, stores, cleanup.workspace)) == NULL)
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


static pyexec_store_t *
pyexec_clerk_store(pyexec_pool_t *pool, pyexec_store_t *stores,
    uint32_t workspace)
{
    if (workspace >= pool->sandbox.nworkspaces) {
        return NULL;
    }

    /* what has been renamed, a backup for instance, is read no more */

    if (pyexec_place(&pool->sandbox.workspaces[workspace])
        != PYEXEC_PLACE_SAME)
    {
        errno = ESTALE;
        return NULL;
    }

    return &stores[workspace];
}
