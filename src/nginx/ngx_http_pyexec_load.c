
#include "nginx/ngx_http_pyexec_keys.h"
#include "nginx/ngx_http_pyexec_load.h"
#include "wire/pyexec_wire.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>


/* for the turns of some 16,000 runs, each with a key of its own */

#define NGX_HTTP_PYEXEC_TURNS           (4 * 1024 * 1024)


static ngx_int_t ngx_http_pyexec_load_init(ngx_shm_zone_t *zone, void *data);
static ngx_int_t ngx_http_pyexec_load_owners(ngx_http_pyexec_load_t *load);
static ngx_uint_t ngx_http_pyexec_load_count(ngx_http_pyexec_pool_t *pool);
static ngx_uint_t ngx_http_pyexec_load_socket(ngx_http_pyexec_pool_t *pool);
static void ngx_http_pyexec_load_reap_locked(ngx_http_pyexec_pool_t *pool);
static ngx_int_t ngx_http_pyexec_load_take(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_entry_t *e);
static void ngx_http_pyexec_load_give(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_entry_t *e);
static void ngx_http_pyexec_load_clear(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_entry_t *e);


char *
ngx_http_pyexec_load_add(ngx_conf_t *cf, ngx_http_pyexec_pool_t *pool)
{
    size_t     size;
    ngx_str_t  name;

    name.len = sizeof("pyexec_") - 1 + pool->name.len;
    name.data = ngx_pnalloc(cf->pool, name.len);
    if (name.data == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_sprintf(name.data, "pyexec_%V", &pool->name);

    size = ngx_align(sizeof(ngx_http_pyexec_load_t), ngx_pagesize)
           + 8 * ngx_pagesize + NGX_HTTP_PYEXEC_TURNS;

    pool->zone = ngx_shared_memory_add(cf, &name, size,
                                       &ngx_http_pyexec_module);
    if (pool->zone == NULL) {
        return NGX_CONF_ERROR;
    }

    pool->zone->init = ngx_http_pyexec_load_init;
    pool->zone->data = pool;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_pyexec_load_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t         *shpool;
    ngx_http_pyexec_pool_t  *pool, *old;

    pool = zone->data;
    old = data;
    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    /* after a reload the counts of the old workers, which go on, still hold */

    if (old) {
        pool->load = old->load;

    } else if (zone->shm.exists) {
        pool->load = shpool->data;

    } else {
        pool->load = ngx_slab_calloc(shpool, sizeof(ngx_http_pyexec_load_t));
        if (pool->load == NULL
            || ngx_http_pyexec_load_owners(pool->load) != NGX_OK)
        {
            return NGX_ERROR;
        }

        ngx_http_pyexec_keys_init(pool->load);

        shpool->data = pool->load;
        shpool->log_nomem = 0;
    }

    pool->load->down = 0;

    return NGX_OK;
}


static ngx_int_t
ngx_http_pyexec_load_owners(ngx_http_pyexec_load_t *load)
{
    ngx_uint_t           i;
    pthread_mutexattr_t  attr;

    if (pthread_mutexattr_init(&attr) != 0
        || pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) != 0
        || pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST) != 0)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_HTTP_PYEXEC_ENTRIES; i++) {
        if (pthread_mutex_init(&load->entries[i].owner, &attr) != 0) {
            return NGX_ERROR;
        }
    }

    (void) pthread_mutexattr_destroy(&attr);

    return NGX_OK;
}


