
/*
 * The main configuration: the pools, and the parameters of "pyexec_pool".  A
 * location may name a pool that the file defines only later.
 */

#include "nginx/ngx_http_pyexec_load.h"
#include "nginx/ngx_http_pyexec_params.h"
#include "nginx/ngx_http_pyexec_program.h"


typedef struct ngx_http_pyexec_param_s  ngx_http_pyexec_param_t;

struct ngx_http_pyexec_param_s {
    ngx_str_t                  name;       /* "workers=" */
    char                    *(*set)(ngx_http_pyexec_param_t *p,
                                    ngx_str_t *value, void *field);
    size_t                     offset;     /* in the pool */

    ngx_int_t                  min;        /* of a number */
    ngx_int_t                  max;
    char                      *range;      /* what is said of any other */
};


static ngx_int_t ngx_http_pyexec_pool_path(ngx_conf_t *cf, ngx_str_t *path,
    ngx_uint_t is_dir);
static char *ngx_http_pyexec_pool_param(ngx_conf_t *cf,
    ngx_http_pyexec_pool_t *pool, ngx_str_t *param);
static char *ngx_http_pyexec_param_number(ngx_http_pyexec_param_t *p,
    ngx_str_t *value, void *field);
static char *ngx_http_pyexec_param_string(ngx_http_pyexec_param_t *p,
    ngx_str_t *value, void *field);
static char *ngx_http_pyexec_param_modules(ngx_http_pyexec_param_t *p,
    ngx_str_t *value, void *field);
static char *ngx_http_pyexec_param_sandbox(ngx_http_pyexec_param_t *p,
    ngx_str_t *value, void *field);


static ngx_http_pyexec_param_t  ngx_http_pyexec_params[] = {
    { ngx_string("workers="), ngx_http_pyexec_param_number,
      offsetof(ngx_http_pyexec_pool_t, workers), 1, 512,
      "it must be between 1 and 512" },
    { ngx_string("zygotes="), ngx_http_pyexec_param_number,
      offsetof(ngx_http_pyexec_pool_t, zygotes), 1, 128,
      "it must be between 1 and 128" },
    { ngx_string("max_queue="), ngx_http_pyexec_param_number,
      offsetof(ngx_http_pyexec_pool_t, max_queue), 0, NGX_MAX_INT_T_VALUE,
      "it must be a number" },
    { ngx_string("max_requests="), ngx_http_pyexec_param_number,
      offsetof(ngx_http_pyexec_pool_t, max_requests), 0, NGX_MAX_INT_T_VALUE,
      "it must be a number" },
    { ngx_string("preload="), ngx_http_pyexec_param_modules,
      offsetof(ngx_http_pyexec_pool_t, preload), 0, 0, NULL },
    { ngx_string("python="), ngx_http_pyexec_param_string,
      offsetof(ngx_http_pyexec_pool_t, python), 0, 0, NULL },
    { ngx_string("fonts="), ngx_http_pyexec_param_string,
      offsetof(ngx_http_pyexec_pool_t, fonts), 0, 0, NULL },
    { ngx_string("matplotlibrc="), ngx_http_pyexec_param_string,
      offsetof(ngx_http_pyexec_pool_t, matplotlibrc), 0, 0, NULL },
    { ngx_string("user="), ngx_http_pyexec_param_string,
      offsetof(ngx_http_pyexec_pool_t, user), 0, 0, NULL },
    { ngx_string("sandbox="), ngx_http_pyexec_param_sandbox,
      offsetof(ngx_http_pyexec_pool_t, strict), 0, 0, NULL },
    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


void *
ngx_http_pyexec_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_pyexec_main_conf_t  *pmcf;

    pmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_pyexec_main_conf_t));
    if (pmcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&pmcf->pools, cf->pool, 2,
                       sizeof(ngx_http_pyexec_pool_t *))
        != NGX_OK)
    {
        return NULL;
    }

    return pmcf;
}


