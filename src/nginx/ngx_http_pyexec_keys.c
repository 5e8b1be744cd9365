
/*
 * A key exists as long as it has turns.  Each key has so few turns at a time
 * that no other waits long behind them in the pool's queue, where all are first
 * come, first served: so keys that wait take turns.
 */

#include "nginx/ngx_http_pyexec_keys.h"


static ngx_http_pyexec_key_t *ngx_http_pyexec_keys_find(
    ngx_http_pyexec_pool_t *pool, const u_char *hash);
static ngx_http_pyexec_key_t *ngx_http_pyexec_keys_add(
    ngx_http_pyexec_pool_t *pool, const u_char *hash);
static void ngx_http_pyexec_keys_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel);
static ngx_http_pyexec_turn_t *ngx_http_pyexec_keys_turn(
    ngx_http_pyexec_pool_t *pool, ngx_http_pyexec_key_t *key,
    ngx_uint_t runs);
static ngx_msec_t ngx_http_pyexec_keys_wait(ngx_http_pyexec_key_t *key,
    ngx_uint_t runs);
static ngx_uint_t ngx_http_pyexec_keys_give(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_key_t *key);
static ngx_uint_t ngx_http_pyexec_keys_remove(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_turn_t *turn);
static void ngx_http_pyexec_keys_time(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_turn_t *turn);
static void ngx_http_pyexec_keys_add_time(ngx_msec_t *mean, ngx_msec_t time);
static void ngx_http_pyexec_keys_drop(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_key_t *key);


void
ngx_http_pyexec_keys_init(ngx_http_pyexec_load_t *load)
{
    ngx_uint_t  i;

    ngx_rbtree_init(&load->keys, &load->sentinel, ngx_http_pyexec_keys_insert);

    for (i = 0; i < NGX_HTTP_PYEXEC_ENTRIES; i++) {
        ngx_queue_init(&load->entries[i].turns);
    }
}


ngx_int_t
ngx_http_pyexec_keys_ask(ngx_http_pyexec_pool_t *pool, const u_char *hash,
    ngx_uint_t runs, ngx_uint_t queue, ngx_http_pyexec_turn_t **turn,
    ngx_msec_t *wait)
{
    ngx_int_t               rc;
    ngx_slab_pool_t        *shpool;
    ngx_http_pyexec_key_t  *key;

    shpool = (ngx_slab_pool_t *) pool->zone->shm.addr;
    rc = NGX_ERROR;

    ngx_shmtx_lock(&shpool->mutex);

    key = ngx_http_pyexec_keys_find(pool, hash);

    /* behind one that waits for fewer to run, this one would wait, too */

    if (key && (key->nwaiting || key->nrunning >= runs)
        && key->nwaiting >= queue)
    {
        *wait = ngx_http_pyexec_keys_wait(key, runs);
        rc = NGX_BUSY;

    } else if (key || (key = ngx_http_pyexec_keys_add(pool, hash))) {

        *turn = ngx_http_pyexec_keys_turn(pool, key, runs);

        if (*turn) {
            (void) ngx_http_pyexec_keys_give(pool, key);
            rc = (*turn)->given ? NGX_OK : NGX_AGAIN;

        } else {
            ngx_http_pyexec_keys_drop(pool, key);
        }
    }

    ngx_shmtx_unlock(&shpool->mutex);

    return rc;
}


static ngx_http_pyexec_key_t *
ngx_http_pyexec_keys_find(ngx_http_pyexec_pool_t *pool, const u_char *hash)
{
    int                     rc;
    ngx_rbtree_node_t      *node, *sentinel;
    ngx_http_pyexec_key_t  *key;

    node = pool->load->keys.root;
    sentinel = pool->load->keys.sentinel;

    while (node != sentinel) {

        key = (ngx_http_pyexec_key_t *) node;
        rc = ngx_memcmp(hash, key->hash, NGX_HTTP_PYEXEC_HASH);

        if (rc == 0) {
            return key;
        }

        node = rc < 0 ? node->left : node->right;
    }

    return NULL;
}


static ngx_http_pyexec_key_t *
ngx_http_pyexec_keys_add(ngx_http_pyexec_pool_t *pool, const u_char *hash)
{
    ngx_slab_pool_t        *shpool;
    ngx_http_pyexec_key_t  *key;

    shpool = (ngx_slab_pool_t *) pool->zone->shm.addr;

    key = ngx_slab_calloc_locked(shpool, sizeof(ngx_http_pyexec_key_t));

    if (key) {
        ngx_memcpy(key->hash, hash, NGX_HTTP_PYEXEC_HASH);
        ngx_queue_init(&key->running);
        ngx_queue_init(&key->waiting);
        key->mean = pool->load->mean;

        ngx_rbtree_insert(&pool->load->keys, &key->node);
    }

    return key;
}


