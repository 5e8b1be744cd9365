
#include "nginx/ngx_http_pyexec_conf.h"
#include "nginx/ngx_http_pyexec_params.h"


static char *ngx_http_pyexec_in_range(ngx_http_pyexec_range_t *range,
    int64_t value);
static char *ngx_http_pyexec_merge_endpoint(ngx_conf_t *cf,
    ngx_http_pyexec_loc_conf_t *prev, ngx_http_pyexec_loc_conf_t *conf);
static void ngx_http_pyexec_merge_limits(ngx_http_pyexec_loc_conf_t *conf);
static char *ngx_http_pyexec_merge_workspace(ngx_conf_t *cf,
    ngx_http_pyexec_loc_conf_t *conf);
static char *ngx_http_pyexec_differs(ngx_http_pyexec_workspace_t *w,
    ngx_http_pyexec_loc_conf_t *conf);
static char *ngx_http_pyexec_add_workspace(ngx_conf_t *cf,
    ngx_http_pyexec_loc_conf_t *conf, ngx_str_t *path);
static char *ngx_http_pyexec_add_url(ngx_conf_t *cf,
    ngx_http_pyexec_loc_conf_t *conf);
static ngx_int_t ngx_http_pyexec_names(ngx_conf_t *cf, ngx_array_t *names,
    pyexec_list_t *list);


char *
ngx_http_pyexec_endpoint(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_pyexec_loc_conf_t  *plcf = conf;

    char                      *rc;
    ngx_str_t                 *value;
    ngx_http_handler_pt       *handler;
    ngx_http_core_loc_conf_t  *clcf;

    handler = cmd->post;

    if (plcf->handler == *handler) {
        return "is duplicate";
    }

    if (plcf->handler) {
        return "is not the only endpoint of its location";
    }

    plcf->handler = *handler;

    value = cf->args->elts;

    plcf->pool = ngx_http_pyexec_pool_get(cf, &value[1]);
    if (plcf->pool == NULL) {
        return NGX_CONF_ERROR;
    }

    rc = NGX_CONF_OK;

    if (cf->args->nelts > 2) {
        rc = ngx_http_pyexec_complex(cf, &value[2], &plcf->session);
    }

    if (cf->args->nelts > 3 && rc == NGX_CONF_OK) {
        rc = ngx_http_pyexec_complex(cf, &value[3], &plcf->item);
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = plcf->handler;

    return rc;
}


char *
ngx_http_pyexec_complex(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_complex_value_t **cv)
{
    ngx_http_compile_complex_value_t  ccv;

    *cv = ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t));
    if (*cv == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = value;
    ccv.complex_value = *cv;

    return ngx_http_compile_complex_value(&ccv) == NGX_OK ? NGX_CONF_OK
                                                          : NGX_CONF_ERROR;
}


char *
ngx_http_pyexec_workspace(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                   *value;
    ngx_http_pyexec_loc_conf_t  *plcf = conf;

    if (plcf->workspace.data) {
        return "is duplicate";
    }

    value = cf->args->elts;
    plcf->workspace = value[1];

    if (plcf->workspace.len == 0) {
        return "must not be empty";
    }

    return NGX_CONF_OK;
}


char *
ngx_http_pyexec_max_output(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    off_t                        flood;
    ngx_str_t                   *value, size;
    ngx_http_pyexec_loc_conf_t  *plcf = conf;

    if (plcf->max_output != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    value = cf->args->elts;
    plcf->max_output = ngx_atoi(value[1].data, value[1].len);

    if (plcf->max_output < 1 || plcf->max_output > 1000000) {
        return "must be between 1 and 1000000 characters";
    }

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    if (value[2].len < 6 || ngx_strncmp(value[2].data, "flood=", 6) != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\"",
                           &value[2]);
        return NGX_CONF_ERROR;
    }

    size.data = value[2].data + 6;
    size.len = value[2].len - 6;
    flood = ngx_parse_offset(&size);

    if (flood < 1) {
        return "has an invalid flood=";
    }

    plcf->max_flood = flood;

    return NGX_CONF_OK;
}


