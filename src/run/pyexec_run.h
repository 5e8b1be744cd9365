
/* The state of a run, and of each attempt at it. */

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


/* why the runner killed a child; PYEXEC_SPARED: it did not */

typedef enum {
    PYEXEC_SPARED = 0,
    PYEXEC_TIMEOUT,
    PYEXEC_OUTPUT,
    PYEXEC_DISK,
    PYEXEC_FILES,
    PYEXEC_THREADS,
    PYEXEC_CANCELLED
} pyexec_kill_e;


/* what the request gives to the code; points into sealed memory of nginx's */

typedef struct {
    pyexec_str_t           input;          /* the standard input */
    pyexec_list_t          files;          /* path, contents, path, .. */
} pyexec_inline_t;


/* the code's stdout or stderr */

typedef struct {
    pyexec_buf_t           kept;           /* all that the code wrote */
    size_t                 told;           /* bytes of kept, in events */
    uint32_t               chars;          /* characters that these were */
    unsigned               cut:1;          /* the result has not all of it */
    unsigned               saved:1;        /* but a file has, pyexec_whole.h */
} pyexec_stream_t;


typedef struct {
    pyexec_zygote_e        kind;
    pyexec_child_t         child;
    pyexec_stream_t        out;
    pyexec_stream_t        err;
    int                    in;             /* to its stdin, or -1 */
    size_t                 fed;            /* bytes written to it */
    unsigned               proposes:1;     /* it says a correction first */

    /* the child's messages: well-formed, but their content is not trusted */

    pyexec_buf_t           said;           /* received, not yet decoded */
    pyexec_buf_t           payload[3];     /* the three below point into it */
    pyexec_child_corrected_t  corrected;
    pyexec_child_checked_t    checked;
    pyexec_child_failed_t     failed;
    pyexec_buf_t           result;         /* JSON of the value, or empty */
    pyexec_buf_t           display;        /* JSON of bundles, one a line */
    unsigned               nbundles;       /* in it */
    unsigned               nlost;          /* that are not in it */
    unsigned               has_corrected:1;
    unsigned               has_checked:1;
    unsigned               has_failed:1;
    unsigned               hung_up:1;      /* no more of it is read */

    /* what the kernel tells: trusted */

    uint64_t               start;          /* pyexec_now() */
    uint64_t               time;           /* wall clock, microseconds */
    uint64_t               bytes;          /* disk space, when last seen */
    uint64_t               gather;         /* until then no output is read */
    uint64_t               held;           /* of it, by deleted files */
    struct timespec        changed;        /* a directory, when last seen */
    pyexec_kill_e          killed;
    unsigned               exited:1;       /* it exits, with this status */
    unsigned               dead:1;         /* none of its threads runs */
    unsigned               reaped:1;       /* status is known */
    int                    status;         /* as wait4()'s */
    struct rusage          usage;

    /* the verdict */

    const char            *verdict;        /* "ok", "error", .. */
    const char            *limit;          /* "memory", ..; or NULL */
    const char            *type;           /* of the error; has_failed: */
    char                   message[256];   /* failed has both instead */
} pyexec_attempt_t;


typedef struct {
    pyexec_store_t        *store;
    const pyexec_execute_t *request;
    const pyexec_inline_t *given;
    const char            *workspace;      /* its path, without links */
    int                    client;         /* the job's socket, to nginx */

    char                   run_id[PYEXEC_RUN_ID_LEN + 1];
    char                   started_at[PYEXEC_ISO_LEN + 1];

    int                    control;        /* socket that jobs arrive on */
    uint64_t              *drained;        /* see pyexec_drain() */
    const char            *installed;      /* modules, each with a space */

    /* directories: of the session, code_exec in it, the run's in that */

    int                    session;
    int                    runs;
    int                    dir;

    pyexec_str_t           code;           /* of the current attempt */
    pyexec_buf_t           corrected;      /* holds it from the second on */
    unsigned               nattempts;      /* that have ended */
    uint64_t               time;           /* of all attempts, us */
    pyexec_buf_t           attempts;       /* their JSON, one a line */
    pyexec_buf_t           events;         /* messages to be sent */
    pyexec_scan_t          files;
    unsigned               whole:1;        /* dir has all that it began with */
    uint64_t               disk;           /* bytes that it may take */
    uint64_t               claimed;        /* in the session's account */
    unsigned               no_space:1;     /* it met a full disk */
    unsigned               over:1;         /* its session holds too much */
    const char            *refused;        /* why "files" can't be put; NULL */
} pyexec_run_t;


#endif /* _PYEXEC_RUN_H_INCLUDED_ */
