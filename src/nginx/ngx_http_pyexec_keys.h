
/*
 * The turns of runs that have a key, in a pool's shared memory.  A key has a
 * number of turns at a time; those beyond wait, first come first served.
 */

#ifndef _NGX_HTTP_PYEXEC_KEYS_H_INCLUDED_
#define _NGX_HTTP_PYEXEC_KEYS_H_INCLUDED_


#include "nginx/ngx_http_pyexec_pool.h"

#include <ngx_sha1.h>


#define NGX_HTTP_PYEXEC_HASH            20


typedef struct {
    ngx_rbtree_node_t          node;       /* its key: of the hash's bytes */
    u_char                     hash[NGX_HTTP_PYEXEC_HASH];
    ngx_queue_t                running;    /* the first has run for longest */
    ngx_queue_t                waiting;
    ngx_uint_t                 nrunning;
    ngx_uint_t                 nwaiting;
    ngx_msec_t                 mean;       /* time that a turn takes */
} ngx_http_pyexec_key_t;


struct ngx_http_pyexec_turn_s {
    ngx_queue_t                link;       /* of the key */
    ngx_queue_t                owned;      /* of the worker's entry */
    ngx_http_pyexec_entry_t   *entry;
    ngx_http_pyexec_key_t     *key;
    ngx_uint_t                 runs;       /* how many the key may have */
    ngx_msec_t                 since;      /* when it was given */
    ngx_atomic_t               given;
};


void ngx_http_pyexec_keys_init(ngx_http_pyexec_load_t *load);

/*
 * Asks for a turn of the key with this hash, of which so many may run and wait.
 * Returns NGX_OK; NGX_AGAIN if the turn is to come, and turn->given will be set
 * by any worker; NGX_BUSY, and the estimated milliseconds till one that comes
 * then would not wait; or NGX_ERROR if the shared memory is full.
 */

ngx_int_t ngx_http_pyexec_keys_ask(ngx_http_pyexec_pool_t *pool,
    const u_char *hash, ngx_uint_t runs, ngx_uint_t queue,
    ngx_http_pyexec_turn_t **turn, ngx_msec_t *wait);

/*
 * Ends a turn, or the wait for it; the next ones get theirs.  Returns 1 if one
 * of these is this worker's.
 */

ngx_uint_t ngx_http_pyexec_keys_end(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_turn_t *turn);

/* ends all turns of a worker that is no more; the memory is locked */

void ngx_http_pyexec_keys_forget(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_entry_t *entry);


#endif /* _NGX_HTTP_PYEXEC_KEYS_H_INCLUDED_ */
