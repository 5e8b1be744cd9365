
/* The endpoint for the files of a session. */

#ifndef _NGX_HTTP_PYEXEC_FILES_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_FILES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


ngx_int_t ngx_http_pyexec_files_init(ngx_conf_t *cf);
ngx_int_t ngx_http_pyexec_files_handler(ngx_http_request_t *r);
char *ngx_http_pyexec_files(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* _NGX_HTTP_PYEXEC_FILES_H_INCLUDED_ */
