
#include "nginx/ngx_http_pyexec_control.h"
#include "nginx/ngx_http_pyexec_job.h"
#include "nginx/ngx_http_pyexec_load.h"
#include "wire/pyexec_wire.h"

#include <sys/mman.h>
#include <sys/syscall.h>


/* the size of the queue; jobs that find it full wait in their worker */

#define NGX_HTTP_PYEXEC_SNDBUF          (8 * 1024 * 1024)


static void ngx_http_pyexec_control_close(void *data);
static void ngx_http_pyexec_control_read(ngx_event_t *ev);
static void ngx_http_pyexec_control_message(ngx_http_pyexec_pool_t *pool,
    u_char *buf, size_t size, ngx_log_t *log);
static void ngx_http_pyexec_control_write(ngx_event_t *ev);


ngx_int_t
ngx_http_pyexec_control_create(ngx_cycle_t *cycle, ngx_http_pyexec_pool_t *pool)
{
    int                  size;
    ngx_uint_t           i;
    ngx_socket_t         s;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cycle->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_pyexec_control_close;
    cln->data = pool;

    for (i = 0; i < NGX_HTTP_PYEXEC_QUEUES; i++) {

        if (socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC, 0,
                       pool->sockets[i]) == -1)
        {
            ngx_log_error(NGX_LOG_ALERT, cycle->log, ngx_errno,
                          "socketpair() failed");
            return NGX_ERROR;
        }

        s = pool->sockets[i][0];

        if (ngx_nonblocking(s) == -1) {
            ngx_log_error(NGX_LOG_ALERT, cycle->log, ngx_errno,
                          ngx_nonblocking_n " failed");
            return NGX_ERROR;
        }

        size = NGX_HTTP_PYEXEC_SNDBUF;

        if (setsockopt(s, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(int))
            == -1)
        {
            (void) setsockopt(s, SOL_SOCKET, SO_SNDBUF, &size, sizeof(int));
        }
    }

    if (ngx_http_pyexec_load_weigh(pool) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, cycle->log, ngx_errno,
                      "a message on control cannot be weighed");
        return NGX_ERROR;
    }

    pool->lock = syscall(SYS_memfd_create, "pyexec lock", MFD_CLOEXEC);

    if (pool->lock == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_ALERT, cycle->log, ngx_errno,
                      "memfd_create() failed");
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_http_pyexec_control_close(void *data)
{
    ngx_http_pyexec_pool_t  *pool = data;

    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_PYEXEC_QUEUES; i++) {
        if (pool->sockets[i][0] != -1) {
            ngx_close_socket(pool->sockets[i][0]);
            ngx_close_socket(pool->sockets[i][1]);
            pool->sockets[i][0] = -1;
        }
    }

    if (pool->lock != NGX_INVALID_FILE) {
        ngx_close_file(pool->lock);
        pool->lock = NGX_INVALID_FILE;
    }
}


ngx_int_t
ngx_http_pyexec_control_open(ngx_cycle_t *cycle, ngx_http_pyexec_pool_t *pool,
    ngx_uint_t queue)
{
    ngx_connection_t           *c;
    ngx_http_pyexec_control_t  *ctl;

    ctl = &pool->controls[queue];
    ngx_queue_init(&ctl->waiting);
    ctl->connection = NULL;

    if (pool->sockets[queue][0] == -1) {
        return NGX_OK;
    }

    c = ngx_get_connection(pool->sockets[queue][0], cycle->log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    c->data = pool;
    c->pool = cycle->pool;
    c->log = cycle->log;
    c->read->log = cycle->log;
    c->write->log = cycle->log;
    c->read->handler = ngx_http_pyexec_control_read;
    c->write->handler = ngx_http_pyexec_control_write;

    /* else a worker that exits logs an alert: "open socket left" */

    c->read->channel = 1;
    c->write->channel = 1;

    ctl->connection = c;

    if (ngx_add_event(c->read, NGX_READ_EVENT, 0) != NGX_OK) {
        ngx_free_connection(c);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_http_pyexec_control_read(ngx_event_t *ev)
{
    ssize_t            n;
    ngx_connection_t  *c;

    static u_char      buf[PYEXEC_WIRE_HEADER + PYEXEC_WIRE_MAX_SHORT];

    c = ev->data;

    for ( ;; ) {
        n = recv(c->fd, buf, sizeof(buf), 0);

        if (n <= 0) {
            break;
        }

        ngx_http_pyexec_control_message(c->data, buf, n, ev->log);
    }

    /* a message wakes every worker, and one of them reads it */

    if (n == -1 && ngx_socket_errno != NGX_EAGAIN) {
        ngx_log_error(NGX_LOG_ERR, ev->log, ngx_socket_errno,
                      "recv() on control failed");
    }
}


static void
ngx_http_pyexec_control_message(ngx_http_pyexec_pool_t *pool, u_char *buf,
    size_t size, ngx_log_t *log)
{
    size_t          len;
    u_char         *payload;
    pyexec_log_t    line;
    pyexec_msg_e    type;
    pyexec_ready_t  ready;

    payload = buf + PYEXEC_WIRE_HEADER;

    if (size >= PYEXEC_WIRE_HEADER
        && pyexec_wire_header(buf, &type, &len) == 0
        && len == size - PYEXEC_WIRE_HEADER)
    {
        if (type == PYEXEC_MSG_READY
            && pyexec_wire_decode(type, payload, len, &ready) == 0)
        {
            pool->load->ready = 1;
            pool->load->down = 0;

            ngx_log_error(NGX_LOG_NOTICE, log, 0,
                          "pyexec pool \"%V\" is ready: %*s", &pool->name,
                          ready.text.len, ready.text.data);
            return;
        }

        if (type == PYEXEC_MSG_LOG
            && pyexec_wire_decode(type, payload, len, &line) == 0)
        {
            ngx_log_error(ngx_min(line.level, NGX_LOG_DEBUG), log, 0,
                          "pyexec pool \"%V\": %*s", &pool->name,
                          line.text.len, line.text.data);
            return;
        }
    }

    ngx_log_error(NGX_LOG_ERR, log, 0,
                  "pyexec pool \"%V\" sent a malformed message", &pool->name);
}


static void
ngx_http_pyexec_control_write(ngx_event_t *ev)
{
    ngx_uint_t               i;
    ngx_connection_t        *c;
    ngx_http_pyexec_pool_t  *pool;

    c = ev->data;
    pool = c->data;

    for (i = 0; i < NGX_HTTP_PYEXEC_QUEUES; i++) {
        if (pool->controls[i].connection == c) {
            ngx_http_pyexec_job_post_waiting(pool, i);
        }
    }
}
