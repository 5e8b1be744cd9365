
/*
 * A run over the limit of its key waits here, in its worker, without a socket.
 * Turns are given in shared memory, by the worker whose run has ended.  nginx's
 * workers can't wake each other: as long as a run waits, its worker looks every
 * few milliseconds whether another one has given it its turn.
 */

#include "nginx/ngx_http_pyexec_conf.h"
#include "nginx/ngx_http_pyexec_error.h"
#include "nginx/ngx_http_pyexec_keys.h"
#include "nginx/ngx_http_pyexec_limit.h"
#include "nginx/ngx_http_pyexec_load.h"


#define NGX_HTTP_PYEXEC_TURN_LOOK       5       /* ms */


static void ngx_http_pyexec_limit_hash(u_char *hash, ngx_str_t *text,
    ngx_str_t *value);
static ngx_int_t ngx_http_pyexec_limit_refuse(ngx_http_pyexec_ctx_t *ctx,
    ngx_int_t rc, ngx_msec_t wait);
static void ngx_http_pyexec_limit_look(ngx_event_t *ev);


void
ngx_http_pyexec_limit_init(ngx_http_pyexec_pool_t *pool, ngx_log_t *log)
{
    ngx_queue_init(&pool->turns);

    pool->look.handler = ngx_http_pyexec_limit_look;
    pool->look.data = pool;
    pool->look.log = log;
}


ngx_int_t
ngx_http_pyexec_limit_enter(ngx_http_pyexec_ctx_t *ctx,
    void (*go)(ngx_http_pyexec_ctx_t *ctx))
{
    u_char                       hash[NGX_HTTP_PYEXEC_HASH];
    ngx_int_t                    rc;
    ngx_str_t                    value;
    ngx_msec_t                   wait;
    ngx_uint_t                   queue;
    ngx_http_pyexec_pool_t      *pool;
    ngx_http_pyexec_limit_t     *limit;
    ngx_http_pyexec_loc_conf_t  *plcf;

    plcf = ngx_http_get_module_loc_conf(ctx->request, ngx_http_pyexec_module);

    pool = ctx->pool;
    limit = plcf->limit;

    if (limit == NULL || pool->entry == NULL
        || ctx->queue != NGX_HTTP_PYEXEC_RUNS)
    {
        return NGX_OK;
    }

    if (ngx_http_complex_value(ctx->request, limit->key, &value) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (value.len == 0) {
        return NGX_OK;
    }

    ngx_http_pyexec_limit_hash(hash, &limit->key->value, &value);

    ngx_http_pyexec_load_reap(pool);

    queue = limit->queue == NGX_CONF_UNSET_UINT ? pool->max_queue
                                                : limit->queue;

    rc = ngx_http_pyexec_keys_ask(pool, hash, limit->runs, queue, &ctx->turn,
                                  &wait);

    if (rc == NGX_OK) {
        return NGX_OK;
    }

    if (rc != NGX_AGAIN) {
        return ngx_http_pyexec_limit_refuse(ctx, rc, wait);
    }

    ctx->go = go;
    ngx_queue_insert_tail(&pool->turns, &ctx->link);

    if (!pool->look.timer_set) {
        ngx_add_timer(&pool->look, NGX_HTTP_PYEXEC_TURN_LOOK);
    }

    return NGX_AGAIN;
}


/* of the key as it is configured, too: two may have the same value */

static void
ngx_http_pyexec_limit_hash(u_char *hash, ngx_str_t *text, ngx_str_t *value)
{
    ngx_sha1_t  sha1;

    ngx_sha1_init(&sha1);
    ngx_sha1_update(&sha1, text->data, text->len);
    ngx_sha1_update(&sha1, "", 1);
    ngx_sha1_update(&sha1, value->data, value->len);
    ngx_sha1_final(hash, &sha1);
}


/* NGX_BUSY: 429; NGX_ERROR, as the shared memory is full: 503 */

static ngx_int_t
ngx_http_pyexec_limit_refuse(ngx_http_pyexec_ctx_t *ctx, ngx_int_t rc,
    ngx_msec_t wait)
{
    ngx_log_t    *log;

    static char  many[] = "too many runs wait for their turn";
    static char  full[] = "the queue is full";

    log = ctx->request->connection->log;

    if (rc == NGX_ERROR) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "the shared memory of pyexec pool \"%V\" is full",
                      &ctx->pool->name);

        return ngx_http_pyexec_later(ctx->request,
                                     NGX_HTTP_SERVICE_UNAVAILABLE, 1, full);
    }

    ngx_log_error(NGX_LOG_INFO, log, 0,
                  "a run was refused by \"pyexec_limit\"");

    return ngx_http_pyexec_later(ctx->request, NGX_HTTP_TOO_MANY_REQUESTS,
                                 wait / 1000 + 1, many);
}


