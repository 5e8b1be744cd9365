
#include "nginx/ngx_http_pyexec_spawn.h"

#include <sys/syscall.h>
#include <sys/wait.h>


#define NGX_HTTP_PYEXEC_MAX_ARGS        (NGX_HTTP_PYEXEC_MAX_WORKSPACES + 16)

/* the first descriptor of a pool that is not standard, and how many follow */

#define NGX_HTTP_PYEXEC_FIRST_FD        3
#define NGX_HTTP_PYEXEC_FDS             3


static char **ngx_http_pyexec_spawn_args(ngx_http_pyexec_pool_t *pool,
    ngx_pool_t *mem);
static char *ngx_http_pyexec_spawn_arg(ngx_pool_t *mem, const char *fmt, ...);
static char *ngx_http_pyexec_spawn_tz(void);
static void ngx_http_pyexec_spawn_exec(ngx_http_pyexec_pool_t *pool,
    char **argv);
static void ngx_http_pyexec_spawn_descriptors(ngx_http_pyexec_pool_t *pool);


void
ngx_http_pyexec_spawn(ngx_http_pyexec_pool_t *pool)
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

    argv = ngx_http_pyexec_spawn_args(pool, mem);
    if (argv == NULL) {
        ngx_destroy_pool(mem);
        return;
    }

    /* nginx's handler of SIGCHLD would wait for the child, and log its end */

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
            ngx_http_pyexec_spawn_exec(pool, argv);
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
ngx_http_pyexec_spawn_args(ngx_http_pyexec_pool_t *pool, ngx_pool_t *mem)
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
    *a++ = ngx_http_pyexec_spawn_arg(mem, "name=%V%Z", &pool->name);
    *a++ = ngx_http_pyexec_spawn_arg(mem, "workers=%ui%Z", pool->workers);
    *a++ = ngx_http_pyexec_spawn_arg(mem, "sandbox=%s%Z",
                                     pool->strict ? "strict" : "auto");
    *a++ = ngx_http_pyexec_spawn_arg(mem, "python=%V%Z", &pool->python);
    *a++ = ngx_http_pyexec_spawn_arg(mem, "max_requests=%ui%Z",
                                     pool->max_requests);
    *a++ = ngx_http_pyexec_spawn_arg(mem, "user=%V%Z", &pool->user);

    *a++ = ngx_http_pyexec_spawn_arg(mem, "limits=%O,%O,%i,%i,%T%Z",
                                     pool->max_memory, pool->max_file_size,
                                     pool->max_open_files, pool->max_threads,
                                     pool->max_cpu);

    if (pool->zygotes) {
        *a++ = ngx_http_pyexec_spawn_arg(mem, "zygotes=%ui%Z", pool->zygotes);
    }

    if (pool->preload.data) {
        *a++ = ngx_http_pyexec_spawn_arg(mem, "preload=%V%Z", &pool->preload);
    }

    if (pool->fonts.len) {
        *a++ = ngx_http_pyexec_spawn_arg(mem, "fonts=%V%Z", &pool->fonts);
    }

    if (pool->matplotlibrc.len) {
        *a++ = ngx_http_pyexec_spawn_arg(mem, "matplotlibrc=%V%Z",
                                         &pool->matplotlibrc);
    }

    w = pool->workspaces.elts;

    for (i = 0; i < pool->workspaces.nelts; i++) {
        *a++ = ngx_http_pyexec_spawn_arg(mem, "workspace=%T,%T,%O,%i:%V%Z",
                                         w[i].retain, w[i].retain_min,
                                         w[i].min_free, w[i].min_percent,
                                         &w[i].path);
    }

    return argv;
}


/* fmt ends with %Z, the terminating zero */

static char *
ngx_http_pyexec_spawn_arg(ngx_pool_t *mem, const char *fmt, ...)
{
    char     *arg;
    u_char   *p, buf[NGX_MAX_PATH + 64];
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


/* returns the variable "TZ=…" of the environment, or NULL */

static char *
ngx_http_pyexec_spawn_tz(void)
{
    char  **e;

    for (e = environ; *e && ngx_strncmp(*e, "TZ=", 3) != 0; e++) {
        /* void */
    }

    return *e;
}


static void
ngx_http_pyexec_spawn_exec(ngx_http_pyexec_pool_t *pool, char **argv)
{
    int               i;
    sigset_t          set;
    struct sigaction  sa;

    char  *envp[] = {
        "LANG=C.UTF-8",

        /* the heap in huge pages: a fork copies fewer page tables */

        "GLIBC_TUNABLES=glibc.malloc.hugetlb=1",

        /* symbols are bound before the forks, and not anew in every child */

        "LD_BIND_NOW=1",

        /* nginx passes TZ on to its processes; "env" can set it */

        ngx_http_pyexec_spawn_tz(),
        NULL
    };

    ngx_http_pyexec_spawn_descriptors(pool);

    ngx_memzero(&sa, sizeof(struct sigaction));
    sa.sa_handler = SIG_DFL;

    for (i = 1; i < NSIG; i++) {
        (void) sigaction(i, &sa, NULL);
    }

    sigemptyset(&set);
    (void) sigprocmask(SIG_SETMASK, &set, NULL);

    (void) execve((char *) pool->program.data, argv, envp);

    /* the log's descriptor is closed; standard error is the error log too */

    (void) dprintf(STDERR_FILENO, "nginx: [alert] execve(\"%s\") failed "
                   "(%d: %s)\n", (char *) pool->program.data, ngx_errno,
                   strerror(ngx_errno));

    _exit(1);
}


/* the program gets the standard ones and those of the pool, and no others */

static void
ngx_http_pyexec_spawn_descriptors(ngx_http_pyexec_pool_t *pool)
{
    int  i, fd[NGX_HTTP_PYEXEC_FDS];

    fd[0] = pool->sockets[NGX_HTTP_PYEXEC_RUNS][1];
    fd[1] = pool->sockets[NGX_HTTP_PYEXEC_FILES][1];
    fd[2] = pool->lock;

    /* duplicates above the numbers that dup2() is about to overwrite */

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
}
