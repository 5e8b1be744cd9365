
/* The pool's program, and the Python environment that it is to use. */

#include "nginx/ngx_http_pyexec.h"

#include <dlfcn.h>


char *
ngx_http_pyexec_program_check(ngx_conf_t *cf, ngx_http_pyexec_pool_t *pool)
{
    u_char           *p;
    Dl_info           info;
    ngx_str_t         found;
    ngx_uint_t        i;
    ngx_file_info_t   fi;

    static const char  *places[] = {
        "/lib/python" PYEXEC_PYTHON_VERSION "/site-packages",
        "/lib/python" PYEXEC_PYTHON_VERSION "/dist-packages",
        "/lib/python3/dist-packages",
        NULL
    };

    /* beside the module, wherever that is */

    if (dladdr(&ngx_http_pyexec_module, &info) == 0 || info.dli_fname == NULL)
    {
        return "cannot find its module's file";
    }

    p = (u_char *) strrchr(info.dli_fname, '/');
    pool->program.len = p ? (size_t) (p - (u_char *) info.dli_fname) + 1 : 0;

    p = ngx_pnalloc(cf->pool, pool->program.len + sizeof("pyexec-pool"));
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_sprintf(p, "%*spyexec-pool%Z", pool->program.len, info.dli_fname);
    pool->program.data = p;

    if (access((char *) p, X_OK) == -1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "the program of pyexec pool \"%V\", \"%s\", "
                           "cannot be run", &pool->name, p);
        return NGX_CONF_ERROR;
    }

    found.data = ngx_pnalloc(cf->pool, pool->python.len + 64);
    if (found.data == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 0; places[i]; i++) {
        ngx_sprintf(found.data, "%V%s%Z", &pool->python, places[i]);

        if (ngx_file_info(found.data, &fi) != NGX_FILE_ERROR
            && ngx_is_dir(&fi))
        {
            return NGX_CONF_OK;
        }
    }

    /* of another version? */

    for (i = 0; i < 100; i++) {
        ngx_sprintf(found.data, "%V/lib/python3.%ui/site-packages%Z",
                    &pool->python, i);

        if (ngx_file_info(found.data, &fi) != NGX_FILE_ERROR) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "python=%V of pyexec pool \"%V\" is an "
                               "environment of Python 3.%ui, the pool embeds "
                               PYEXEC_PYTHON_VERSION,
                               &pool->python, &pool->name, i);
            return NGX_CONF_ERROR;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "python=%V of pyexec pool \"%V\" is no environment of "
                       "Python " PYEXEC_PYTHON_VERSION ": it has no \"%s\"",
                       &pool->python, &pool->name, places[0] + 1);

    return NGX_CONF_ERROR;
}
