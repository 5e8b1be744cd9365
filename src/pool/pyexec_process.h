
/* The first process's table of the others, and how it forks them. */

#ifndef _PYEXEC_PROCESS_H_INCLUDED_
#define _PYEXEC_PROCESS_H_INCLUDED_


#include "pool/pyexec_pool.h"
#include "pool/pyexec_watch.h"
#include "python/memory/pyexec_pack.h"


typedef enum {
    PYEXEC_ZYGOTE = 0,
    PYEXEC_SCOUT,
    PYEXEC_RUNNER,
    PYEXEC_CLERK,
    PYEXEC_SWEEPER
} pyexec_role_e;


typedef struct {
    pyexec_role_e          role;
    pyexec_zygote_e        kind;           /* of a zygote or scout */
    pid_t                  pid;            /* 0: not running */
    int                    link;           /* socket to a zygote, or -1 */
    unsigned               generation;     /* of a zygote: its lineage's, when
                                              it was forked */
    unsigned               failures;       /* deaths before READY, in a row */
    unsigned               loaded:1;       /* a zygote: READY has come */
    unsigned               retiring:1;     /* a zygote: is being replaced */
    uint64_t               born;           /* pyexec_now() at its fork */
} pyexec_process_t;


/*
 * The zygotes of one kind.  Those of a generation are started with the same
 * learned; when a scout has filled another, a new generation replaces them one
 * by one.
 */

typedef struct {
    unsigned               generation;
    unsigned               served:1;       /* a zygote has sent READY */
    unsigned               scout:1;        /* a scout is to be started */
    unsigned               worn:1;         /* a zygote has sent WORN */
    unsigned               failures;       /* of scouts, in a row */
    uint64_t               scout_at;       /* pyexec_now() of the next, at the
                                              earliest */
    pyexec_learned_t      *learned;        /* for new zygotes; NULL: none yet */
    pyexec_learned_t      *scouted;        /* a running scout fills it; NULL:
                                              no scout runs */
} pyexec_lineage_t;


/*
 * Most processes at a time: for each zygote one that retires beside one that
 * serves; runners; a scout, a clerk and a sweeper.
 */

#define PYEXEC_PROCESSES    (2 * PYEXEC_KINDS * PYEXEC_MAX_ZYGOTES            \
                             + PYEXEC_MAX_WORKERS + 3)


typedef struct {
    pyexec_pool_t          pool;
    char                   walls[512];     /* those in force, for the log */
    int                    signals;        /* signalfd */
    int                    streams[2];     /* pipe: standard output and error
                                              of the other processes */
    pyexec_watch_t         watch;
    unsigned               said_ready:1;   /* READY was sent to nginx */
    unsigned               ending:1;       /* nothing is started any more */
    pyexec_lineage_t       lineage[PYEXEC_KINDS];
    unsigned               nprocesses;
    pyexec_process_t       processes[PYEXEC_PROCESSES];
} pyexec_main_t;


/*
 * Raises the soft RLIMIT_NOFILE to what a zygote needs, which holds one
 * descriptor for each of its children; dies if the hard limit is below that.
 */

void pyexec_process_descriptors(const pyexec_pool_t *pool);

/*
 * Replaces standard output and error, which are nginx's error log: the pool is
 * not told when that is rotated.  What the other processes write there, libc
 * for instance, pyexec_process_said() reads and logs.
 */

void pyexec_process_streams(pyexec_main_t *m);
void pyexec_process_said(pyexec_main_t *m);

/*
 * Forks the process that p describes, and fills in pid, link, born and
 * generation; in the new process it does not return.  If forking fails, a pool
 * that is not ready yet dies; otherwise the error is logged and pid is 0, so
 * that pyexec_supervise() tries again.
 */

void pyexec_process_start(pyexec_main_t *m, pyexec_process_t *p);

/*
 * Closes a zygote's link, after telling it to retire: it forks no more, and
 * exits with its last child.  One that still loads is killed.
 */

void pyexec_process_retire(pyexec_process_t *p);

/* the name of its role, "runner", static */

const char *pyexec_process_name(const pyexec_process_t *p);


#endif /* _PYEXEC_PROCESS_H_INCLUDED_ */
