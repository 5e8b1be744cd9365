
/*
 * The supervision of pools, and the control sockets.
 *
 * In master mode the cache manager keeps the pools running: it is started at
 * once, started anew when it dies, and replaced on reload.  A single process
 * does it itself.  A pool's first process holds a record lock on an inherited
 * descriptor: that is how whoever looks knows that it is there, also one that
 * an earlier manager has started.  Two that are started at a time settle it
 * by that lock.
 *
 * A pool is no child of nginx's: it is forked twice, so that nginx neither
 * waits for it nor logs its end.  It leaves by itself when no process of
 * nginx holds the sockets of its cycle any more.
 */

#include "nginx/ngx_http_pyexec_job.h"
#include "nginx/ngx_http_pyexec_load.h"
#include "nginx/ngx_http_pyexec_supervisor.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>


#define NGX_HTTP_PYEXEC_LOOK            200     /* ms, between two looks */
#define NGX_HTTP_PYEXEC_PAUSE           1000    /* ms, doubled up to the next */
#define NGX_HTTP_PYEXEC_MAX_PAUSE       30000
#define NGX_HTTP_PYEXEC_SNDBUF          (8 * 1024 * 1024)

#define NGX_HTTP_PYEXEC_MAX_ARGS        (NGX_HTTP_PYEXEC_MAX_WORKSPACES + 16)

/* the first descriptor of a pool that is not standard, and how many follow */

#define NGX_HTTP_PYEXEC_FIRST_FD        3
#define NGX_HTTP_PYEXEC_FDS             3


static ngx_int_t ngx_http_pyexec_pool_sockets(ngx_cycle_t *cycle,
    ngx_http_pyexec_pool_t *pool);
static void ngx_http_pyexec_pool_close(void *data);
static void ngx_http_pyexec_workspaces_chown(ngx_cycle_t *cycle,
    ngx_http_pyexec_pool_t *pool);
static ngx_int_t ngx_http_pyexec_pool_control(ngx_cycle_t *cycle,
    ngx_http_pyexec_pool_t *pool, ngx_uint_t queue);
static void ngx_http_pyexec_pool_timer(ngx_event_t *ev);
static ngx_msec_t ngx_http_pyexec_pool_keep(ngx_http_pyexec_pool_t *pool);
static void ngx_http_pyexec_pool_start(ngx_http_pyexec_pool_t *pool);
static char **ngx_http_pyexec_pool_args(ngx_http_pyexec_pool_t *pool,
    ngx_pool_t *mem);
static char *ngx_http_pyexec_arg(ngx_pool_t *mem, const char *fmt, ...);
static void ngx_http_pyexec_pool_exec(ngx_http_pyexec_pool_t *pool,
    char **argv);
static void ngx_http_pyexec_control_read(ngx_event_t *ev);
static void ngx_http_pyexec_control_message(ngx_http_pyexec_pool_t *pool,
    u_char *buf, size_t size, ngx_log_t *log);
static void ngx_http_pyexec_control_write(ngx_event_t *ev);


/*
 * Configuration errors have been told before: an error here would end a
 * master that reloads, without a word.
 */

ngx_int_t
ngx_http_pyexec_pools_init_module(ngx_cycle_t *cycle)
{
    ngx_uint_t                     i;
    ngx_path_t                    *path, **slot;
    ngx_http_pyexec_pool_t       **pools;
    ngx_http_pyexec_main_conf_t   *pmcf;

    pmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_pyexec_module);

    if (pmcf == NULL || pmcf->pools.nelts == 0 || ngx_test_config) {
        return NGX_OK;
    }

    pools = pmcf->pools.elts;

    for (i = 0; i < pmcf->pools.nelts; i++) {

        ngx_http_pyexec_workspaces_chown(cycle, pools[i]);

        if (ngx_http_pyexec_pool_sockets(cycle, pools[i]) != NGX_OK) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                          "pyexec pool \"%V\" cannot be started",
                          &pools[i]->name);
        }
    }

    /*
     * The path is here for its manager only.  It is added when nginx has
     * created all paths: to give the workspace to the pool's user is not a
     * thing that it knows of.
     */

    path = ngx_pcalloc(cycle->pool, sizeof(ngx_path_t));
    slot = ngx_array_push(&cycle->paths);

    if (path == NULL || slot == NULL) {
        return NGX_ERROR;
    }

    ngx_str_set(&path->name, "pyexec");
    path->manager = ngx_http_pyexec_pools_manager;
    path->data = pmcf;
    *slot = path;

    return NGX_OK;
}


