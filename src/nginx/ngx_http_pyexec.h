
/* The nginx side: configuration, pools, jobs. */

#ifndef _NGX_HTTP_PYEXEC_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "wire/pyexec_wire.h"


#define NGX_HTTP_PYEXEC_MAX_WORKSPACES  64

/* the one status that nginx has no name for */

#define NGX_HTTP_PYEXEC_UNPROCESSABLE   422


/* a pool's two control sockets: lists must not wait behind runs */

typedef enum {
    NGX_HTTP_PYEXEC_RUNS = 0,
    NGX_HTTP_PYEXEC_FILES,
    NGX_HTTP_PYEXEC_QUEUES
} ngx_http_pyexec_queue_e;


typedef enum {
    NGX_HTTP_PYEXEC_NONE = 0,
    NGX_HTTP_PYEXEC_EXECUTE,
    NGX_HTTP_PYEXEC_RESULTS,
    NGX_HTTP_PYEXEC_CLEANUP
} ngx_http_pyexec_endpoint_e;


typedef struct {
    ngx_str_t                  path;
    time_t                     retain;     /* seconds; 0: for ever */
    u_char                    *file;       /* of the configuration */
    ngx_uint_t                 line;
} ngx_http_pyexec_workspace_t;


/* one process's end of a control socket */

typedef struct {
    ngx_connection_t          *connection;
    ngx_queue_t                waiting;    /* jobs that it did not take yet */
} ngx_http_pyexec_control_t;


/*
 * In shared memory: how much there is to do, and for whom.  Each process has
 * an entry of its own, so that what one which was killed leaves can be told
 * from what is true.
 */

#define NGX_HTTP_PYEXEC_ENTRIES         512

typedef struct {
    ngx_pid_t                  pid;        /* 0: free */
    ngx_uint_t                 queued;
    ngx_uint_t                 running;
} ngx_http_pyexec_entry_t;

typedef struct {
    ngx_atomic_t               ready;      /* the pool has said so */
    ngx_atomic_t               down;       /* it does not come up */
    ngx_http_pyexec_entry_t    entries[NGX_HTTP_PYEXEC_ENTRIES];
} ngx_http_pyexec_load_t;


typedef struct {
    ngx_str_t                  name;
    ngx_uint_t                 workers;
    ngx_uint_t                 max_queue;
    ngx_uint_t                 max_requests;
    ngx_str_t                  preload;    /* data NULL: the default set */
    ngx_str_t                  python;
    ngx_str_t                  user;
    ngx_uint_t                 strict;     /* unsigned  strict:1; */
    ngx_array_t                workspaces; /* ngx_http_pyexec_workspace_t */
    u_char                    *file;       /* where it was first named */
    ngx_uint_t                 line;
    ngx_uint_t                 defined;    /* unsigned  defined:1; */

    ngx_str_t                  program;    /* "/…/pyexec-pool" */
    ngx_shm_zone_t            *zone;
    ngx_http_pyexec_load_t    *load;

    /* of the cycle: [0] is nginx's end, [1] the pool's; -1: none */

    ngx_socket_t               sockets[NGX_HTTP_PYEXEC_QUEUES][2];
    ngx_fd_t                   lock;

    /* of this process */

    ngx_http_pyexec_control_t  controls[NGX_HTTP_PYEXEC_QUEUES];
    ngx_http_pyexec_entry_t   *entry;
    ngx_msec_t                 next_start;
    ngx_uint_t                 starts;     /* since one of them was ready */
} ngx_http_pyexec_pool_t;


typedef struct {
    ngx_array_t                pools;      /* ngx_http_pyexec_pool_t * */
    ngx_event_t                timer;      /* of a single process */
} ngx_http_pyexec_main_conf_t;


typedef struct {
    ngx_http_pyexec_endpoint_e endpoint;
    ngx_http_pyexec_pool_t    *pool;
    ngx_http_complex_value_t  *session;
    ngx_http_complex_value_t  *run;        /* or NULL */
    ngx_uint_t                 index;      /* of the workspace, in the pool */

    ngx_str_t                  workspace;
    time_t                     timeout;    /* seconds, like the next ones */
    time_t                     max_timeout;
    time_t                     max_cpu;
    time_t                     retain;
    ngx_msec_t                 queue_timeout;
    ngx_int_t                  max_attempts;
    off_t                      max_memory;
    off_t                      max_file_size;
    off_t                      max_disk;
    ngx_int_t                  max_files;
    ngx_int_t                  max_open_files;
    ngx_int_t                  max_threads;
    ngx_int_t                  max_output;
    off_t                      max_flood;
    ngx_uint_t                 session_access;  /* 1: write */
    ngx_flag_t                 policy;
    ngx_flag_t                 ignore_client_abort;
    ngx_flag_t                 json_errors;
    ngx_array_t               *deny;       /* ngx_str_t */
    ngx_array_t               *allow;
    pyexec_list_t              deny_list;  /* as they go over the wire */
    pyexec_list_t              allow_list;
} ngx_http_pyexec_loc_conf_t;


typedef enum {
    NGX_HTTP_PYEXEC_WAITING = 0,           /* for the control socket */
    NGX_HTTP_PYEXEC_QUEUED,
    NGX_HTTP_PYEXEC_RUNNING,
    NGX_HTTP_PYEXEC_DONE
} ngx_http_pyexec_state_e;


