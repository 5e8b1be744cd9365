
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pyexec_io.h"
#include "run/pyexec_dir.h"
#include "run/pyexec_inline.h"
#include "store/pyexec_account.h"
#include "store/pyexec_record.h"


static int pyexec_dir_claim(pyexec_run_t *run);
static int pyexec_dir_fill(pyexec_run_t *run);
static int pyexec_dir_put(pyexec_run_t *run, const char *name,
    const pyexec_str_t *text);
static int pyexec_dir_main(pyexec_run_t *run);


const pyexec_own_t  pyexec_dir_own[] = {
    { PYEXEC_MAIN, S_IFREG },
    { PYEXEC_SESSION, S_IFLNK },
    { NULL, 0 }
};


int
pyexec_dir_make(pyexec_run_t *run)
{
    if (mkdirat(run->runs, run->run_id, 0777) == -1) {
        return -1;
    }

    run->dir = openat(run->runs, run->run_id,
                      O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    return run->dir == -1 || pyexec_inline_put(run) == -1
           ? -1 : pyexec_dir_fill(run);
}


int
pyexec_dir_again(pyexec_run_t *run)
{
    return pyexec_dir_empty(run) == -1 || pyexec_inline_put(run) == -1
           ? -1 : pyexec_dir_fill(run);
}


int
pyexec_dir_empty(pyexec_run_t *run)
{
    static const char *const  none[] = { NULL };

    run->whole = 0;

    return pyexec_empty(run->dir, none);
}


int
pyexec_dir_room(pyexec_run_t *run)
{
    uint64_t                 used;
    const pyexec_execute_t  *r;

    r = run->request;
    run->disk = r->max_disk;

    if (r->max_session == 0) {
        return 0;
    }

    /* what is written to the session beside the run's directory is counted */

    if (pyexec_account_read(run->store, &r->session, run->session, run->runs,
                            r->session_write, &used)
        == -1)
    {
        if (errno != ELOOP) {
            return -1;
        }

        /* nested too deep to be counted: that may be any number of bytes */

        used = r->max_session;
    }

    used = used < r->max_session ? r->max_session - used : 0;

    if (run->disk > used) {
        run->disk = used;
    }

    return 0;
}


int
pyexec_dir_scan(pyexec_run_t *run)
{
    int          rc;
    unsigned     changed;
    struct stat  st;

    changed = !pyexec_dir_main(run);

    if (changed && pyexec_reopen(run->dir, &st) == 0) {
        changed = !pyexec_dir_main(run);
    }

    run->files.own = &pyexec_dir_own[changed];
    run->files.max_files = run->request->max_files;
    run->files.max_bytes = run->disk;
    run->files.collect = 1;

    rc = pyexec_scan(&run->files, run->dir);
    run->whole = rc == 0 && run->files.over == NULL && run->files.nown == 2;

    pyexec_inline_unlist(run);

    /* other runs of the session may have ended meanwhile */

    if (rc == 0 && run->files.over == NULL
        && (run->files.nfiles || run->request->session_write))
    {
        rc = pyexec_dir_room(run);

        if (run->files.bytes > run->disk || pyexec_dir_claim(run) == -1) {
            run->files.over = "disk";
        }
    }

    return rc;
}


/*
 * Adds the files to the session's account, so that of runs that end at the same
 * time only those keep theirs that fit in it together.  Returns 0, or -1.
 */

static int
pyexec_dir_claim(pyexec_run_t *run)
{
    uint64_t                 bytes;
    const pyexec_execute_t  *r;

    r = run->request;

    if (r->max_session == 0 || r->session_write
        || run->files.bytes <= run->claimed)
    {
        return 0;
    }

    bytes = run->files.bytes - run->claimed;

    if (pyexec_account_add(run->store, &r->session, run->runs, bytes,
                           r->max_session)
        == -1)
    {
        return -1;
    }

    run->claimed += bytes;

    return 0;
}


int
pyexec_dir_end(pyexec_run_t *run, const pyexec_buf_t *result)
{
    pyexec_str_t  attempts;

    attempts = pyexec_buf_str(&run->attempts);

    if ((!run->whole && pyexec_dir_fill(run) == -1)
        || pyexec_dir_put(run, PYEXEC_ATTEMPTS, &attempts) == -1)
    {
        return -1;
    }

    return pyexec_record_make(run->runs, run->run_id, run->dir, PYEXEC_RESULT,
                              result);
}


/* what a run begins with, where it is missing */

static int
pyexec_dir_fill(pyexec_run_t *run)
{
    if (pyexec_dir_put(run, PYEXEC_MAIN, &run->code) == -1) {
        return -1;
    }

    return symlinkat("../..", run->dir, PYEXEC_SESSION) == -1
           && errno != EEXIST ? -1 : 0;
}


/* makes the file, unless there is something of that name */

static int
pyexec_dir_put(pyexec_run_t *run, const char *name, const pyexec_str_t *text)
{
    return pyexec_write_new(run->dir, name, text->data, text->len) == -1
           && errno != EEXIST ? -1 : 0;
}


/*
 * Returns 1 if main.py holds the attempt's code.  Its times don't tell whether
 * it was written to: they may be those of a clock that ticks every 4 ms.
 */

static int
pyexec_dir_main(pyexec_run_t *run)
{
    return pyexec_inline_same(run, PYEXEC_MAIN, &run->code);
}
