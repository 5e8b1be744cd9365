
/* The pool's program, and the Python environment that it is to use. */

#include "nginx/ngx_http_pyexec_program.h"

#include <dlfcn.h>


static ngx_int_t ngx_http_pyexec_program_find(ngx_conf_t *cf,
    ngx_http_pyexec_pool_t *pool);
static ssize_t ngx_http_pyexec_program_module(char path[PATH_MAX]);
static ngx_int_t ngx_http_pyexec_program_python(ngx_conf_t *cf,
    ngx_http_pyexec_pool_t *pool);


char *
ngx_http_pyexec_program_check(ngx_conf_t *cf, ngx_http_pyexec_pool_t *pool)
{
    if (ngx_http_pyexec_program_find(cf, pool) != NGX_OK
        || ngx_http_pyexec_program_python(cf, pool) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/*
 * The program is in the directory of the file that this module is in.  Its
 * path is absolute: a relative one would name a file in the current directory
 * of nginx, which runs it as root.
 */

static ngx_int_t
ngx_http_pyexec_program_find(ngx_conf_t *cf, ngx_http_pyexec_pool_t *pool)
{
    char      path[PATH_MAX];
    u_char   *p;
    ssize_t   n;

    n = ngx_http_pyexec_program_module(path);

    if (n <= 0 || path[0] != '/') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "the path of this module's file, beside which "
                           "pyexec-pool is to be, cannot be found");
        return NGX_ERROR;
    }

    while (path[n - 1] != '/') {
        n--;
    }

    p = ngx_pnalloc(cf->pool, n + sizeof("pyexec-pool"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    pool->program.data = p;
    pool->program.len = n + sizeof("pyexec-pool") - 1;
    ngx_sprintf(p, "%*spyexec-pool%Z", (size_t) n, path);

    if (access((char *) p, X_OK) == -1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "the program of pyexec pool \"%V\", \"%s\", "
                           "cannot be run", &pool->name, p);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * Returns the length of the path, or -1.  If the module is linked into nginx,
 * dladdr() gives argv[0], which may be just "nginx"; the kernel knows the path
 * of a process's program.
 */

static ssize_t
ngx_http_pyexec_program_module(char path[PATH_MAX])
{
    Dl_info  module, nginx;

    if (dladdr(&ngx_http_pyexec_module, &module) == 0
        || dladdr(&ngx_core_module, &nginx) == 0)
    {
        return -1;
    }

    if (module.dli_fbase == nginx.dli_fbase) {
        return readlink("/proc/self/exe", path, PATH_MAX);
    }

    return realpath(module.dli_fname, path) ? (ssize_t) ngx_strlen(path) : -1;
}


static ngx_int_t
ngx_http_pyexec_program_python(ngx_conf_t *cf, ngx_http_pyexec_pool_t *pool)
{
    u_char           *path;
    ngx_uint_t        i;
    ngx_file_info_t   fi;

    static const char  *places[] = {
        "/lib/python" PYEXEC_PYTHON_VERSION "/site-packages",
        "/lib/python" PYEXEC_PYTHON_VERSION "/dist-packages",
        "/lib/python3/dist-packages",
        NULL
    };

    path = ngx_pnalloc(cf->pool, pool->python.len + 64);
    if (path == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; places[i]; i++) {
        ngx_sprintf(path, "%V%s%Z", &pool->python, places[i]);

        if (ngx_file_info(path, &fi) != NGX_FILE_ERROR && ngx_is_dir(&fi)) {
            return NGX_OK;
        }
    }

    /* of another version? */

    for (i = 0; i < 100; i++) {
        ngx_sprintf(path, "%V/lib/python3.%ui/site-packages%Z", &pool->python,
                    i);

        if (ngx_file_info(path, &fi) != NGX_FILE_ERROR) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "python=%V of pyexec pool \"%V\" is an "
                               "environment of Python 3.%ui, the pool embeds "
                               PYEXEC_PYTHON_VERSION,
                               &pool->python, &pool->name, i);
            return NGX_ERROR;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "python=%V of pyexec pool \"%V\" is no environment of "
                       "Python " PYEXEC_PYTHON_VERSION ": it has no \"%s\"",
                       &pool->python, &pool->name, places[0] + 1);

    return NGX_ERROR;
}