char *
ngx_http_pyexec_min_free(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                   *value;
    ngx_http_pyexec_loc_conf_t  *plcf = conf;

    if (plcf->min_free != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    value = cf->args->elts;

    plcf->min_free = 0;
    plcf->min_percent = 0;

    if (value[1].len && value[1].data[value[1].len - 1] == '%') {
        plcf->min_percent = ngx_atoi(value[1].data, value[1].len - 1);

        return plcf->min_percent < 0 || plcf->min_percent > 99
               ? "must be 99% at most" : NGX_CONF_OK;
    }

    plcf->min_free = ngx_parse_offset(&value[1]);

    return plcf->min_free < 0 ? "must be a size, or a percentage"
                              : NGX_CONF_OK;
}


char *
ngx_http_pyexec_imports(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    ngx_str_t     *value, *name;
    ngx_uint_t     i;
    ngx_array_t  **names;

    names = (ngx_array_t **) (p + cmd->offset);
    value = cf->args->elts;

    if (*names == NGX_CONF_UNSET_PTR) {
        *names = ngx_array_create(cf->pool, 4, sizeof(ngx_str_t));
        if (*names == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (!ngx_http_pyexec_is_module(value[i].data, value[i].len)
            || ngx_strlchr(value[i].data, value[i].data + value[i].len, '.'))
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is not the name of a top-level module",
                               &value[i]);
            return NGX_CONF_ERROR;
        }

        name = ngx_array_push(*names);
        if (name == NULL) {
            return NGX_CONF_ERROR;
        }

        *name = value[i];
    }

    return NGX_CONF_OK;
}


char *
ngx_http_pyexec_number(ngx_conf_t *cf, void *post, void *data)
{
    return ngx_http_pyexec_in_range(post, *(ngx_int_t *) data);
}


char *
ngx_http_pyexec_seconds(ngx_conf_t *cf, void *post, void *data)
{
    return ngx_http_pyexec_in_range(post, *(time_t *) data);
}


char *
ngx_http_pyexec_size(ngx_conf_t *cf, void *post, void *data)
{
    return ngx_http_pyexec_in_range(post, *(off_t *) data);
}


static char *
ngx_http_pyexec_in_range(ngx_http_pyexec_range_t *range, int64_t value)
{
    return value < range->min || value > range->max ? range->otherwise
                                                    : NGX_CONF_OK;
}


void *
ngx_http_pyexec_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_pyexec_loc_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_pyexec_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     conf->handler = NULL;
     *     conf->pool = NULL;
     *     conf->session = NULL;
     *     conf->item = NULL;
     *     conf->url = { 0, NULL };
     *     conf->workspace = { 0, NULL };
     */

    conf->timeout = NGX_CONF_UNSET;
    conf->max_timeout = NGX_CONF_UNSET;
    conf->max_cpu = NGX_CONF_UNSET;
    conf->retain = NGX_CONF_UNSET;
    conf->retain_min = NGX_CONF_UNSET;
    conf->queue_timeout = NGX_CONF_UNSET_MSEC;
    conf->heartbeat = NGX_CONF_UNSET_MSEC;
    conf->max_attempts = NGX_CONF_UNSET;
    conf->max_memory = NGX_CONF_UNSET;
    conf->max_file_size = NGX_CONF_UNSET;
    conf->max_disk = NGX_CONF_UNSET;
    conf->max_session = NGX_CONF_UNSET;
    conf->min_free = NGX_CONF_UNSET;
    conf->min_percent = NGX_CONF_UNSET;
    conf->max_files = NGX_CONF_UNSET;
    conf->max_open_files = NGX_CONF_UNSET;
    conf->max_threads = NGX_CONF_UNSET;
    conf->max_output = NGX_CONF_UNSET;
    conf->max_flood = NGX_CONF_UNSET;
    conf->max_inline = NGX_CONF_UNSET;
    conf->session_access = NGX_CONF_UNSET_UINT;
    conf->policy = NGX_CONF_UNSET_UINT;
    conf->language = NGX_CONF_UNSET_UINT;
    conf->hints = NGX_CONF_UNSET;
    conf->ignore_client_abort = NGX_CONF_UNSET;
    conf->json_errors = NGX_CONF_UNSET;
    conf->limit = NGX_CONF_UNSET_PTR;
    conf->deny = NGX_CONF_UNSET_PTR;
    conf->allow = NGX_CONF_UNSET_PTR;

    return conf;
}