ngx_int_t
ngx_http_pyexec_load_claim(ngx_http_pyexec_pool_t *pool, ngx_log_t *log)
{
    ngx_uint_t                i;
    ngx_slab_pool_t          *shpool;
    ngx_http_pyexec_entry_t  *e;

    shpool = (ngx_slab_pool_t *) pool->zone->shm.addr;
    pool->entry = NULL;

    ngx_shmtx_lock(&shpool->mutex);

    for (i = 0; i < NGX_HTTP_PYEXEC_ENTRIES; i++) {
        e = &pool->load->entries[i];

        if (ngx_http_pyexec_load_take(pool, e) == NGX_OK) {
            pool->entry = e;
            pool->load->used = ngx_max(pool->load->used, i + 1);
            break;
        }
    }

    ngx_shmtx_unlock(&shpool->mutex);

    if (pool->entry == NULL) {
        ngx_log_error(NGX_LOG_ALERT, log, 0,
                      "more than %d processes use pyexec pool \"%V\"",
                      NGX_HTTP_PYEXEC_ENTRIES, &pool->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_http_pyexec_load_release(ngx_http_pyexec_pool_t *pool)
{
    ngx_slab_pool_t  *shpool;

    if (pool->entry == NULL) {
        return;
    }

    shpool = (ngx_slab_pool_t *) pool->zone->shm.addr;

    ngx_shmtx_lock(&shpool->mutex);
    ngx_http_pyexec_load_give(pool, pool->entry);
    ngx_shmtx_unlock(&shpool->mutex);

    pool->entry = NULL;
}


ngx_int_t
ngx_http_pyexec_load_admit(ngx_http_pyexec_pool_t *pool)
{
    ngx_int_t         rc;
    ngx_uint_t        max;
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) pool->zone->shm.addr;
    max = pool->workers + pool->max_queue;
    rc = NGX_BUSY;

    if (ngx_http_pyexec_load_socket(pool) > (max - 1) * pool->weight) {
        return NGX_BUSY;
    }

    ngx_shmtx_lock(&shpool->mutex);

    if (ngx_http_pyexec_load_count(pool) >= max) {
        ngx_http_pyexec_load_reap_locked(pool);
    }

    if (ngx_http_pyexec_load_count(pool) < max) {
        pool->entry->queued++;
        rc = NGX_OK;
    }

    ngx_shmtx_unlock(&shpool->mutex);

    return rc;
}


ngx_int_t
ngx_http_pyexec_load_weigh(ngx_http_pyexec_pool_t *pool)
{
    u_char         buf[64], *last;
    pyexec_job_t   job;
    ngx_socket_t  *s;

    s = pool->sockets[NGX_HTTP_PYEXEC_RUNS];

    job.deadline = 0;
    last = pyexec_wire_encode(buf, PYEXEC_MSG_JOB, &job);

    if (send(s[0], buf, last - buf, MSG_NOSIGNAL) == -1) {
        return NGX_ERROR;
    }

    pool->weight = ngx_http_pyexec_load_socket(pool);

    return recv(s[1], buf, sizeof(buf), 0) == -1 ? NGX_ERROR : NGX_OK;
}


/* bytes of what was sent and not yet received; all workers share the socket */

static ngx_uint_t
ngx_http_pyexec_load_socket(ngx_http_pyexec_pool_t *pool)
{
    int  bytes;

    if (ioctl(pool->sockets[NGX_HTTP_PYEXEC_RUNS][0], SIOCOUTQ, &bytes) == -1) {
        return 0;
    }

    return bytes;
}


static ngx_uint_t
ngx_http_pyexec_load_count(ngx_http_pyexec_pool_t *pool)
{
    ngx_uint_t  i, n;

    n = 0;

    for (i = 0; i < pool->load->used; i++) {
        n += pool->load->entries[i].queued + pool->load->entries[i].running;
    }

    return n;
}


void
ngx_http_pyexec_load_reap(ngx_http_pyexec_pool_t *pool)
{
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) pool->zone->shm.addr;

    ngx_shmtx_lock(&shpool->mutex);
    ngx_http_pyexec_load_reap_locked(pool);
    ngx_shmtx_unlock(&shpool->mutex);
}


static void
ngx_http_pyexec_load_reap_locked(ngx_http_pyexec_pool_t *pool)
{
    ngx_uint_t                i;
    ngx_http_pyexec_entry_t  *e;

    for (i = 0; i < pool->load->used; i++) {
        e = &pool->load->entries[i];

        if (ngx_http_pyexec_load_take(pool, e) == NGX_OK) {
            ngx_http_pyexec_load_give(pool, e);
        }
    }
}


/* takes an entry that is free, or that of a process which is dead */

static ngx_int_t
ngx_http_pyexec_load_take(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_entry_t *e)
{
    switch (pthread_mutex_trylock(&e->owner)) {

    case 0:
        return NGX_OK;

    case EOWNERDEAD:
        (void) pthread_mutex_consistent(&e->owner);
        ngx_http_pyexec_load_clear(pool, e);
        return NGX_OK;

    default:
        return NGX_BUSY;
    }
}


static void
ngx_http_pyexec_load_give(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_entry_t *e)
{
    ngx_http_pyexec_load_clear(pool, e);

    (void) pthread_mutex_unlock(&e->owner);
}


static void
ngx_http_pyexec_load_clear(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_entry_t *e)
{
    e->queued = 0;
    e->running = 0;

    ngx_http_pyexec_keys_forget(pool, e);
}
