
/* The configuration of locations. */

#ifndef _NGX_HTTP_PYEXEC_CONF_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_CONF_H_INCLUDED_


#include "nginx/ngx_http_pyexec_pool.h"
#include "wire/pyexec_wire.h"


typedef struct {
    ngx_http_complex_value_t  *key;
    ngx_uint_t                 runs;
    ngx_uint_t                 queue;      /* unset: the pool's max_queue */
} ngx_http_pyexec_limit_t;


typedef struct {
    ngx_http_handler_pt        handler;    /* of the endpoint; or NULL */
    ngx_http_pyexec_pool_t    *pool;
    ngx_http_complex_value_t  *session;
    ngx_http_complex_value_t  *item;       /* a run's id, or a file's path;
                                              or NULL */
    ngx_str_t                  url;        /* of files: "/api/files/", where
                                              the location tells */
    ngx_uint_t                 index;      /* of the workspace, in the pool */

    ngx_str_t                  workspace;
    time_t                     timeout;    /* seconds, like the next ones */
    time_t                     max_timeout;
    time_t                     max_cpu;
    time_t                     retain;
    time_t                     retain_min;
    ngx_msec_t                 queue_timeout;
    ngx_msec_t                 heartbeat;
    ngx_int_t                  max_attempts;
    off_t                      max_memory;
    off_t                      max_file_size;
    off_t                      max_disk;
    off_t                      max_session;    /* 0: no limit */
    off_t                      min_free;   /* this, and: */
    ngx_int_t                  min_percent;
    ngx_int_t                  max_files;
    ngx_int_t                  max_open_files;
    ngx_int_t                  max_threads;
    ngx_int_t                  max_output;
    off_t                      max_flood;
    off_t                      max_inline;
    ngx_uint_t                 session_access;  /* 1: write */
    ngx_uint_t                 policy;
    ngx_uint_t                 language;   /* pyexec_language_e */
    ngx_flag_t                 hints;
    ngx_flag_t                 ignore_client_abort;
    ngx_flag_t                 json_errors;
    ngx_http_pyexec_limit_t   *limit;      /* or NULL */
    ngx_array_t               *deny;       /* ngx_str_t */
    ngx_array_t               *allow;
    pyexec_list_t              deny_list;  /* as they go over the wire */
    pyexec_list_t              allow_list;
} ngx_http_pyexec_loc_conf_t;


/* the post of a directive with one value: a range for it */

typedef struct {
    ngx_conf_post_handler_pt   handler;    /* ngx_http_pyexec_number, .. */
    int64_t                    min;
    int64_t                    max;
    char                      *otherwise;  /* "must be .." */
} ngx_http_pyexec_range_t;

/* the first one is for milliseconds too */

char *ngx_http_pyexec_number(ngx_conf_t *cf, void *post, void *data);
char *ngx_http_pyexec_seconds(ngx_conf_t *cf, void *post, void *data);
char *ngx_http_pyexec_size(ngx_conf_t *cf, void *post, void *data);


void *ngx_http_pyexec_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_pyexec_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);

char *ngx_http_pyexec_complex(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_complex_value_t **cv);

/* where the request's server has the files of its workspace, or nothing */

ngx_str_t ngx_http_pyexec_url(ngx_http_request_t *r);

/* the command's post is an ngx_http_handler_pt */

char *ngx_http_pyexec_endpoint(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

char *ngx_http_pyexec_workspace(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_pyexec_max_output(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_pyexec_min_free(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_pyexec_imports(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* _NGX_HTTP_PYEXEC_CONF_H_INCLUDED_ */
