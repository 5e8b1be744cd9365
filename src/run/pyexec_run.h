
/* One run: its directory, its attempts, its result. */

#ifndef _PYEXEC_RUN_H_INCLUDED_
#define _PYEXEC_RUN_H_INCLUDED_


#include <sys/stat.h>

#include "wire/pyexec_child.h"
#include "store/pyexec_history.h"
#include "base/pyexec_json.h"
#include "wire/pyexec_name.h"
#include "store/pyexec_note.h"
#include "run/pyexec_spare.h"


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
    pyexec_spare_t         child;          /* taken over from the runner's */
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
    pyexec_pool_t         *pool;
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


/*
 * Serves one EXECUTE on the socket client; spares are the runner's waiting
 * children, of which it uses up what it needs, one of them ready at least.
 * The answer, whatever it is, has been sent when this returns.
 */

void pyexec_run(pyexec_pool_t *pool, pyexec_store_t *store,
    pyexec_spare_t *spares, const pyexec_execute_t *request, int client);


/* pyexec_attempt.c */

/*
 * Hands the job to the child and leaves it to pyexec_attempt_wait().  With
 * undefined the child is asked for a correction of code first.
 */

void pyexec_attempt_start(pyexec_run_t *run, pyexec_attempt_t *a,
    const pyexec_spare_t *child, const pyexec_str_t *undefined);

/*
 * Waits until the child has said CORRECTED, and is to be told to go on, or is
 * dead, and all that it wrote is here.
 */

void pyexec_attempt_wait(pyexec_run_t *run, pyexec_attempt_t *a);
void pyexec_attempt_go_on(pyexec_attempt_t *a);
void pyexec_attempt_free(pyexec_attempt_t *a);


/* pyexec_verdict.c */

/*
 * Looks at how the child ended, and at what is in the run's directory.  Where
 * a wall could not be put up, or the run's child got lost, there is no
 * verdict: it stays NULL.
 */

void pyexec_attempt_verdict(pyexec_run_t *run, pyexec_attempt_t *a);

/* the limit on the request's CPU time, seconds */

uint32_t pyexec_max_cpu(const pyexec_execute_t *request);


/* pyexec_result.c */

/*
 * Appends an attempt's object to run->attempts, with a newline; method, unless
 * NULL, is that of the correction that it led to.
 */

void pyexec_result_attempt(pyexec_run_t *run, const pyexec_attempt_t *a,
    const pyexec_str_t *method);

/* appends the result, of which a is the last attempt */

void pyexec_result_json(pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_buf_t *out);


#endif /* _PYEXEC_RUN_H_INCLUDED_ */
