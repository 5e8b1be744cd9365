
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "run/pyexec_deleted.h"
#include "run/pyexec_dir.h"
#include "run/pyexec_look.h"
#include "run/pyexec_threads.h"


/*
 * Interval at which a running child's directory and threads are counted: the
 * time in which it could write what it may write yet, within these bounds; and
 * so long that to count what does not grow takes a tenth of a processor.
 */

#define PYEXEC_LOOK_MIN     2000           /* us */
#define PYEXEC_LOOK_MAX     100000
#define PYEXEC_LOOK_SHARE   10
#define PYEXEC_WRITE_RATE   8192           /* bytes in a us, of any disk */

#define PYEXEC_CLOCK_TICK   20             /* ms, of a file system's clock */


static pyexec_kill_e pyexec_look_files(pyexec_run_t *run, pyexec_attempt_t *a,
    long pid, uint64_t *bytes);
static int pyexec_look_deleted(const pyexec_run_t *run, pyexec_attempt_t *a,
    long pid, pyexec_scan_t *scan);
static int pyexec_look_changed(const pyexec_run_t *run,
    const pyexec_attempt_t *a, const struct timespec *changed);


pyexec_kill_e
pyexec_look(pyexec_run_t *run, pyexec_attempt_t *a, uint64_t *next)
{
    long           pid;
    uint64_t       start, bytes, left, cost;
    pyexec_kill_e  why;

    start = pyexec_now();
    *next = start + PYEXEC_LOOK_MAX;

    pid = pyexec_threads_pid(a->child.pidfd);

    if (pid == 0) {

        /* it has died, which the zygote is about to say */

        return PYEXEC_SPARED;
    }

    if (pyexec_threads_watch(pid) > (long) run->request->max_threads) {
        return PYEXEC_THREADS;
    }

    if (run->request->session_write && pyexec_dir_room(run) == -1) {
        pyexec_log(PYEXEC_LOG_ERR, "counting the session of %s failed: %m",
                   run->run_id);
        return PYEXEC_DISK;
    }

    why = pyexec_look_files(run, a, pid, &bytes);

    /* what grows comes to its limit soon, and may cost what it costs */

    left = bytes < run->disk ? run->disk - bytes : 0;
    cost = bytes == a->bytes ? pyexec_now() - start : 0;
    a->bytes = bytes;

    *next = pyexec_now() + pyexec_look_pause(left, cost);

    return why;
}


/* counts the files in the run's directory, and deleted ones that it holds */

static pyexec_kill_e
pyexec_look_files(pyexec_run_t *run, pyexec_attempt_t *a, long pid,
    uint64_t *bytes)
{
    pyexec_scan_t  scan;

    memset(&scan, 0, sizeof(pyexec_scan_t));
    scan.own = pyexec_dir_own;
    scan.max_files = run->request->max_files;
    scan.max_bytes = run->disk;

    /* if this fails, the next look may not */

    if (pyexec_scan(&scan, run->dir) == -1) {
        *bytes = a->bytes;
        return PYEXEC_SPARED;
    }

    if (scan.over == NULL && pyexec_look_changed(run, a, &scan.changed)
        && pyexec_look_deleted(run, a, pid, &scan) == -1)
    {
        pyexec_log(PYEXEC_LOG_ERR, "counting the deleted files of %s failed: "
                   "%m", run->run_id);
        scan.over = "disk";
    }

    *bytes = scan.bytes + a->held;

    return scan.over == NULL ? PYEXEC_SPARED
           : strcmp(scan.over, "disk") == 0 ? PYEXEC_DISK : PYEXEC_FILES;
}


static int
pyexec_look_deleted(const pyexec_run_t *run, pyexec_attempt_t *a, long pid,
    pyexec_scan_t *scan)
{
    struct timespec  changed;

    changed = scan->changed;

    if (pyexec_deleted(pid, run->workspace, run->request->max_file_size,
                       run->disk, &a->held)
        == -1)
    {
        return pyexec_not_yet(errno) ? 0 : -1;
    }

    a->changed = changed;

    /* what was deleted just now may have been counted twice: once more */

    if (scan->bytes + a->held > run->disk && a->held <= run->disk) {
        scan->max_bytes = run->disk - a->held;
        (void) pyexec_scan(scan, run->dir);
    }

    if (a->held > run->disk) {
        scan->over = "disk";
    }

    return 0;
}


/*
 * Returns 1 if a file may have been deleted since the last look: that changes
 * the directory that it was in.  The clock of a file system may stand still
 * for 10 ms.
 */

static int
pyexec_look_changed(const pyexec_run_t *run, const pyexec_attempt_t *a,
    const struct timespec *changed)
{
    struct timespec  now;

    if (a->held || run->request->session_write
        || changed->tv_sec != a->changed.tv_sec
        || changed->tv_nsec != a->changed.tv_nsec)
    {
        return 1;
    }

    (void) clock_gettime(CLOCK_REALTIME, &now);

    return (now.tv_sec - changed->tv_sec) * 1000
           + (now.tv_nsec - changed->tv_nsec) / 1000000 < PYEXEC_CLOCK_TICK;
}


uint64_t
pyexec_look_pause(uint64_t left, uint64_t cost)
{
    uint64_t  pause;

    pause = left / PYEXEC_WRITE_RATE;

    if (pause < PYEXEC_LOOK_MIN) {
        pause = PYEXEC_LOOK_MIN;
    }

    if (pause < cost * PYEXEC_LOOK_SHARE) {
        pause = cost * PYEXEC_LOOK_SHARE;
    }

    return pause < PYEXEC_LOOK_MAX ? pause : PYEXEC_LOOK_MAX;
}
