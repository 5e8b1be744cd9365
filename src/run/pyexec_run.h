
/* The state of a run, and of one attempt at it. */

#ifndef _PYEXEC_RUN_H_INCLUDED_
#define _PYEXEC_RUN_H_INCLUDED_


#include <sys/stat.h>

#include "base/pyexec_json.h"
#include "base/pyexec_tree.h"
#include "run/pyexec_spare.h"
#include "store/pyexec_store.h"
#include "wire/pyexec_child_wire.h"
#include "wire/pyexec_name.h"
#include "wire/pyexec_wire.h"


/* why a child was killed by its runner; PYEXEC_SPARED: it was not */

typedef enum {
    PYEXEC_SPARED = 0,
    PYEXEC_TIMEOUT,
    PYEXEC_OUTPUT,
    PYEXEC_DISK,
    PYEXEC_FILES,
    PYEXEC_THREADS,
    PYEXEC_CANCELLED
} pyexec_kill_e;


/* one of the code's two streams; kept has all that may be needed of it */

typedef struct {
    pyexec_buf_t           kept;
    uint64_t               total;          /* bytes written */
} pyexec_stream_t;


typedef struct {
    pyexec_zygote_e        kind;
    pyexec_child_t         child;
    pyexec_stream_t        out;
    pyexec_stream_t        err;

    /* what the child says: untrusted but for its form */

    pyexec_buf_t           said;           /* not taken in yet */
    pyexec_buf_t           payload[4];     /* what these point into: */
    pyexec_child_corrected_t  corrected;
    pyexec_child_checked_t    checked;
    pyexec_child_failed_t     failed;
    pyexec_child_ended_t      ended;
    unsigned               has_corrected:1;
    unsigned               has_checked:1;
    unsigned               has_failed:1;
    unsigned               has_ended:1;
    unsigned               hung_up:1;      /* it says no more */

    /* what the kernel says */

    uint64_t               start;          /* pyexec_now() */
    uint64_t               time;           /* microseconds that it took */
    pyexec_kill_e          killed;
    unsigned               dead:1;         /* nothing of it runs any more */
    unsigned               reaped:1;       /* status and usage are there */
    int                    status;
    struct rusage          usage;

    /* the verdict */

    const char            *verdict;        /* "ok", "error", .. */
    const char            *limit;          /* or NULL */
    const char            *type;           /* of the error, unless failed's */
    char                   message[256];
} pyexec_attempt_t;


typedef struct {
    pyexec_store_t        *store;
    const pyexec_execute_t *request;
    int                    client;         /* the job's socket, to nginx */

    char                   run_id[PYEXEC_RUN_ID_LEN + 1];
    char                   started_at[PYEXEC_ISO_LEN + 1];
    int                    session;
    int                    runs;           /* code_exec */
    int                    dir;            /* the run's own */

    pyexec_str_t           code;           /* of the last attempt */
    pyexec_buf_t           corrected;      /* which is this, but the first's */
    struct stat            main;           /* main.py, as it was written */
    unsigned               nattempts;
    uint64_t               time;           /* of all attempts, us */
    pyexec_buf_t           attempts;       /* their JSON, one a line */
    pyexec_scan_t          files;
} pyexec_run_t;


#endif /* _PYEXEC_RUN_H_INCLUDED_ */
