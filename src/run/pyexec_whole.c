
#include <errno.h>
#include <string.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "run/pyexec_dir.h"
#include "run/pyexec_whole.h"


/* more than the last block of a file takes, in bytes */

#define PYEXEC_WHOLE_BLOCK  65536


static unsigned pyexec_whole_cut(const pyexec_stream_t *s, size_t max);
static void pyexec_whole_save(pyexec_run_t *run, pyexec_stream_t *s,
    const char *name);


void
pyexec_whole(pyexec_run_t *run, pyexec_attempt_t *a)
{
    a->out.cut = pyexec_whole_cut(&a->out, run->request->max_output);
    a->err.cut = pyexec_whole_cut(&a->err, run->request->max_output);

    if (a->out.cut) {
        pyexec_whole_save(run, &a->out, PYEXEC_OUT);
    }

    if (a->err.cut) {
        pyexec_whole_save(run, &a->err, PYEXEC_ERR);
    }
}


static unsigned
pyexec_whole_cut(const pyexec_stream_t *s, size_t max)
{
    unsigned      cut;
    pyexec_buf_t  text = { NULL, 0, 0 };
    pyexec_str_t  kept;

    /* no more bytes than characters are allowed */

    if (s->kept.len <= max) {
        return 0;
    }

    kept = pyexec_buf_str(&s->kept);
    cut = pyexec_buf_text(&text, &kept, max);
    pyexec_buf_free(&text);

    return cut;
}


static void
pyexec_whole_save(pyexec_run_t *run, pyexec_stream_t *s, const char *name)
{
    uint64_t                   len;
    pyexec_scan_t              scan;
    const pyexec_execute_t    *r;
    static const pyexec_own_t  none[] = { { NULL, 0 } };

    r = run->request;
    len = s->kept.len < r->max_flood ? s->kept.len : r->max_flood;

    /* what the code has left is worth more than this */

    memset(&scan, 0, sizeof(pyexec_scan_t));
    scan.own = none;
    scan.max_files = r->max_files;
    scan.max_bytes = run->disk;

    if (len > r->max_file_size
        || pyexec_dir_room(run) == -1
        || pyexec_scan(&scan, run->dir) == -1 || scan.over
        || scan.nentries >= r->max_files
        || scan.bytes + len + PYEXEC_WHOLE_BLOCK > run->disk)
    {
        return;
    }

    if (pyexec_write_new(run->dir, name, s->kept.data, len) == 0) {
        s->saved = 1;

    } else if (errno != EEXIST) {
        pyexec_log(PYEXEC_LOG_ERR, "writing %s of %s failed: %m", name,
                   run->run_id);
    }
}
