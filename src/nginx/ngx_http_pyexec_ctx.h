
/* The context of a request: its job, and what variables and errors tell. */

#ifndef _NGX_HTTP_PYEXEC_CTX_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_CTX_H_INCLUDED_


#include "nginx/ngx_http_pyexec_pool.h"
#include "nginx/pyexec_given.h"
#include "wire/pyexec_wire.h"


/* while the kernel is short of room for descriptors in flight, or of memory */

#define NGX_HTTP_PYEXEC_AGAIN  20          /* ms */


typedef enum {
    NGX_HTTP_PYEXEC_LIMITED = 0,           /* see ngx_http_pyexec_job.c */
    NGX_HTTP_PYEXEC_WAITING,
    NGX_HTTP_PYEXEC_QUEUED,
    NGX_HTTP_PYEXEC_RUNNING,
    NGX_HTTP_PYEXEC_DONE
} ngx_http_pyexec_state_e;


typedef struct ngx_http_pyexec_ctx_s  ngx_http_pyexec_ctx_t;
typedef struct ngx_http_pyexec_stream_s  ngx_http_pyexec_stream_t;

struct ngx_http_pyexec_ctx_s {
    ngx_http_request_t        *request;
    ngx_http_pyexec_pool_t    *pool;
    ngx_http_pyexec_queue_e    queue;
    ngx_http_pyexec_state_e    state;
    ngx_queue_t                link;       /* in control->waiting, or in
                                              pool->turns */
    ngx_http_pyexec_turn_t    *turn;       /* or NULL */
    void                     (*go)(ngx_http_pyexec_ctx_t *ctx);
    void                     (*end)(ngx_http_pyexec_ctx_t *ctx, ngx_int_t rc);

    ngx_connection_t          *connection; /* the job's socket; or NULL */
    ngx_socket_t               peer;       /* its other end, until it is sent */
    ngx_event_t                timer;
    ngx_msec_t                 deadline;   /* for START */
    ngx_msec_t                 submitted;
    ngx_msec_t                 run_limit;  /* ms, from START on */
    ngx_uint_t                 tries;

    ngx_buf_t                 *out;        /* the job's request */
    pyexec_given_t             given;      /* sent with its first byte */
    u_char                     header[PYEXEC_WIRE_HEADER];
    size_t                     received;   /* of header and payload */
    pyexec_msg_e               type;
    size_t                     len;        /* of the payload */
    u_char                    *payload;
    ngx_file_t                *file;       /* of a long payload; or NULL */
    ngx_file_t                *opened;     /* came with FILE; or NULL */
    ngx_file_t                *body;       /* of a PUT; or NULL */
    off_t                      body_room;  /* a byte more than may come of it;
                                              0: no limit */
    ngx_http_pyexec_stream_t  *stream;     /* of events; or NULL */

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
};


/* finds the context of the request, or makes it; NULL: no memory */

ngx_http_pyexec_ctx_t *ngx_http_pyexec_ctx(ngx_http_request_t *r);

/* keeps a copy of the session's name; NGX_OK or NGX_ERROR */

ngx_int_t ngx_http_pyexec_ctx_session(ngx_http_pyexec_ctx_t *ctx,
    const pyexec_str_t *session);

/*
 * Takes over what is given, which is closed with the request at the latest;
 * NGX_OK or NGX_ERROR.
 */

ngx_int_t ngx_http_pyexec_ctx_given(ngx_http_pyexec_ctx_t *ctx,
    pyexec_given_t *given);

/* a temporary file, which is gone with the request; or NULL */

ngx_file_t *ngx_http_pyexec_ctx_file(ngx_http_request_t *r);

/* lets b refer to len bytes of the message's payload, or of its file */

void ngx_http_pyexec_ctx_payload(ngx_http_pyexec_ctx_t *ctx, ngx_buf_t *b,
    size_t offset, size_t len);


#endif /* _NGX_HTTP_PYEXEC_CTX_H_INCLUDED_ */