/* the request's context; what it holds beside memory, one cleanup lets go */

typedef struct {
    ngx_http_request_t        *request;
    ngx_http_pyexec_pool_t    *pool;
    ngx_http_pyexec_queue_e    queue;
    ngx_http_pyexec_state_e    state;
    ngx_queue_t                link;       /* among those that wait */

    ngx_connection_t          *connection; /* the job's socket; or NULL */
    ngx_socket_t               peer;       /* its other end, until it is sent */
    ngx_event_t                timer;
    ngx_msec_t                 deadline;   /* to have left the queue by */
    ngx_msec_t                 submitted;
    ngx_msec_t                 run_limit;  /* from START on */
    ngx_uint_t                 tries;

    ngx_buf_t                 *out;        /* the job's request */
    u_char                     header[PYEXEC_WIRE_HEADER];
    size_t                     received;   /* of header and payload */
    pyexec_msg_e               type;
    size_t                     len;        /* of the payload */
    u_char                    *payload;

    /* for variables, and for error pages */

    ngx_str_t                  session;
    ngx_str_t                  run_id;
    ngx_str_t                  status;
    ngx_uint_t                 attempts;
    ngx_msec_int_t             queue_time; /* -1: not known */
    ngx_msec_int_t             run_time;
    ngx_str_t                  detail;
    ngx_str_t                  error_page; /* the JSON that replaces a body */
    unsigned                   answered:1; /* the response is our own */
} ngx_http_pyexec_ctx_t;


extern ngx_module_t  ngx_http_pyexec_module;


/* ngx_http_pyexec_ctx.c */

/* finds the context of the request, or makes it; NULL: no memory */

ngx_http_pyexec_ctx_t *ngx_http_pyexec_ctx(ngx_http_request_t *r);


/* ngx_http_pyexec_conf.c */

/* what an endpoint's directive, the command's post, stands for */

typedef struct {
    const char                *name;
    ngx_http_pyexec_endpoint_e endpoint;
    ngx_http_handler_pt        handler;
} ngx_http_pyexec_directive_t;

extern ngx_http_pyexec_directive_t  ngx_http_pyexec_directives[];

void *ngx_http_pyexec_create_main_conf(ngx_conf_t *cf);
char *ngx_http_pyexec_init_main_conf(ngx_conf_t *cf, void *conf);
void *ngx_http_pyexec_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_pyexec_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);

char *ngx_http_pyexec_pool(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_pyexec_endpoint(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_pyexec_workspace(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_pyexec_max_output(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_pyexec_imports(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_pyexec_seconds(ngx_conf_t *cf, void *post, void *data);


/* ngx_http_pyexec_variables.c */

ngx_int_t ngx_http_pyexec_add_variables(ngx_conf_t *cf);


/* ngx_http_pyexec_program.c */

/* looks whether the pool's program and Python can be used; NGX_CONF_ERROR */

char *ngx_http_pyexec_program_check(ngx_conf_t *cf,
    ngx_http_pyexec_pool_t *pool);


/* ngx_http_pyexec_supervisor.c */

ngx_int_t ngx_http_pyexec_pools_init_module(ngx_cycle_t *cycle);
ngx_int_t ngx_http_pyexec_pools_init_process(ngx_cycle_t *cycle);
void ngx_http_pyexec_pools_exit_process(ngx_cycle_t *cycle);

/* the manager of an ngx_path_t: starts pools that are not there */

ngx_msec_t ngx_http_pyexec_pools_manager(void *data);


/* ngx_http_pyexec_load.c */

char *ngx_http_pyexec_load_add(ngx_conf_t *cf, ngx_http_pyexec_pool_t *pool);
ngx_int_t ngx_http_pyexec_load_claim(ngx_http_pyexec_pool_t *pool,
    ngx_log_t *log);
void ngx_http_pyexec_load_release(ngx_http_pyexec_pool_t *pool);

/* NGX_OK: counted as queued; NGX_BUSY: there is enough to do */

ngx_int_t ngx_http_pyexec_load_admit(ngx_http_pyexec_pool_t *pool);


/* ngx_http_pyexec_job.c */

/*
 * Hands a request to the pool and answers with what comes back.  queue_timeout
 * is what it may wait for its turn.  msg is the structure of type; it is not
 * needed any more when this returns.  Returns NGX_DONE, or a status.
 */

ngx_int_t ngx_http_pyexec_job_submit(ngx_http_request_t *r,
    ngx_http_pyexec_pool_t *pool, ngx_http_pyexec_queue_e queue,
    pyexec_msg_e type, const void *msg, ngx_msec_t run_limit);

/* the control socket takes messages again */

void ngx_http_pyexec_job_post_waiting(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_queue_e queue);


/* ngx_http_pyexec_error.c */

ngx_int_t ngx_http_pyexec_error_init(ngx_conf_t *cf);

/* remembers what is wrong for the error's body; returns status */

ngx_int_t ngx_http_pyexec_error(ngx_http_request_t *r, ngx_int_t status,
    const char *detail, size_t len);

/* an "Allow" or a "Retry-After"; value must last */

ngx_int_t ngx_http_pyexec_header(ngx_http_request_t *r, const char *name,
    const char *value);


#endif /* _NGX_HTTP_PYEXEC_H_INCLUDED_ */