/* a turn may have come to this worker's jobs, or a worker may have died */

static void
ngx_http_pyexec_limit_look(ngx_event_t *ev)
{
    ngx_queue_t             *q, *next, ready;
    ngx_http_pyexec_ctx_t   *ctx;
    ngx_http_pyexec_pool_t  *pool;

    pool = ev->data;

    ngx_http_pyexec_load_reap(pool);

    ngx_queue_init(&ready);

    for (q = ngx_queue_head(&pool->turns);
         q != ngx_queue_sentinel(&pool->turns);
         q = next)
    {
        next = ngx_queue_next(q);
        ctx = ngx_queue_data(q, ngx_http_pyexec_ctx_t, link);

        if (ctx->turn->given) {
            ngx_queue_remove(q);
            ngx_queue_insert_tail(&ready, q);
        }
    }

    /* one that goes may end others */

    while (!ngx_queue_empty(&ready)) {

        q = ngx_queue_head(&ready);
        ngx_queue_remove(q);
        ngx_queue_init(q);

        ctx = ngx_queue_data(q, ngx_http_pyexec_ctx_t, link);
        ctx->go(ctx);
    }

    if (!ngx_queue_empty(&pool->turns) && !ev->timer_set) {
        ngx_add_timer(ev, NGX_HTTP_PYEXEC_TURN_LOOK);
    }
}


void
ngx_http_pyexec_limit_leave(ngx_http_pyexec_ctx_t *ctx)
{
    if (ctx->turn == NULL) {
        return;
    }

    if (ngx_http_pyexec_keys_end(ctx->pool, ctx->turn)) {
        ngx_post_event(&ctx->pool->look, &ngx_posted_events);
    }

    ctx->turn = NULL;
}


char *
ngx_http_pyexec_limit(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_int_t                    n;
    ngx_str_t                   *value;
    ngx_uint_t                   i;
    ngx_http_pyexec_limit_t     *limit;
    ngx_http_pyexec_loc_conf_t  *plcf = conf;

    if (plcf->limit != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    limit = ngx_pcalloc(cf->pool, sizeof(ngx_http_pyexec_limit_t));
    if (limit == NULL) {
        return NGX_CONF_ERROR;
    }

    plcf->limit = limit;
    limit->queue = NGX_CONF_UNSET_UINT;
    value = cf->args->elts;

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "runs=", 5) == 0) {
            n = ngx_atoi(value[i].data + 5, value[i].len - 5);
            limit->runs = n < 0 ? 0 : n;

        } else if (ngx_strncmp(value[i].data, "queue=", 6) == 0) {
            n = ngx_atoi(value[i].data + 6, value[i].len - 6);
            limit->queue = n;

            if (n < 0) {
                return "must have a number as queue=";
            }

        } else {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\"", &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    if (limit->runs == 0) {
        return "must have runs=, and a number that is not 0";
    }

    return ngx_http_pyexec_complex(cf, &value[1], &limit->key);
}
