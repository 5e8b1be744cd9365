
/*
 * A job.  Its worker makes a socketpair, keeps one end and sends the other
 * over the control socket, to whichever process of the pool reads it first.
 * The request, the answer and the cancel go over that pair.
 *
 *   LIMITED   it waits for its turn: see ngx_http_pyexec_limit.c
 *   WAITING   the control socket is full
 *   QUEUED    the other end is in the control socket, or a process has it
 *   RUNNING   the process has said START
 *   DONE      answered or given up; no descriptor and no timer is left
 */

#include "nginx/ngx_http_pyexec_answer.h"
#include "nginx/ngx_http_pyexec_conf.h"
#include "nginx/ngx_http_pyexec_error.h"
#include "nginx/ngx_http_pyexec_job.h"
#include "nginx/ngx_http_pyexec_limit.h"
#include "nginx/ngx_http_pyexec_load.h"
#include "nginx/ngx_http_pyexec_stream.h"
#include "base/pyexec_io.h"


/*
 * Runners end a run when its time is up, and refuse a job whose START they have
 * not sent when its time in the queue is up.  If they do not, nginx gives up so
 * many milliseconds later: what it has given up never begins.
 */

#define NGX_HTTP_PYEXEC_GRACE           60000   /* the run */
#define NGX_HTTP_PYEXEC_LATE            500     /* the queue */


static ngx_int_t ngx_http_pyexec_job_encode(ngx_http_pyexec_ctx_t *ctx,
    pyexec_msg_e type, const void *msg);
static void ngx_http_pyexec_job_go(ngx_http_pyexec_ctx_t *ctx);
static ngx_int_t ngx_http_pyexec_job_begin(ngx_http_pyexec_ctx_t *ctx);
static ngx_int_t ngx_http_pyexec_job_admit(ngx_http_pyexec_ctx_t *ctx);
static void ngx_http_pyexec_job_watch_client(ngx_http_request_t *r,
    ngx_flag_t ignore);
static ngx_int_t ngx_http_pyexec_job_open(ngx_http_pyexec_ctx_t *ctx);
static ngx_int_t ngx_http_pyexec_job_connect(ngx_http_pyexec_ctx_t *ctx);
static ngx_int_t ngx_http_pyexec_job_post(ngx_http_pyexec_ctx_t *ctx);
static void ngx_http_pyexec_job_wait(ngx_http_pyexec_ctx_t *ctx, ngx_err_t err);
static void ngx_http_pyexec_job_write(ngx_event_t *ev);
static ssize_t ngx_http_pyexec_job_send(ngx_http_pyexec_ctx_t *ctx);
static void ngx_http_pyexec_job_read(ngx_event_t *ev);
static void ngx_http_pyexec_job_started(ngx_http_pyexec_ctx_t *ctx);
static ngx_int_t ngx_http_pyexec_job_lost(ngx_http_pyexec_ctx_t *ctx);
static void ngx_http_pyexec_job_timeout(ngx_event_t *ev);
static void ngx_http_pyexec_job_finalize(ngx_http_pyexec_ctx_t *ctx,
    ngx_int_t rc);
static void ngx_http_pyexec_job_cleanup(void *data);
static void ngx_http_pyexec_job_hang_up(ngx_http_pyexec_ctx_t *ctx);
static void ngx_http_pyexec_job_uncount(ngx_http_pyexec_ctx_t *ctx);