char *
ngx_http_pyexec_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_pyexec_loc_conf_t  *prev = parent;
    ngx_http_pyexec_loc_conf_t  *conf = child;

    ngx_conf_merge_str_value(conf->workspace, prev->workspace, "workspace");
    ngx_conf_merge_sec_value(conf->timeout, prev->timeout, 30);
    ngx_conf_merge_sec_value(conf->max_timeout, prev->max_timeout, 300);
    ngx_conf_merge_sec_value(conf->max_cpu, prev->max_cpu, 0);
    ngx_conf_merge_sec_value(conf->retain, prev->retain, 24 * 60 * 60);
    ngx_conf_merge_sec_value(conf->retain_min, prev->retain_min, 10 * 60);
    ngx_conf_merge_msec_value(conf->heartbeat, prev->heartbeat, 15000);
    ngx_conf_merge_msec_value(conf->queue_timeout, prev->queue_timeout,
                              30000);
    ngx_conf_merge_value(conf->max_attempts, prev->max_attempts, 3);
    ngx_conf_merge_off_value(conf->max_memory, prev->max_memory,
                             1500 * 1024 * 1024);
    ngx_conf_merge_off_value(conf->max_file_size, prev->max_file_size,
                             200 * 1024 * 1024);
    ngx_conf_merge_off_value(conf->max_disk, prev->max_disk,
                             512 * 1024 * 1024);
    ngx_conf_merge_off_value(conf->max_session, prev->max_session,
                             (off_t) 2 * 1024 * 1024 * 1024);
    ngx_conf_merge_off_value(conf->min_free, prev->min_free, 0);
    ngx_conf_merge_value(conf->min_percent, prev->min_percent, 5);
    ngx_conf_merge_value(conf->max_files, prev->max_files, 1000);
    ngx_conf_merge_value(conf->max_open_files, prev->max_open_files, 256);
    ngx_conf_merge_value(conf->max_threads, prev->max_threads, 64);
    ngx_conf_merge_value(conf->max_output, prev->max_output, 200000);
    ngx_conf_merge_off_value(conf->max_flood, prev->max_flood,
                             64 * 1024 * 1024);
    ngx_conf_merge_off_value(conf->max_inline, prev->max_inline,
                             10 * 1024 * 1024);
    ngx_conf_merge_uint_value(conf->session_access, prev->session_access, 0);
    ngx_conf_merge_uint_value(conf->policy, prev->policy, 1);
    ngx_conf_merge_uint_value(conf->language, prev->language, PYEXEC_SPANISH);
    ngx_conf_merge_value(conf->hints, prev->hints, 1);
    ngx_conf_merge_value(conf->ignore_client_abort,
                         prev->ignore_client_abort, 0);
    ngx_conf_merge_ptr_value(conf->limit, prev->limit, NULL);
    ngx_conf_merge_ptr_value(conf->deny, prev->deny, NULL);
    ngx_conf_merge_ptr_value(conf->allow, prev->allow, NULL);

    if (conf->timeout > conf->max_timeout) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"pyexec_timeout\" is longer than "
                           "\"pyexec_max_timeout\"");
        return NGX_CONF_ERROR;
    }

    if (ngx_http_pyexec_names(cf, conf->deny, &conf->deny_list) != NGX_OK
        || ngx_http_pyexec_names(cf, conf->allow, &conf->allow_list)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return ngx_http_pyexec_merge_endpoint(cf, prev, conf);
}


