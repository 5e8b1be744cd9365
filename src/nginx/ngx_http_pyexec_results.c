
#include "nginx/ngx_http_pyexec_conf.h"
#include "nginx/ngx_http_pyexec_error.h"
#include "nginx/ngx_http_pyexec_results.h"
#include "nginx/ngx_http_pyexec_session.h"
#include "wire/pyexec_name.h"


#define NGX_HTTP_PYEXEC_LIST_DEFAULT    50
#define NGX_HTTP_PYEXEC_LIST_MAX        200


static ngx_int_t ngx_http_pyexec_list(ngx_http_request_t *r);
static ngx_int_t ngx_http_pyexec_fetch(ngx_http_request_t *r);


ngx_int_t
ngx_http_pyexec_results_handler(ngx_http_request_t *r)
{
    ngx_http_pyexec_loc_conf_t  *plcf;

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    return plcf->item ? ngx_http_pyexec_fetch(r) : ngx_http_pyexec_list(r);
}


static ngx_int_t
ngx_http_pyexec_list(ngx_http_request_t *r)
{
    ngx_int_t           rc;
    pyexec_list_runs_t  list;

    rc = ngx_http_pyexec_session_begin(r, NGX_HTTP_GET|NGX_HTTP_HEAD,
                                       "GET, HEAD", &list.workspace,
                                       &list.session);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_http_pyexec_session_limit(r, NGX_HTTP_PYEXEC_LIST_DEFAULT,
                                       NGX_HTTP_PYEXEC_LIST_MAX, &list.limit);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_http_pyexec_session_submit(r, PYEXEC_MSG_LIST, &list);
}


static ngx_int_t
ngx_http_pyexec_fetch(ngx_http_request_t *r)
{
    ngx_int_t                    rc;
    ngx_str_t                    run;
    pyexec_fetch_t               fetch;
    ngx_http_pyexec_loc_conf_t  *plcf;

    static char  missing[] = "no such run";

    rc = ngx_http_pyexec_session_begin(r, NGX_HTTP_GET|NGX_HTTP_HEAD,
                                       "GET, HEAD", &fetch.workspace,
                                       &fetch.session);
    if (rc != NGX_OK) {
        return rc;
    }

    plcf = ngx_http_get_module_loc_conf(r, ngx_http_pyexec_module);

    if (ngx_http_complex_value(r, plcf->item, &run) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    fetch.run_id.data = run.data;
    fetch.run_id.len = run.len;

    if (!pyexec_run_id_valid(&fetch.run_id)) {
        return ngx_http_pyexec_error(r, NGX_HTTP_NOT_FOUND, missing,
                                     sizeof(missing) - 1);
    }

    return ngx_http_pyexec_session_submit(r, PYEXEC_MSG_FETCH, &fetch);
}


ngx_int_t
ngx_http_pyexec_cleanup_handler(ngx_http_request_t *r)
{
    ngx_int_t         rc;
    pyexec_cleanup_t  cleanup;

    rc = ngx_http_pyexec_session_begin(r, NGX_HTTP_DELETE, "DELETE",
                                       &cleanup.workspace, &cleanup.session);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_http_pyexec_session_submit(r, PYEXEC_MSG_CLEANUP, &cleanup);
}
