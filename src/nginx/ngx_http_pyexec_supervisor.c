
/*
 * The supervision of pools.
 *
 * With a master process, nginx's cache manager supervises: nginx starts it at
 * once, starts it anew when it dies, and replaces it on reload.  A single
 * process supervises by a timer.
 *
 * The first process of a pool has a record lock on a descriptor that nginx
 * gave it.  Whoever supervises looks for that lock, and so also knows a pool
 * that an earlier manager has started.  Of two pools that are started at the
 * same time one gets the lock, and the other exits.
 *
 * A pool ends by itself when no process of nginx has the sockets of its cycle
 * open any more.
 */

#include "nginx/ngx_http_pyexec_control.h"
#include "nginx/ngx_http_pyexec_load.h"
#include "nginx/ngx_http_pyexec_spawn.h"
#include "nginx/ngx_http_pyexec_supervisor.h"

#include "base/pyexec_io.h"

#include <sys/resource.h>


#define NGX_HTTP_PYEXEC_LOOK            200     /* ms, between two looks */
#define NGX_HTTP_PYEXEC_PAUSE           1000    /* ms, doubled up to the next */
#define NGX_HTTP_PYEXEC_MAX_PAUSE       30000


static void ngx_http_pyexec_supervisor_chown(ngx_cycle_t *cycle,
    ngx_http_pyexec_pool_t *pool);
static void ngx_http_pyexec_supervisor_timer(ngx_event_t *ev);
static ngx_msec_t ngx_http_pyexec_supervisor_manager(void *data);
static ngx_msec_t ngx_http_pyexec_supervisor_keep(ngx_http_pyexec_pool_t *pool);


/*
 * The kernel lets a user have as many descriptors in flight, of all pools
 * together, as the limit of open files of the process that sends one.
 */

void
ngx_http_pyexec_supervisor_check(ngx_cycle_t *cycle)
{
    rlim_t                         limit, runs;
    ngx_uint_t                     i;
    struct rlimit                  rl;
    ngx_core_conf_t               *ccf;
    ngx_http_pyexec_pool_t       **pools;
    ngx_http_pyexec_main_conf_t   *pmcf;

    pmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_pyexec_module);
    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    if (getrlimit(RLIMIT_NOFILE, &rl) == -1) {
        return;
    }

    limit = ccf->rlimit_nofile == NGX_CONF_UNSET ? rl.rlim_cur
                                                 : (rlim_t) ccf->rlimit_nofile;
    pools = pmcf->pools.elts;
    runs = 0;

    for (i = 0; i < pmcf->pools.nelts; i++) {
        runs += pools[i]->workers + pools[i]->max_queue;
    }

    if (runs > limit) {
        ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                      "%uL runs can be queued by \"workers\" and "
                      "\"max_queue\" of pyexec pools, but a process can have "
                      "only %uL descriptors in flight: raise "
                      "\"worker_rlimit_nofile\" or lower \"max_queue\"",
                      (uint64_t) runs, (uint64_t) limit);
    }
}


/*
 * A pool that cannot be had is no error here: NGX_ERROR would end a master
 * that reloads, without a line in the log.
 */

ngx_int_t
ngx_http_pyexec_supervisor_init(ngx_cycle_t *cycle)
{
    ngx_uint_t                     i;
    ngx_path_t                    *path, **slot;
    ngx_http_pyexec_pool_t       **pools;
    ngx_http_pyexec_main_conf_t   *pmcf;

    pmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_pyexec_module);

    pools = pmcf->pools.elts;

    for (i = 0; i < pmcf->pools.nelts; i++) {

        ngx_http_pyexec_supervisor_chown(cycle, pools[i]);

        if (ngx_http_pyexec_control_create(cycle, pools[i]) != NGX_OK) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                          "pyexec pool \"%V\" cannot be started",
                          &pools[i]->name);
        }
    }

    /*
     * A path with a manager is what makes nginx start the cache manager.
     * nginx has created its paths by now, and so makes no directory for this
     * one, which has none.
     */

    path = ngx_pcalloc(cycle->pool, sizeof(ngx_path_t));
    slot = ngx_array_push(&cycle->paths);

    if (path == NULL || slot == NULL) {
        return NGX_ERROR;
    }

    ngx_str_set(&path->name, "pyexec");
    path->manager = ngx_http_pyexec_supervisor_manager;
    path->data = pmcf;
    *slot = path;

    return NGX_OK;
}