ngx_int_t
ngx_http_pyexec_job_submit(ngx_http_request_t *r, ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_queue_e queue, pyexec_msg_e type, const void *msg,
    ngx_msec_t run_limit)
{
    ngx_int_t                    rc;
    ngx_http_cleanup_t          *cln;
    ngx_http_pyexec_ctx_t       *ctx;
    ngx_http_pyexec_loc_conf_t  *plcf;

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    ctx = ngx_http_pyexec_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->pool = pool;
    ctx->queue = queue;
    ctx->state = NGX_HTTP_PYEXEC_DONE;
    ctx->peer = -1;
    ctx->end = ngx_http_pyexec_job_finalize;
    ctx->submitted = ngx_current_msec;
    ctx->deadline = ngx_current_msec + plcf->queue_timeout;
    ctx->run_limit = run_limit + NGX_HTTP_PYEXEC_GRACE;

    rc = ngx_http_pyexec_job_encode(ctx, type, msg);
    if (rc != NGX_OK) {
        return rc;
    }

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_queue_init(&ctx->link);

    rc = ngx_http_pyexec_limit_enter(ctx, ngx_http_pyexec_job_go);
    if (rc > NGX_OK) {
        return rc;
    }

    cln->handler = ngx_http_pyexec_job_cleanup;
    cln->data = ctx;

    ctx->state = NGX_HTTP_PYEXEC_LIMITED;

    ctx->timer.handler = ngx_http_pyexec_job_timeout;
    ctx->timer.data = ctx;
    ctx->timer.log = r->connection->log;
    ngx_add_timer(&ctx->timer, plcf->queue_timeout + NGX_HTTP_PYEXEC_LATE);

    if (rc == NGX_OK) {
        rc = ngx_http_pyexec_job_begin(ctx);
    }

    /* the request may live on, with an error page: its timer must not */

    if (rc > NGX_OK) {
        ngx_http_pyexec_job_cleanup(ctx);
        return rc;
    }

    ngx_http_pyexec_job_watch_client(r, plcf->ignore_client_abort);

    return NGX_DONE;
}


/* returns NGX_OK or a status */

static ngx_int_t
ngx_http_pyexec_job_encode(ngx_http_pyexec_ctx_t *ctx, pyexec_msg_e type,
    const void *msg)
{
    size_t       size;

    static char  large[] = "code is larger than 128 MB";

    size = pyexec_wire_size(type, msg);

    if (size == 0) {
        return ngx_http_pyexec_error(ctx->request,
                                     NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                                     large, sizeof(large) - 1);
    }

    ctx->out = ngx_create_temp_buf(ctx->request->pool, size);
    if (ctx->out == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->out->last = pyexec_wire_encode(ctx->out->pos, type, msg);

    return NGX_OK;
}


/* its turn has come */

static void
ngx_http_pyexec_job_go(ngx_http_pyexec_ctx_t *ctx)
{
    ngx_int_t  rc;

    rc = ngx_http_pyexec_job_begin(ctx);

    if (rc != NGX_OK) {
        ngx_http_pyexec_job_finalize(ctx, rc);
    }
}


static ngx_int_t
ngx_http_pyexec_job_begin(ngx_http_pyexec_ctx_t *ctx)
{
    ngx_int_t  rc;

    rc = ngx_http_pyexec_job_admit(ctx);

    return rc == NGX_OK ? ngx_http_pyexec_job_open(ctx) : rc;
}


/* returns NGX_OK, and the job counts as queued, or 503 */

static ngx_int_t
ngx_http_pyexec_job_admit(ngx_http_pyexec_ctx_t *ctx)
{
    ngx_http_pyexec_pool_t  *pool;

    pool = ctx->pool;

    if (pool->load->down || pool->controls[ctx->queue].connection == NULL) {
        return ngx_http_pyexec_busy(ctx->request, "the pool is not there");
    }

    if (ctx->queue == NGX_HTTP_PYEXEC_RUNS
        && ngx_http_pyexec_load_admit(pool) != NGX_OK)
    {
        return ngx_http_pyexec_busy(ctx->request, "the queue is full");
    }

    ctx->state = NGX_HTTP_PYEXEC_WAITING;

    return NGX_OK;
}


/* a client that closes its connection cancels its job, unless that is off */

static void
ngx_http_pyexec_job_watch_client(ngx_http_request_t *r, ngx_flag_t ignore)
{
    r->read_event_handler = ignore ? ngx_http_block_reading
                                   : ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    /* the client may have gone while its body was read */

    if (r->connection->read->ready) {
        ngx_post_event(r->connection->read, &ngx_posted_events);
    }
}


/* returns NGX_OK or a status */

static ngx_int_t
ngx_http_pyexec_job_open(ngx_http_pyexec_ctx_t *ctx)
{
    ngx_int_t  rc;

    ctx->out->pos = ctx->out->start;
    ctx->received = 0;
    ctx->tries++;

    if (ngx_http_pyexec_job_connect(ctx) != NGX_OK) {
        return ngx_http_pyexec_busy(ctx->request, "the worker of nginx has "
                                    "too many connections or open files");
    }

    ctx->state = NGX_HTTP_PYEXEC_WAITING;

    /* in turn: those that wait already go first */

    rc = NGX_AGAIN;

    if (ngx_queue_empty(&ctx->pool->controls[ctx->queue].waiting)) {
        rc = ngx_http_pyexec_job_post(ctx);
    }

    if (rc == NGX_AGAIN) {
        ngx_queue_insert_tail(&ctx->pool->controls[ctx->queue].waiting,
                              &ctx->link);
        return NGX_OK;
    }

    return rc == NGX_OK ? NGX_OK : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


static ngx_int_t
ngx_http_pyexec_job_connect(ngx_http_pyexec_ctx_t *ctx)
{
    ngx_log_t         *log;
    ngx_socket_t       s[2];
    ngx_connection_t  *c;

    log = ctx->request->connection->log;

    if (socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, s) == -1) {
        ngx_log_error(NGX_LOG_CRIT, log, ngx_errno, "socketpair() failed");
        return NGX_ERROR;
    }

    ctx->peer = s[1];

    if (ngx_nonblocking(s[0]) == -1
        || (c = ngx_get_connection(s[0], log)) == NULL)
    {
        ngx_close_socket(s[0]);
        return NGX_ERROR;
    }

    ctx->connection = c;

    c->data = ctx;
    c->pool = ctx->request->pool;
    c->read->log = log;
    c->write->log = log;
    c->read->handler = ngx_http_pyexec_job_read;
    c->write->handler = ngx_http_pyexec_job_write;

    if (ngx_add_conn) {
        return ngx_add_conn(c);
    }

    return ngx_handle_read_event(c->read, 0);
}


static ngx_int_t
ngx_http_pyexec_job_post(ngx_http_pyexec_ctx_t *ctx)
{
    u_char             buf[64], *last;
    ssize_t            n;
    ngx_err_t          err;
    pyexec_job_t       job;
    ngx_connection_t  *control;

    control = ctx->pool->controls[ctx->queue].connection;

    if (control == NULL) {
        return NGX_ERROR;
    }

    /* ngx_current_msec is CLOCK_MONOTONIC, as the pool's clock is */

    job.deadline = ctx->deadline;
    last = pyexec_wire_encode(buf, PYEXEC_MSG_JOB, &job);

    n = pyexec_send_fds(control->fd, buf, last - buf, &ctx->peer, 1);

    if (n == -1) {
        err = ngx_socket_errno;

        if (pyexec_not_yet(err)) {
            ngx_http_pyexec_job_wait(ctx, err);
            return NGX_AGAIN;
        }

        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, err,
                      "sendmsg() on control failed");
        return NGX_ERROR;
    }

    ngx_close_socket(ctx->peer);
    ctx->peer = -1;
    ctx->state = NGX_HTTP_PYEXEC_QUEUED;

    ngx_http_pyexec_job_write(ctx->connection->write);

    return NGX_OK;
}


