
#include "nginx/ngx_http_pyexec_load.h"


static ngx_int_t ngx_http_pyexec_load_init(ngx_shm_zone_t *zone, void *data);


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
           + 8 * ngx_pagesize;

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
        if (pool->load == NULL) {
            return NGX_ERROR;
        }

        shpool->data = pool->load;
    }

    pool->load->down = 0;

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

        if (e->pid && kill(e->pid, 0) == -1 && ngx_errno == NGX_ESRCH) {
            e->pid = 0;
        }

        if (e->pid == 0) {
            e->queued = 0;
            e->running = 0;

            if (pool->entry == NULL) {
                pool->entry = e;
            }
        }
    }

    if (pool->entry) {
        pool->entry->pid = ngx_pid;
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
    ngx_memzero(pool->entry, sizeof(ngx_http_pyexec_entry_t));
    ngx_shmtx_unlock(&shpool->mutex);

    pool->entry = NULL;
}


ngx_int_t
ngx_http_pyexec_load_admit(ngx_http_pyexec_pool_t *pool)
{
    ngx_int_t         rc;
    ngx_uint_t        i, n;
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) pool->zone->shm.addr;

    rc = NGX_BUSY;
    n = 0;

    ngx_shmtx_lock(&shpool->mutex);

    for (i = 0; i < NGX_HTTP_PYEXEC_ENTRIES; i++) {
        n += pool->load->entries[i].queued + pool->load->entries[i].running;
    }

    if (n < pool->workers + pool->max_queue) {
        pool->entry->queued++;
        rc = NGX_OK;
    }

    ngx_shmtx_unlock(&shpool->mutex);

    return rc;
}