/* the cache manager, and so the pool, has the user of nginx's workers */

static void
ngx_http_pyexec_supervisor_chown(ngx_cycle_t *cycle,
    ngx_http_pyexec_pool_t *pool)
{
    ngx_uint_t                    i;
    ngx_core_conf_t              *ccf;
    ngx_http_pyexec_workspace_t  *w;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    /* a pool that is started by root has a user of its own, and does it */

    if (geteuid() != 0 || !ccf->master || ccf->user == 0
        || ccf->user == (ngx_uid_t) NGX_CONF_UNSET_UINT)
    {
        return;
    }

    w = pool->workspaces.elts;

    for (i = 0; i < pool->workspaces.nelts; i++) {

        if (pyexec_give_dir((char *) w[i].path.data, ccf->user, ccf->group)
            == -1)
        {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                          "the workspace \"%V\" cannot be given to nginx's "
                          "user", &w[i].path);
        }
    }
}


void
ngx_http_pyexec_supervisor_run(ngx_cycle_t *cycle)
{
    ngx_event_t                  *timer;
    ngx_http_pyexec_main_conf_t  *pmcf;

    static ngx_connection_t       dumb;

    pmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_pyexec_module);

    dumb.fd = (ngx_socket_t) -1;

    timer = &pmcf->timer;
    timer->handler = ngx_http_pyexec_supervisor_timer;
    timer->data = &dumb;
    timer->log = cycle->log;
    timer->cancelable = 1;

    ngx_http_pyexec_supervisor_timer(timer);
}


static void
ngx_http_pyexec_supervisor_timer(ngx_event_t *ev)
{
    ngx_http_pyexec_main_conf_t  *pmcf;

    pmcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                               ngx_http_pyexec_module);
    if (pmcf && !ngx_exiting && !ngx_quit && !ngx_terminate) {
        ngx_add_timer(ev, ngx_http_pyexec_supervisor_manager(pmcf));
    }
}


static ngx_msec_t
ngx_http_pyexec_supervisor_manager(void *data)
{
    ngx_http_pyexec_main_conf_t  *pmcf = data;

    ngx_uint_t                i;
    ngx_msec_t                next, n;
    ngx_http_pyexec_pool_t  **pools;

    next = NGX_HTTP_PYEXEC_LOOK;
    pools = pmcf->pools.elts;

    for (i = 0; i < pmcf->pools.nelts; i++) {

        if (pools[i]->lock != NGX_INVALID_FILE) {
            n = ngx_http_pyexec_supervisor_keep(pools[i]);
            next = ngx_min(n, next);
        }
    }

    return next;
}


/* returns when to look again */

static ngx_msec_t
ngx_http_pyexec_supervisor_keep(ngx_http_pyexec_pool_t *pool)
{
    ngx_msec_t    pause;
    struct flock  fl;

    ngx_memzero(&fl, sizeof(struct flock));
    fl.l_type = F_WRLCK;
    fl.l_whence = SEEK_SET;

    if (fcntl(pool->lock, F_GETLK, &fl) == -1) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "fcntl(F_GETLK) failed");
        return NGX_HTTP_PYEXEC_LOOK;
    }

    if (fl.l_type != F_UNLCK) {
        pool->seen = 1;
        return NGX_HTTP_PYEXEC_LOOK;
    }

    /* after a reload, READY may be that of the former cycle's pool */

    if (pool->seen || (pool->load->ready && pool->starts)) {
        pool->seen = 0;
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "pyexec pool \"%V\" has ended, and is started again",
                      &pool->name);
    }

    if (pool->load->ready) {

        /* one that worked has died: it is started at once */

        pool->load->ready = 0;
        pool->starts = 0;
        pool->next_start = ngx_current_msec;
    }

    if ((ngx_msec_int_t) (pool->next_start - ngx_current_msec) > 0) {
        return NGX_HTTP_PYEXEC_LOOK;
    }

    if (pool->starts > 1) {
        pool->load->down = 1;
    }

    pause = NGX_HTTP_PYEXEC_PAUSE << ngx_min(pool->starts, 5);
    pause = ngx_min(pause, NGX_HTTP_PYEXEC_MAX_PAUSE);

    pool->starts++;
    pool->next_start = ngx_current_msec + pause;

    ngx_http_pyexec_spawn(pool);

    return NGX_HTTP_PYEXEC_LOOK;
}