/*
 * Arranges for ngx_http_pyexec_job_post_waiting().  Only a full socket becomes
 * writable: for anything else, an event of a socket that is writable would be
 * reported over and over.
 */

static void
ngx_http_pyexec_job_wait(ngx_http_pyexec_ctx_t *ctx, ngx_err_t err)
{
    ngx_event_t  *wev;

    wev = ctx->pool->controls[ctx->queue].connection->write;

    if (err != NGX_EAGAIN) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, err,
                      "sendmsg() on control is tried again");

        if (wev->active) {
            (void) ngx_del_event(wev, NGX_WRITE_EVENT, 0);
        }

        ngx_add_timer(wev, NGX_HTTP_PYEXEC_AGAIN);
        return;
    }

    if (!wev->active && ngx_add_event(wev, NGX_WRITE_EVENT, 0) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                      "control cannot be waited for");
    }
}


void
ngx_http_pyexec_job_post_waiting(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_queue_e queue)
{
    ngx_int_t                   rc;
    ngx_queue_t                *q;
    ngx_event_t                *wev;
    ngx_http_pyexec_ctx_t      *ctx;
    ngx_http_pyexec_control_t  *ctl;

    ctl = &pool->controls[queue];

    while (!ngx_queue_empty(&ctl->waiting)) {

        q = ngx_queue_head(&ctl->waiting);
        ctx = ngx_queue_data(q, ngx_http_pyexec_ctx_t, link);

        rc = ngx_http_pyexec_job_post(ctx);

        if (rc == NGX_AGAIN) {
            return;
        }

        ngx_queue_remove(q);
        ngx_queue_init(q);

        if (rc != NGX_OK) {
            ngx_http_pyexec_job_finalize(ctx, NGX_HTTP_INTERNAL_SERVER_ERROR);
        }
    }

    wev = ctl->connection ? ctl->connection->write : NULL;

    if (wev && wev->active) {
        (void) ngx_del_event(wev, NGX_WRITE_EVENT, 0);
    }
}