char *
ngx_http_pyexec_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_pyexec_main_conf_t  *pmcf = conf;

    char                     *rc;
    ngx_uint_t                i;
    ngx_http_pyexec_pool_t  **pools;

    pools = pmcf->pools.elts;

    for (i = 0; i < pmcf->pools.nelts; i++) {

        if (!pools[i]->defined) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "unknown pyexec pool \"%V\" in %s:%ui",
                          &pools[i]->name, pools[i]->file, pools[i]->line);
            return NGX_CONF_ERROR;
        }

        rc = ngx_http_pyexec_program_check(cf, pools[i]);
        if (rc != NGX_CONF_OK) {
            return rc;
        }

        rc = ngx_http_pyexec_load_add(cf, pools[i]);
        if (rc != NGX_CONF_OK) {
            return rc;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_http_pyexec_pool(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                    *rc;
    ngx_str_t               *value;
    ngx_uint_t               i;
    ngx_http_pyexec_pool_t  *pool;

    value = cf->args->elts;

    pool = ngx_http_pyexec_pool_get(cf, &value[1]);
    if (pool == NULL) {
        return NGX_CONF_ERROR;
    }

    if (pool->defined) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "duplicate pyexec pool \"%V\"", &pool->name);
        return NGX_CONF_ERROR;
    }

    pool->defined = 1;

    for (i = 2; i < cf->args->nelts; i++) {
        rc = ngx_http_pyexec_pool_param(cf, pool, &value[i]);
        if (rc != NGX_CONF_OK) {
            return rc;
        }
    }

    if (ngx_conf_full_name(cf->cycle, &pool->python, 0) != NGX_OK
        || ngx_http_pyexec_pool_path(cf, &pool->fonts, 1) != NGX_OK
        || ngx_http_pyexec_pool_path(cf, &pool->matplotlibrc, 0) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* makes the path of a parameter, if there is one, absolute, and looks there */

static ngx_int_t
ngx_http_pyexec_pool_path(ngx_conf_t *cf, ngx_str_t *path, ngx_uint_t is_dir)
{
    ngx_file_info_t  fi;

    if (path->len == 0) {
        return NGX_OK;
    }

    if (ngx_conf_full_name(cf->cycle, path, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_file_info(path->data, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_file_info_n " \"%V\" failed", path);
        return NGX_ERROR;
    }

    if (is_dir ? !ngx_is_dir(&fi) : !ngx_is_file(&fi)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" is not a %s", path,
                           is_dir ? "directory" : "file");
        return NGX_ERROR;
    }

    return NGX_OK;
}


static char *
ngx_http_pyexec_pool_param(ngx_conf_t *cf, ngx_http_pyexec_pool_t *pool,
    ngx_str_t *param)
{
    char                     *why;
    ngx_str_t                 value;
    ngx_http_pyexec_param_t  *p;

    for (p = ngx_http_pyexec_params; p->name.len; p++) {

        if (param->len < p->name.len
            || ngx_strncmp(param->data, p->name.data, p->name.len) != 0)
        {
            continue;
        }

        value.data = param->data + p->name.len;
        value.len = param->len - p->name.len;

        why = p->set(p, &value, (char *) pool + p->offset);

        if (why == NULL) {
            return NGX_CONF_OK;
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\": %s", param, why);
        return NGX_CONF_ERROR;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\"",
                       param);
    return NGX_CONF_ERROR;
}


/* the functions of the table return NULL, or what is wrong */

static char *
ngx_http_pyexec_param_number(ngx_http_pyexec_param_t *p, ngx_str_t *value,
    void *field)
{
    ngx_int_t    n;
    ngx_uint_t  *number = field;

    n = ngx_atoi(value->data, value->len);

    if (n == NGX_ERROR || n < p->min || n > p->max) {
        return p->range;
    }

    *number = n;

    return NULL;
}


static char *
ngx_http_pyexec_param_string(ngx_http_pyexec_param_t *p, ngx_str_t *value,
    void *field)
{
    if (value->len == 0) {
        return "it must not be empty";
    }

    *(ngx_str_t *) field = *value;

    return NULL;
}


static char *
ngx_http_pyexec_param_modules(ngx_http_pyexec_param_t *param, ngx_str_t *value,
    void *field)
{
    u_char     *p, *last, *comma;
    ngx_str_t  *modules = field;

    if (value->len == 4 && ngx_strncmp(value->data, "none", 4) == 0) {
        ngx_str_set(modules, "");
        return NULL;
    }

    last = value->data + value->len;

    for (p = value->data; p <= last; p = comma + 1) {

        comma = ngx_strlchr(p, last, ',');
        comma = comma ? comma : last;

        if (!ngx_http_pyexec_is_module(p, comma - p)) {
            return "it must be \"none\" or names of modules with commas";
        }
    }

    *modules = *value;

    return NULL;
}


static char *
ngx_http_pyexec_param_sandbox(ngx_http_pyexec_param_t *p, ngx_str_t *value,
    void *field)
{
    ngx_uint_t  *strict = field;

    if (value->len == 6 && ngx_strncmp(value->data, "strict", 6) == 0) {
        *strict = 1;
        return NULL;
    }

    if (value->len == 4 && ngx_strncmp(value->data, "auto", 4) == 0) {
        *strict = 0;
        return NULL;
    }

    return "it must be \"auto\" or \"strict\"";
}


/* finds the pool of that name, or adds one that is not defined yet */

ngx_http_pyexec_pool_t *
ngx_http_pyexec_pool_get(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_uint_t                     i;
    ngx_http_pyexec_pool_t        *pool, **pools, **slot;
    ngx_http_pyexec_main_conf_t   *pmcf;

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_pyexec_module);
    pools = pmcf->pools.elts;

    for (i = 0; i < pmcf->pools.nelts; i++) {
        if (pools[i]->name.len == name->len
            && ngx_strncmp(pools[i]->name.data, name->data, name->len) == 0)
        {
            return pools[i];
        }
    }

    pool = ngx_pcalloc(cf->pool, sizeof(ngx_http_pyexec_pool_t));
    slot = ngx_array_push(&pmcf->pools);

    if (pool == NULL || slot == NULL
        || ngx_array_init(&pool->workspaces, cf->pool, 2,
                          sizeof(ngx_http_pyexec_workspace_t))
           != NGX_OK)
    {
        return NULL;
    }

    pool->name = *name;
    pool->workers = ngx_max(ngx_ncpu, 2);
    pool->max_queue = 1000;
    ngx_str_set(&pool->python, "/usr");
    ngx_str_set(&pool->user, "nobody");
    pool->file = cf->conf_file->file.name.data;
    pool->line = cf->conf_file->line;
    pool->lock = NGX_INVALID_FILE;

    for (i = 0; i < NGX_HTTP_PYEXEC_QUEUES; i++) {
        pool->sockets[i][0] = -1;
    }

    *slot = pool;

    return pool;
}


ngx_uint_t
ngx_http_pyexec_is_module(u_char *data, size_t len)
{
    size_t      i;
    u_char      c;
    ngx_uint_t  start;

    start = 1;

    for (i = 0; i < len; i++) {
        c = data[i];

        if (c == '.' && !start) {
            start = 1;

        } else if (c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
                   || (!start && c >= '0' && c <= '9'))
        {
            start = 0;

        } else {
            return 0;
        }
    }

    return !start;
}
