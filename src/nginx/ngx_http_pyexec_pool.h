
/*
 * A pool, as nginx sees it: its parameters, and what nginx's processes share
 * with it and with each other.
 */

#ifndef _NGX_HTTP_PYEXEC_POOL_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_POOL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <pthread.h>


#define NGX_HTTP_PYEXEC_MAX_WORKSPACES  64


/* the two control sockets of a pool, so that a list need not wait for runs */

typedef enum {
    NGX_HTTP_PYEXEC_RUNS = 0,
    NGX_HTTP_PYEXEC_FILES,
    NGX_HTTP_PYEXEC_QUEUES
} ngx_http_pyexec_queue_e;


/* a server that has a location for the files of a workspace */

typedef struct {
    void                      *server;     /* ngx_http_core_srv_conf_t */
    ngx_str_t                  url;        /* what those of files begin with */
} ngx_http_pyexec_url_t;


typedef struct {
    ngx_str_t                  path;
    time_t                     retain;     /* seconds; 0: for ever */
    time_t                     retain_min;
    off_t                      min_free;   /* bytes */
    ngx_int_t                  min_percent;
    ngx_array_t                urls;       /* ngx_http_pyexec_url_t */
    u_char                    *file;       /* of the configuration */
    ngx_uint_t                 line;
} ngx_http_pyexec_workspace_t;


/* one process's end of a control socket */

typedef struct {
    ngx_connection_t          *connection;
    ngx_queue_t                waiting;    /* jobs: it was full */
} ngx_http_pyexec_control_t;


/*
 * In shared memory: the jobs of all workers.  Each worker counts its own in an
 * entry whose mutex it holds as long as it lives.  The mutex is robust: the
 * kernel marks those of a process that dies, however it dies, and what it
 * counted is cleared by whoever finds the mark.
 */

#define NGX_HTTP_PYEXEC_ENTRIES         512

typedef struct {
    pthread_mutex_t            owner;
    ngx_queue_t                turns;      /* of ngx_http_pyexec_keys.c */
    ngx_uint_t                 queued;
    ngx_uint_t                 running;
} ngx_http_pyexec_entry_t;

typedef struct ngx_http_pyexec_turn_s  ngx_http_pyexec_turn_t;


typedef struct {
    ngx_atomic_t               ready;      /* READY has come */
    ngx_atomic_t               down;       /* its start fails repeatedly */
    ngx_uint_t                 used;       /* entries, free ones among them */
    ngx_rbtree_t               keys;       /* ngx_http_pyexec_keys.c */
    ngx_rbtree_node_t          sentinel;
    ngx_msec_t                 mean;       /* time that a turn takes */
    ngx_http_pyexec_entry_t    entries[NGX_HTTP_PYEXEC_ENTRIES];
} ngx_http_pyexec_load_t;


typedef struct {
    ngx_str_t                  name;
    ngx_uint_t                 workers;
    ngx_uint_t                 zygotes;    /* 0: the pool's default */
    ngx_uint_t                 max_queue;
    ngx_uint_t                 max_requests;
    ngx_str_t                  preload;    /* data NULL: the default set */
    ngx_str_t                  python;
    ngx_str_t                  fonts;      /* a directory; len 0: none */
    ngx_str_t                  matplotlibrc;
    ngx_str_t                  user;
    ngx_uint_t                 strict;     /* unsigned  strict:1; */
    ngx_array_t                workspaces; /* ngx_http_pyexec_workspace_t */
    off_t                      max_memory; /* the highest of its locations */
    off_t                      max_file_size;
    ngx_int_t                  max_open_files;
    ngx_int_t                  max_threads;
    time_t                     max_cpu;
    u_char                    *file;       /* where it was first named */
    ngx_uint_t                 line;
    ngx_uint_t                 defined;    /* unsigned  defined:1; */

    ngx_str_t                  program;    /* "/…/pyexec-pool" */
    ngx_shm_zone_t            *zone;
    ngx_http_pyexec_load_t    *load;

    /* made for each cycle: [0] is nginx's end, [1] the pool's; -1: none */

    ngx_socket_t               sockets[NGX_HTTP_PYEXEC_QUEUES][2];
    ngx_uint_t                 weight;     /* of a job in a socket, bytes */
    ngx_fd_t                   lock;

    /* each process of nginx has its own */

    ngx_http_pyexec_control_t  controls[NGX_HTTP_PYEXEC_QUEUES];
    ngx_http_pyexec_entry_t   *entry;
    ngx_queue_t                turns;      /* jobs that wait for theirs */
    ngx_event_t                look;       /* has one got it? */
    ngx_msec_t                 next_start;
    ngx_uint_t                 starts;     /* since the last READY */
    ngx_uint_t                 seen;       /* unsigned  seen:1;  its lock */
} ngx_http_pyexec_pool_t;


typedef struct {
    ngx_array_t                pools;      /* ngx_http_pyexec_pool_t * */
    ngx_event_t                timer;      /* if there is no master process */
} ngx_http_pyexec_main_conf_t;


extern ngx_module_t  ngx_http_pyexec_module;


#endif /* _NGX_HTTP_PYEXEC_POOL_H_INCLUDED_ */
