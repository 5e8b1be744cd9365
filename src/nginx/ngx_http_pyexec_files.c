
#include "nginx/ngx_http_pyexec_conf.h"
#include "nginx/ngx_http_pyexec_error.h"
#include "nginx/ngx_http_pyexec_files.h"
#include "nginx/ngx_http_pyexec_session.h"
#include "wire/pyexec_name.h"


#define NGX_HTTP_PYEXEC_FILES_DEFAULT   1000
#define NGX_HTTP_PYEXEC_FILES_MAX       10000


static ngx_int_t ngx_http_pyexec_files_path(ngx_http_request_t *r,
    pyexec_file_job_t *job, ngx_uint_t *directory);
static ngx_int_t ngx_http_pyexec_files_list(ngx_http_request_t *r,
    pyexec_file_job_t *job);
static ngx_str_t ngx_http_pyexec_files_url(const ngx_str_t *location,
    const ngx_str_t *session, const ngx_str_t *path);


ngx_int_t
ngx_http_pyexec_files_handler(ngx_http_request_t *r)
{
    ngx_int_t                    rc;
    ngx_uint_t                   directory;
    pyexec_file_job_t            job;
    ngx_http_pyexec_loc_conf_t  *plcf;

    ngx_memzero(&job, sizeof(pyexec_file_job_t));

    rc = ngx_http_pyexec_session_begin(r, NGX_HTTP_GET|NGX_HTTP_HEAD,
                                       "GET, HEAD", &job.workspace,
                                       &job.session);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_http_pyexec_files_path(r, &job, &directory);
    if (rc != NGX_OK) {
        return rc;
    }

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    job.url.data = plcf->url.data;
    job.url.len = plcf->url.len;

    return directory ? ngx_http_pyexec_files_list(r, &job)
                     : ngx_http_pyexec_session_submit(r, PYEXEC_MSG_OPEN,
                                                      &job);
}


/* NGX_OK or a status; directory is 1 if the path ends with "/", or is empty */

static ngx_int_t
ngx_http_pyexec_files_path(ngx_http_request_t *r, pyexec_file_job_t *job,
    ngx_uint_t *directory)
{
    u_char                       detail[64], *last;
    ngx_str_t                    value;
    const char                  *why;
    ngx_http_pyexec_loc_conf_t  *plcf;

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    if (ngx_http_complex_value(r, plcf->item, &value) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    *directory = value.len == 0;

    if (value.len && value.data[value.len - 1] == '/') {
        *directory = 1;
        value.len--;

        /* the path "/" is not that of the session, whose path is empty */

        if (value.len == 0) {
            value.len++;
        }
    }

    job->path.data = value.data;
    job->path.len = value.len;

    why = pyexec_path_error(&job->path);

    if (why) {
        last = ngx_snprintf(detail, sizeof(detail), "path %s", why);

        return ngx_http_pyexec_error(r, NGX_HTTP_BAD_REQUEST, (char *) detail,
                                     last - detail);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_pyexec_files_list(ngx_http_request_t *r, pyexec_file_job_t *job)
{
    u_char     *p, *glob;
    ngx_int_t   rc;
    ngx_str_t   arg;

    rc = ngx_http_pyexec_session_limit(r, NGX_HTTP_PYEXEC_FILES_DEFAULT,
                                       NGX_HTTP_PYEXEC_FILES_MAX,
                                       &job->limit);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_http_arg(r, (u_char *) "glob", 4, &arg) == NGX_OK) {

        glob = ngx_pnalloc(r->pool, arg.len);
        if (glob == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        p = glob;
        ngx_unescape_uri(&p, &arg.data, arg.len, 0);

        job->glob.data = glob;
        job->glob.len = p - glob;
    }

    return ngx_http_pyexec_session_submit(r, PYEXEC_MSG_FILES, job);
}


char *
ngx_http_pyexec_files(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_pyexec_loc_conf_t  *plcf = conf;

    char                      *rc;
    ngx_str_t                 *value;
    ngx_http_core_loc_conf_t  *clcf;

    rc = ngx_http_pyexec_endpoint(cf, cmd, conf);

    if (rc == NGX_CONF_OK) {
        value = cf->args->elts;
        clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

        plcf->url = ngx_http_pyexec_files_url(&clcf->name, &value[2],
                                              &value[3]);
    }

    return rc;
}


/*
 * The regular expression "^/api/files/(?<session>[^/]+)/(?<path>..", with these
 * two as the directive's parameters, tells where the URLs of files are.  From
 * any other location it is not known: then items have no "url".
 */

static ngx_str_t
ngx_http_pyexec_files_url(const ngx_str_t *location, const ngx_str_t *session,
    const ngx_str_t *path)
{
    u_char     *p, *end, c, groups[256];
    size_t      len;
    ngx_str_t   url;

    ngx_str_null(&url);

    if (location->len < 2 || ngx_strncmp(location->data, "^/", 2) != 0
        || session->data[0] != '$' || path->data[0] != '$')
    {
        return url;
    }

    end = location->data + location->len;

    for (p = location->data + 1; p < end; p++) {
        c = *p;

        if (!(((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
              || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '/'))
        {
            break;
        }
    }

    len = ngx_snprintf(groups, sizeof(groups), "(?<%*s>[^/]+)/(?<%*s>",
                       session->len - 1, session->data + 1, path->len - 1,
                       path->data + 1)
          - groups;

    if (p[-1] == '/' && (size_t) (end - p) > len
        && ngx_strncmp(p, groups, len) == 0)
    {
        url.data = location->data + 1;
        url.len = p - url.data;
    }

    return url;
}