/* sends as much of the request as the socket takes */

static void
ngx_http_pyexec_job_write(ngx_event_t *ev)
{
    ssize_t                 n;
    ngx_buf_t              *b;
    ngx_connection_t       *c;
    ngx_http_pyexec_ctx_t  *ctx;

    c = ev->data;
    ctx = c->data;
    b = ctx->out;

    if (ctx->state == NGX_HTTP_PYEXEC_WAITING) {
        return;
    }

    while (b->pos < b->last) {

        n = ngx_http_pyexec_job_send(ctx);

        if (n == -1) {

            if (ngx_socket_errno == NGX_EINTR) {
                continue;
            }

            if (ngx_socket_errno == NGX_EAGAIN) {
                ev->ready = 0;

                if (ngx_handle_write_event(ev, 0) == NGX_OK) {
                    return;
                }

            } else if (pyexec_not_yet(ngx_socket_errno)) {
                ngx_add_timer(ev, NGX_HTTP_PYEXEC_AGAIN);
                return;
            }

            /* the other end is closed; an ERROR may be there to be read */

            b->pos = b->last;
            return;
        }

        b->pos += n;
    }
}


/* the first byte goes with the descriptors of what is given, if any */

static ssize_t
ngx_http_pyexec_job_send(ngx_http_pyexec_ctx_t *ctx)
{
    ngx_buf_t  *b;

    b = ctx->out;

    if (b->pos == b->start && ctx->body) {
        return pyexec_send_fds(ctx->connection->fd, b->pos, b->last - b->pos,
                               &ctx->body->fd, 1);
    }

    if (b->pos == b->start && ctx->given.fds[0] != -1) {
        return pyexec_send_fds(ctx->connection->fd, b->pos, b->last - b->pos,
                               ctx->given.fds, PYEXEC_GIVEN);
    }

    return send(ctx->connection->fd, b->pos, b->last - b->pos, MSG_NOSIGNAL);
}


static void
ngx_http_pyexec_job_read(ngx_event_t *ev)
{
    ngx_int_t               rc;
    ngx_connection_t       *c;
    ngx_http_pyexec_ctx_t  *ctx;

    c = ev->data;
    ctx = c->data;

    do {
        rc = ngx_http_pyexec_answer_receive(ctx);

        if (rc == NGX_OK) {
            rc = ngx_http_pyexec_answer(ctx);
        }

        if (rc == NGX_OK && ctx->type == PYEXEC_MSG_START) {
            ngx_http_pyexec_job_started(ctx);
        }

    } while (rc == NGX_OK);

    if (rc == NGX_AGAIN) {

        rc = ngx_http_pyexec_stream_flush(ctx);

        if (rc == NGX_OK && ngx_handle_read_event(ev, 0) == NGX_OK) {
            return;
        }

        rc = rc == NGX_OK ? NGX_HTTP_INTERNAL_SERVER_ERROR : rc;
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_http_pyexec_job_lost(ctx);

        if (rc == NGX_OK) {
            return;
        }
    }

    ngx_http_pyexec_job_finalize(ctx, rc);
}


static void
ngx_http_pyexec_job_started(ngx_http_pyexec_ctx_t *ctx)
{
    ctx->state = NGX_HTTP_PYEXEC_RUNNING;

    if (ctx->queue == NGX_HTTP_PYEXEC_RUNS) {
        ctx->pool->entry->queued--;
        ctx->pool->entry->running++;
    }

    ngx_add_timer(&ctx->timer, ctx->run_limit);
}


/*
 * The process is dead, or could not take the job's descriptor.  If it had not
 * said START, it had not begun the job, which is handed to another one, once:
 * NGX_OK.
 */