static char *
ngx_http_pyexec_merge_endpoint(ngx_conf_t *cf,
    ngx_http_pyexec_loc_conf_t *prev, ngx_http_pyexec_loc_conf_t *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    /* "if" and "limit_except" are locations to which nginx gives no handler */

    if (conf->handler == NULL && prev->handler
        && (clcf->noname || clcf->lmt_excpt) && clcf->handler == NULL)
    {
        clcf->handler = prev->handler;
        conf->handler = prev->handler;
        conf->pool = prev->pool;
        conf->session = prev->session;
        conf->item = prev->item;
        conf->url = prev->url;
    }

    /* unset means: on in locations with an endpoint */

    ngx_conf_merge_value(conf->json_errors, prev->json_errors,
                         NGX_CONF_UNSET);

    /* "pyexec_execute" has the session in the request, the others in their
       directive */

    if (conf->handler && conf->session == NULL) {
        ngx_http_pyexec_merge_limits(conf);
    }

    return conf->handler ? ngx_http_pyexec_merge_workspace(cf, conf)
                         : NGX_CONF_OK;
}


/* the highest are compared with the system's when the pool starts */

static void
ngx_http_pyexec_merge_limits(ngx_http_pyexec_loc_conf_t *conf)
{
    time_t                   cpu;
    ngx_http_pyexec_pool_t  *pool;

    pool = conf->pool;
    cpu = conf->max_cpu ? conf->max_cpu : conf->max_timeout + 1;

    pool->max_memory = ngx_max(pool->max_memory, conf->max_memory);
    pool->max_file_size = ngx_max(pool->max_file_size, conf->max_file_size);
    pool->max_open_files = ngx_max(pool->max_open_files,
                                   conf->max_open_files);
    pool->max_threads = ngx_max(pool->max_threads, conf->max_threads);
    pool->max_cpu = ngx_max(pool->max_cpu, cpu);
}


/* finds the workspace among those of the pool, or adds it */

static char *
ngx_http_pyexec_merge_workspace(ngx_conf_t *cf,
    ngx_http_pyexec_loc_conf_t *conf)
{
    char                         *differs;
    ngx_str_t                     path;
    ngx_uint_t                    i;
    ngx_http_pyexec_workspace_t  *w;

    path = conf->workspace;

    if (ngx_conf_full_name(cf->cycle, &path, 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    while (path.len > 1 && path.data[path.len - 1] == '/') {
        path.data[--path.len] = '\0';
    }

    w = conf->pool->workspaces.elts;

    for (i = 0; i < conf->pool->workspaces.nelts; i++) {

        if (ngx_strcmp(w[i].path.data, path.data) != 0) {
            continue;
        }

        differs = ngx_http_pyexec_differs(&w[i], conf);

        if (differs) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%s\" of workspace \"%V\" differs from that "
                               "of the location before %s:%ui", differs,
                               &path, w[i].file, w[i].line);
            return NGX_CONF_ERROR;
        }

        conf->index = i;
        return ngx_http_pyexec_add_url(cf, conf);
    }

    conf->index = i;

    return ngx_http_pyexec_add_workspace(cf, conf, &path);
}


static char *
ngx_http_pyexec_add_url(ngx_conf_t *cf, ngx_http_pyexec_loc_conf_t *conf)
{
    ngx_http_pyexec_url_t        *url;
    ngx_http_pyexec_workspace_t  *w;

    if (conf->url.len == 0) {
        return NGX_CONF_OK;
    }

    w = conf->pool->workspaces.elts;

    url = ngx_array_push(&w[conf->index].urls);
    if (url == NULL) {
        return NGX_CONF_ERROR;
    }

    url->server = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);
    url->url = conf->url;

    return NGX_CONF_OK;
}