static ngx_int_t
ngx_http_pyexec_pool_sockets(ngx_cycle_t *cycle, ngx_http_pyexec_pool_t *pool)
{
    int                  size;
    ngx_uint_t           i;
    ngx_socket_t         s;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cycle->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_pyexec_pool_close;
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

        /* the queue; what is over it waits in the workers */

        size = NGX_HTTP_PYEXEC_SNDBUF;

        if (setsockopt(s, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(int))
            == -1)
        {
            (void) setsockopt(s, SOL_SOCKET, SO_SNDBUF, &size, sizeof(int));
        }
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
ngx_http_pyexec_pool_close(void *data)
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


/* the manager, and the pool with it, will be nginx's user */

static void
ngx_http_pyexec_workspaces_chown(ngx_cycle_t *cycle,
    ngx_http_pyexec_pool_t *pool)
{
    ngx_uint_t                    i;
    ngx_core_conf_t              *ccf;
    ngx_file_info_t               fi;
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

        if (ngx_file_info(w[i].path.data, &fi) != NGX_FILE_ERROR
            && fi.st_uid == ccf->user)
        {
            continue;
        }

        if (chown((char *) w[i].path.data, ccf->user, ccf->group) == -1) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                          "chown(\"%V\") failed", &w[i].path);
        }
    }
}


ngx_int_t
ngx_http_pyexec_pools_init_process(ngx_cycle_t *cycle)
{
    ngx_uint_t                     i, q;
    ngx_event_t                   *timer;
    ngx_http_pyexec_pool_t       **pools;
    ngx_http_pyexec_main_conf_t   *pmcf;

    static ngx_connection_t        dumb;

    pmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_pyexec_module);

    if (pmcf == NULL || pmcf->pools.nelts == 0
        || (ngx_process != NGX_PROCESS_WORKER
            && ngx_process != NGX_PROCESS_SINGLE))
    {
        return NGX_OK;
    }

    pools = pmcf->pools.elts;

    for (i = 0; i < pmcf->pools.nelts; i++) {

        if (ngx_http_pyexec_load_claim(pools[i], cycle->log) != NGX_OK) {
            return NGX_ERROR;
        }

        for (q = 0; q < NGX_HTTP_PYEXEC_QUEUES; q++) {
            if (ngx_http_pyexec_pool_control(cycle, pools[i], q) != NGX_OK) {
                return NGX_ERROR;
            }
        }
    }

    if (ngx_process == NGX_PROCESS_SINGLE) {

        dumb.fd = (ngx_socket_t) -1;

        timer = &pmcf->timer;
        timer->handler = ngx_http_pyexec_pool_timer;
        timer->data = &dumb;
        timer->log = cycle->log;
        timer->cancelable = 1;

        ngx_http_pyexec_pool_timer(timer);
    }

    return NGX_OK;
}


void
ngx_http_pyexec_pools_exit_process(ngx_cycle_t *cycle)
{
    ngx_uint_t                     i;
    ngx_http_pyexec_pool_t       **pools;
    ngx_http_pyexec_main_conf_t   *pmcf;

    pmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_pyexec_module);

    if (pmcf == NULL) {
        return;
    }

    pools = pmcf->pools.elts;

    for (i = 0; i < pmcf->pools.nelts; i++) {
        ngx_http_pyexec_load_release(pools[i]);
    }
}


static ngx_int_t
ngx_http_pyexec_pool_control(ngx_cycle_t *cycle, ngx_http_pyexec_pool_t *pool,
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

    /* it is nothing that a worker which leaves has forgotten */

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
ngx_http_pyexec_pool_timer(ngx_event_t *ev)
{
    ngx_http_pyexec_main_conf_t  *pmcf;

    pmcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                               ngx_http_pyexec_module);
    if (pmcf && !ngx_exiting && !ngx_quit && !ngx_terminate) {
        ngx_add_timer(ev, ngx_http_pyexec_pools_manager(pmcf));
    }
}


ngx_msec_t
ngx_http_pyexec_pools_manager(void *data)
{
    ngx_http_pyexec_main_conf_t  *pmcf = data;

    ngx_uint_t                i;
    ngx_msec_t                next, n;
    ngx_http_pyexec_pool_t  **pools;

    next = NGX_HTTP_PYEXEC_LOOK;
    pools = pmcf->pools.elts;

    for (i = 0; i < pmcf->pools.nelts; i++) {

        if (pools[i]->lock != NGX_INVALID_FILE) {
            n = ngx_http_pyexec_pool_keep(pools[i]);
            next = ngx_min(n, next);
        }
    }

    return next;
}


/* returns when to look again */

static ngx_msec_t
ngx_http_pyexec_pool_keep(ngx_http_pyexec_pool_t *pool)
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
        return NGX_HTTP_PYEXEC_LOOK;
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

    ngx_http_pyexec_pool_start(pool);

    return NGX_HTTP_PYEXEC_LOOK;
}


static void
ngx_http_pyexec_pool_start(ngx_http_pyexec_pool_t *pool)
{
    int          status;
    char       **argv;
    ngx_pid_t    pid;
    sigset_t     set, old;
    ngx_pool_t  *mem;

    mem = ngx_create_pool(4096, ngx_cycle->log);
    if (mem == NULL) {
        return;
    }

    argv = ngx_http_pyexec_pool_args(pool, mem);
    if (argv == NULL) {
        ngx_destroy_pool(mem);
        return;
    }

    /* nginx's handler would wait for the child in between, and log it */

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    (void) sigprocmask(SIG_BLOCK, &set, &old);

    pid = fork();

    switch (pid) {

    case -1:
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "fork() failed");
        break;

    case 0:
        pid = fork();

        if (pid == 0) {
            ngx_http_pyexec_pool_exec(pool, argv);
        }

        _exit(pid == -1);

    default:
        while (waitpid(pid, &status, 0) == -1 && ngx_errno == NGX_EINTR) {
            /* void */
        }

        ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                      "starting pyexec pool \"%V\"", &pool->name);
    }

    (void) sigprocmask(SIG_SETMASK, &old, NULL);

    ngx_destroy_pool(mem);
}