static ngx_int_t
ngx_http_pyexec_job_lost(ngx_http_pyexec_ctx_t *ctx)
{
    const char  *died;

    if (ctx->state != NGX_HTTP_PYEXEC_RUNNING && ctx->tries == 1
        && (ngx_msec_int_t) (ctx->deadline - ngx_current_msec) > 0)
    {
        ngx_http_pyexec_job_hang_up(ctx);
        return ngx_http_pyexec_job_open(ctx);
    }

    ngx_log_error(NGX_LOG_ERR, ctx->request->connection->log, 0,
                  "pyexec pool \"%V\" closed the socket of a job",
                  &ctx->pool->name);

    if (ctx->state != NGX_HTTP_PYEXEC_RUNNING
        && ctx->queue == NGX_HTTP_PYEXEC_RUNS)
    {
        return ngx_http_pyexec_busy(ctx->request, "the pool could not begin "
                                    "the run");
    }

    died = ctx->queue == NGX_HTTP_PYEXEC_RUNS
           ? "the run was interrupted: its process died"
           : "the process that served the request died";

    return ngx_http_pyexec_error(ctx->request, NGX_HTTP_INTERNAL_SERVER_ERROR,
                                 died, ngx_strlen(died));
}


static void
ngx_http_pyexec_job_timeout(ngx_event_t *ev)
{
    ngx_int_t               rc;
    ngx_http_pyexec_ctx_t  *ctx = ev->data;
    static char             silent[] = "the pool does not answer";

    if (ngx_http_pyexec_answer_began(ctx)) {
        ngx_add_timer(ev, 1);
        return;
    }

    if (ctx->state == NGX_HTTP_PYEXEC_RUNNING) {
        ngx_log_error(NGX_LOG_ERR, ctx->request->connection->log, 0,
                      "pyexec pool \"%V\" does not end a job",
                      &ctx->pool->name);

        rc = ngx_http_pyexec_error(ctx->request,
                                   NGX_HTTP_INTERNAL_SERVER_ERROR,
                                   silent, sizeof(silent) - 1);
    } else {
        rc = ngx_http_pyexec_busy(ctx->request,
                                  ctx->queue == NGX_HTTP_PYEXEC_RUNS
                                  ? "no runner was free in time" : silent);
    }

    ngx_http_pyexec_job_finalize(ctx, rc);
}


static void
ngx_http_pyexec_job_finalize(ngx_http_pyexec_ctx_t *ctx, ngx_int_t rc)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ctx->request;
    c = r->connection;

    rc = ngx_http_pyexec_stream_error(ctx, rc);
    ngx_http_pyexec_job_cleanup(ctx);

    ngx_http_finalize_request(r, rc == NGX_DONE ? NGX_OK : rc);
    ngx_http_run_posted_requests(c);
}


static void
ngx_http_pyexec_job_cleanup(void *data)
{
    ngx_http_pyexec_ctx_t  *ctx = data;

    if (ctx->state == NGX_HTTP_PYEXEC_DONE) {
        return;
    }

    ngx_http_pyexec_job_hang_up(ctx);
    ngx_http_pyexec_stream_close(ctx);

    if (ctx->timer.timer_set) {
        ngx_del_timer(&ctx->timer);
    }

    ngx_http_pyexec_job_uncount(ctx);
    ctx->state = NGX_HTTP_PYEXEC_DONE;

    ngx_http_pyexec_limit_leave(ctx);

    /* a client may take long to read the answer */

    (void) ngx_pfree(ctx->request->pool, ctx->out->start);
    pyexec_given_close(&ctx->given);
}


/* the process that has the job sees the end of the stream, and cancels it */

static void
ngx_http_pyexec_job_hang_up(ngx_http_pyexec_ctx_t *ctx)
{
    ngx_queue_remove(&ctx->link);
    ngx_queue_init(&ctx->link);

    if (ctx->peer != -1) {
        ngx_close_socket(ctx->peer);
        ctx->peer = -1;
    }

    if (ctx->connection) {
        ctx->connection->pool = NULL;
        ngx_close_connection(ctx->connection);
        ctx->connection = NULL;
    }
}


static void
ngx_http_pyexec_job_uncount(ngx_http_pyexec_ctx_t *ctx)
{
    if (ctx->queue != NGX_HTTP_PYEXEC_RUNS
        || ctx->state == NGX_HTTP_PYEXEC_LIMITED)
    {
        return;
    }

    if (ctx->state == NGX_HTTP_PYEXEC_RUNNING) {
        ctx->pool->entry->running--;

    } else {
        ctx->pool->entry->queued--;
    }
}