ngx_str_t
ngx_http_pyexec_url(ngx_http_request_t *r)
{
    void                         *server;
    ngx_str_t                     none;
    ngx_uint_t                    i;
    ngx_http_pyexec_url_t        *urls;
    ngx_http_pyexec_loc_conf_t   *plcf;
    ngx_http_pyexec_workspace_t  *w;

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    w = plcf->pool->workspaces.elts;
    w += plcf->index;
    urls = w->urls.elts;

    server = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    for (i = 0; i < w->urls.nelts; i++) {
        if (urls[i].server == server) {
            return urls[i].url;
        }
    }

    ngx_str_null(&none);

    return none;
}


/* returns the directive whose value is not that of the workspace, or NULL */

static char *
ngx_http_pyexec_differs(ngx_http_pyexec_workspace_t *w,
    ngx_http_pyexec_loc_conf_t *conf)
{
    if (w->retain != conf->retain) {
        return "pyexec_retain";
    }

    if (w->retain_min != conf->retain_min) {
        return "pyexec_retain_min";
    }

    if (w->min_free != conf->min_free || w->min_percent != conf->min_percent) {
        return "pyexec_min_free";
    }

    return NULL;
}


static char *
ngx_http_pyexec_add_workspace(ngx_conf_t *cf,
    ngx_http_pyexec_loc_conf_t *conf, ngx_str_t *path)
{
    ngx_file_info_t               fi;
    ngx_http_pyexec_workspace_t  *w;

    if (conf->index == NGX_HTTP_PYEXEC_MAX_WORKSPACES) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "pyexec pool \"%V\" has more than %d workspaces",
                           &conf->pool->name, NGX_HTTP_PYEXEC_MAX_WORKSPACES);
        return NGX_CONF_ERROR;
    }

    /* the pool itself refuses one in its Python environment */

    if (path->len == 1 || ngx_strcmp(path->data, "/usr") == 0
        || ngx_strncmp(path->data, "/usr/", 5) == 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the workspace \"%V\" and \"/usr\", which all runs "
                           "may read, are one in the other: set "
                           "\"pyexec_workspace\"", path);
        return NGX_CONF_ERROR;
    }

    if (ngx_create_dir(path->data, 0755) == NGX_FILE_ERROR
        && ngx_errno != NGX_EEXIST)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "the workspace \"%V\" cannot be made", path);
        return NGX_CONF_ERROR;
    }

    if (ngx_file_info(path->data, &fi) == NGX_FILE_ERROR || !ngx_is_dir(&fi)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the workspace \"%V\" is not a directory", path);
        return NGX_CONF_ERROR;
    }

    w = ngx_array_push(&conf->pool->workspaces);
    if (w == NULL) {
        return NGX_CONF_ERROR;
    }

    w->path = *path;
    w->retain = conf->retain;
    w->retain_min = conf->retain_min;
    w->min_free = conf->min_free;
    w->min_percent = conf->min_percent;
    w->file = cf->conf_file->file.name.data;
    w->line = cf->conf_file->line;

    if (ngx_array_init(&w->urls, cf->pool, 1, sizeof(ngx_http_pyexec_url_t))
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return ngx_http_pyexec_add_url(cf, conf);
}


/* encodes the names as the field of a message */

static ngx_int_t
ngx_http_pyexec_names(ngx_conf_t *cf, ngx_array_t *names, pyexec_list_t *list)
{
    u_char        *p;
    size_t         size;
    ngx_str_t     *name;
    ngx_uint_t     i;
    pyexec_str_t   s;

    if (names == NULL) {
        return NGX_OK;
    }

    name = names->elts;
    size = 0;

    for (i = 0; i < names->nelts; i++) {
        s.len = name[i].len;
        size += pyexec_list_size(&s);
    }

    p = ngx_pnalloc(cf->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    list->data = p;
    list->len = size;

    for (i = 0; i < names->nelts; i++) {
        s.len = name[i].len;
        s.data = name[i].data;
        p = pyexec_list_add(p, &s);
    }

    return NGX_OK;
}