static void
ngx_http_pyexec_keys_insert(ngx_rbtree_node_t *temp, ngx_rbtree_node_t *node,
    ngx_rbtree_node_t *sentinel)
{
    ngx_rbtree_node_t      **p;
    ngx_http_pyexec_key_t   *key;

    key = (ngx_http_pyexec_key_t *) node;

    for ( ;; ) {

        p = ngx_memcmp(key->hash, ((ngx_http_pyexec_key_t *) temp)->hash,
                       NGX_HTTP_PYEXEC_HASH) < 0
            ? &temp->left : &temp->right;

        if (*p == sentinel) {
            break;
        }

        temp = *p;
    }

    *p = node;
    node->parent = temp;
    node->left = sentinel;
    node->right = sentinel;
    ngx_rbt_red(node);
}


/* adds a turn, which waits */

static ngx_http_pyexec_turn_t *
ngx_http_pyexec_keys_turn(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_key_t *key, ngx_uint_t runs)
{
    ngx_slab_pool_t         *shpool;
    ngx_http_pyexec_turn_t  *turn;

    shpool = (ngx_slab_pool_t *) pool->zone->shm.addr;

    turn = ngx_slab_calloc_locked(shpool, sizeof(ngx_http_pyexec_turn_t));

    if (turn) {
        turn->key = key;
        turn->runs = runs;
        turn->entry = pool->entry;

        ngx_queue_insert_tail(&key->waiting, &turn->link);
        ngx_queue_insert_tail(&turn->entry->turns, &turn->owned);
        key->nwaiting++;
    }

    return turn;
}


/* where no turn has ended yet, they take as long as the longest so far */

static ngx_msec_t
ngx_http_pyexec_keys_wait(ngx_http_pyexec_key_t *key, ngx_uint_t runs)
{
    ngx_msec_t               mean, age;
    ngx_http_pyexec_turn_t  *oldest;

    oldest = ngx_queue_data(ngx_queue_head(&key->running),
                            ngx_http_pyexec_turn_t, link);

    age = ngx_current_msec - oldest->since;
    mean = ngx_max(key->mean, age);

    return mean * (key->nwaiting + 1) / runs;
}


static ngx_uint_t
ngx_http_pyexec_keys_give(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_key_t *key)
{
    ngx_uint_t               own;
    ngx_http_pyexec_turn_t  *turn;

    own = 0;

    while (!ngx_queue_empty(&key->waiting)) {

        turn = ngx_queue_data(ngx_queue_head(&key->waiting),
                              ngx_http_pyexec_turn_t, link);

        if (key->nrunning >= turn->runs) {
            break;
        }

        ngx_queue_remove(&turn->link);
        ngx_queue_insert_tail(&key->running, &turn->link);
        key->nwaiting--;
        key->nrunning++;

        turn->since = ngx_current_msec;
        turn->given = 1;

        own |= turn->entry == pool->entry;
    }

    return own;
}


ngx_uint_t
ngx_http_pyexec_keys_end(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_turn_t *turn)
{
    ngx_uint_t        own;
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) pool->zone->shm.addr;

    ngx_shmtx_lock(&shpool->mutex);

    if (turn->given) {
        ngx_http_pyexec_keys_time(pool, turn);
    }

    own = ngx_http_pyexec_keys_remove(pool, turn);

    ngx_shmtx_unlock(&shpool->mutex);

    return own;
}


void
ngx_http_pyexec_keys_forget(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_entry_t *entry)
{
    ngx_http_pyexec_turn_t  *turn;

    while (!ngx_queue_empty(&entry->turns)) {

        turn = ngx_queue_data(ngx_queue_head(&entry->turns),
                              ngx_http_pyexec_turn_t, owned);

        (void) ngx_http_pyexec_keys_remove(pool, turn);
    }
}


static ngx_uint_t
ngx_http_pyexec_keys_remove(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_turn_t *turn)
{
    ngx_uint_t              own;
    ngx_http_pyexec_key_t  *key;

    key = turn->key;

    ngx_queue_remove(&turn->link);
    ngx_queue_remove(&turn->owned);

    if (turn->given) {
        key->nrunning--;

    } else {
        key->nwaiting--;
    }

    ngx_slab_free_locked((ngx_slab_pool_t *) pool->zone->shm.addr, turn);

    own = ngx_http_pyexec_keys_give(pool, key);

    ngx_http_pyexec_keys_drop(pool, key);

    return own;
}


/* the means of the key and of the pool, to which each turn adds an eighth */

static void
ngx_http_pyexec_keys_time(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_turn_t *turn)
{
    ngx_msec_t  time;

    time = ngx_current_msec - turn->since;

    ngx_http_pyexec_keys_add_time(&turn->key->mean, time);
    ngx_http_pyexec_keys_add_time(&pool->load->mean, time);
}


static void
ngx_http_pyexec_keys_add_time(ngx_msec_t *mean, ngx_msec_t time)
{
    *mean = *mean ? (7 * *mean + time) / 8 : time;
}


/* frees a key that has no turns */

static void
ngx_http_pyexec_keys_drop(ngx_http_pyexec_pool_t *pool,
    ngx_http_pyexec_key_t *key)
{
    if (key->nrunning == 0 && key->nwaiting == 0) {
        ngx_rbtree_delete(&pool->load->keys, &key->node);
        ngx_slab_free_locked((ngx_slab_pool_t *) pool->zone->shm.addr, key);
    }
}