static char **
ngx_http_pyexec_pool_args(ngx_http_pyexec_pool_t *pool, ngx_pool_t *mem)
{
    char                         **argv, **a;
    ngx_uint_t                     i;
    ngx_http_pyexec_workspace_t   *w;

    argv = ngx_pcalloc(mem, NGX_HTTP_PYEXEC_MAX_ARGS * sizeof(char *));
    if (argv == NULL) {
        return NULL;
    }

    a = argv;

    *a++ = "pyexec-pool";
    *a++ = ngx_http_pyexec_arg(mem, "name=%V%Z", &pool->name);
    *a++ = ngx_http_pyexec_arg(mem, "workers=%ui%Z", pool->workers);
    *a++ = ngx_http_pyexec_arg(mem, "sandbox=%s%Z",
                               pool->strict ? "strict" : "auto");
    *a++ = ngx_http_pyexec_arg(mem, "python=%V%Z", &pool->python);
    *a++ = ngx_http_pyexec_arg(mem, "max_requests=%ui%Z", pool->max_requests);
    *a++ = ngx_http_pyexec_arg(mem, "user=%V%Z", &pool->user);

    if (pool->preload.data) {
        *a++ = ngx_http_pyexec_arg(mem, "preload=%V%Z", &pool->preload);
    }

    w = pool->workspaces.elts;

    for (i = 0; i < pool->workspaces.nelts; i++) {
        *a++ = ngx_http_pyexec_arg(mem, "workspace=%T:%V%Z", w[i].retain,
                                   &w[i].path);
    }

    return argv;
}


/* the format ends with %Z */

static char *
ngx_http_pyexec_arg(ngx_pool_t *mem, const char *fmt, ...)
{
    char     *arg;
    u_char   *p, buf[NGX_MAX_PATH];
    va_list   args;

    va_start(args, fmt);
    p = ngx_vslprintf(buf, buf + sizeof(buf), fmt, args);
    va_end(args);

    arg = ngx_pnalloc(mem, p - buf);

    if (arg) {
        ngx_memcpy(arg, buf, p - buf);
    }

    return arg;
}


static void
ngx_http_pyexec_pool_exec(ngx_http_pyexec_pool_t *pool, char **argv)
{
    int               i, fd[NGX_HTTP_PYEXEC_FDS];
    sigset_t          set;
    struct sigaction  sa;

    char  *envp[] = {
        "LANG=C.UTF-8",

        /* huge pages for the heap: forking copies fewer page tables */

        "GLIBC_TUNABLES=glibc.malloc.hugetlb=1",

        /* what is looked up before a fork is not looked up after each */

        "LD_BIND_NOW=1",
        NULL
    };

    fd[0] = pool->sockets[NGX_HTTP_PYEXEC_RUNS][1];
    fd[1] = pool->sockets[NGX_HTTP_PYEXEC_FILES][1];
    fd[2] = pool->lock;

    /* first out of the way of where they are to be */

    for (i = 0; i < NGX_HTTP_PYEXEC_FDS; i++) {
        fd[i] = fcntl(fd[i], F_DUPFD,
                      NGX_HTTP_PYEXEC_FIRST_FD + NGX_HTTP_PYEXEC_FDS);
    }

    for (i = 0; i < NGX_HTTP_PYEXEC_FDS; i++) {
        if (dup2(fd[i], NGX_HTTP_PYEXEC_FIRST_FD + i) == -1) {
            _exit(1);
        }
    }

    i = open("/dev/null", O_RDWR);

    if (i == -1 || dup2(i, STDIN_FILENO) == -1
        || dup2(STDERR_FILENO, STDOUT_FILENO) == -1
        || syscall(SYS_close_range,
                   NGX_HTTP_PYEXEC_FIRST_FD + NGX_HTTP_PYEXEC_FDS, ~0U, 0)
           == -1)
    {
        _exit(1);
    }

    ngx_memzero(&sa, sizeof(struct sigaction));
    sa.sa_handler = SIG_DFL;

    for (i = 1; i < NSIG; i++) {
        (void) sigaction(i, &sa, NULL);
    }

    sigemptyset(&set);
    (void) sigprocmask(SIG_SETMASK, &set, NULL);

    (void) execve((char *) pool->program.data, argv, envp);

    /* the log's own descriptor is closed; this one is the error log's too */

    (void) dprintf(STDERR_FILENO, "nginx: [alert] execve(\"%s\") failed "
                   "(%d: %s)\n", (char *) pool->program.data, ngx_errno,
                   strerror(ngx_errno));

    _exit(1);
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

    /* every worker is woken, and one reads */

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
