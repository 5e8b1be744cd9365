
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "store/pyexec_account.h"
#include "store/pyexec_history.h"
#include "store/pyexec_line.h"
#include "store/pyexec_note.h"
#include "store/pyexec_path.h"
#include "store/pyexec_record.h"
#include "store/pyexec_trash.h"


#define PYEXEC_LINES_NEW    PYEXEC_LINES ".new"

/* bounds of what a line says of a run's files, and of a list */

#define PYEXEC_MAX_NAMES    100
#define PYEXEC_MAX_LINE     65536          /* bytes */
#define PYEXEC_MAX_LIST     (16 * 1024 * 1024)


static void pyexec_item_json(pyexec_buf_t *out, const pyexec_item_t *item);
static int pyexec_notes_settle(pyexec_store_t *st, const pyexec_str_t *session,
    int runs, pyexec_lines_t *ls, pyexec_lines_t *notes);
static int pyexec_interrupted(pyexec_store_t *st, const pyexec_str_t *session,
    int runs, const pyexec_line_t *note);
static void pyexec_list_json(const pyexec_str_t *session,
    const pyexec_lines_t *ls, unsigned limit, pyexec_buf_t *out);
static int pyexec_runs_remove(pyexec_store_t *st, const pyexec_str_t *session,
    int runs, const char *before, uint64_t *removed, uint64_t *files);
static int pyexec_notes_remove(pyexec_store_t *st, int runs,
    const char *before);
static int pyexec_lines_prune(pyexec_store_t *st, const pyexec_str_t *session,
    int runs, const char *before);
static int pyexec_lines_rewrite(int runs, const char *name,
    const char *before);
static int pyexec_lines_replace(int runs, const char *name,
    const pyexec_buf_t *lines);
static int pyexec_begun_before(const char *run_id, const char *before);


int
pyexec_history_end(pyexec_store_t *st, const pyexec_str_t *session, int runs,
    const pyexec_item_t *item)
{
    int           rc;
    pyexec_buf_t  line = { NULL, 0, 0 };

    pyexec_item_json(&line, item);
    pyexec_buf_add(&line, "\n", 1);

    rc = pyexec_session_lock(st, session, PYEXEC_LOCK_HISTORY);

    if (rc == 0) {
        rc = pyexec_lines_append(runs, &line);

        /* if that fails, the next listing removes it */

        if (rc == 0) {
            (void) pyexec_note_remove(runs, item->run_id, item->started_at);
        }

        pyexec_session_unlock(st, session, PYEXEC_LOCK_HISTORY);
    }

    pyexec_buf_free(&line);

    return rc;
}


int
pyexec_history_list(pyexec_store_t *st, const pyexec_str_t *session,
    unsigned limit, unsigned window, pyexec_buf_t *out)
{
    int             fd, rc, runs;
    pyexec_lines_t  ls, notes;

    memset(&ls, 0, sizeof(pyexec_lines_t));
    memset(&notes, 0, sizeof(pyexec_lines_t));

    fd = pyexec_session_open(st, session, 0);
    runs = fd == -1 ? -1 : pyexec_runs_open(fd, 0);
    rc = runs == -1 && errno != ENOENT ? -1 : 0;

    while (runs != -1) {

        notes.n = 0;
        pyexec_lines_free(&ls);

        /*
         * A run that ends writes its line and then removes its note.  With
         * notes read first, it is found in one of them at least.
         */

        rc = pyexec_notes_read(&notes, runs);

        if (rc == 0) {
            rc = pyexec_lines_load(&ls, runs, (size_t) limit + window, 0);
        }

        if (rc == 0) {
            rc = pyexec_notes_settle(st, session, runs, &ls, &notes);
        }

        if (rc != 1) {
            (void) close(runs);
            break;
        }
    }

    if (fd != -1) {
        (void) close(fd);
    }

    if (rc == 0) {
        pyexec_lines_sort(&ls);
        pyexec_list_json(session, &ls, limit, out);
    }

    pyexec_lines_free(&ls);
    pyexec_lines_free(&notes);

    return rc;
}


int
pyexec_history_fetch(pyexec_store_t *st, const pyexec_str_t *session,
    const pyexec_str_t *run_id, pyexec_buf_t *out)
{
    int             fd, runs, rc;
    char            id[PYEXEC_RUN_ID_LEN + 1];
    pyexec_lines_t  notes;

    if (!pyexec_run_id_valid(run_id)) {
        errno = ENOENT;
        return -1;
    }

    memcpy(id, run_id->data, PYEXEC_RUN_ID_LEN);
    id[PYEXEC_RUN_ID_LEN] = '\0';

    fd = pyexec_session_open(st, session, 0);
    if (fd == -1) {
        return -1;
    }

    runs = pyexec_runs_open(fd, 0);
    (void) close(fd);

    if (runs == -1) {
        return -1;
    }

    /* a run that has a note has not ended, though it may have its record */

    memset(&notes, 0, sizeof(pyexec_lines_t));

    rc = pyexec_notes_read(&notes, runs);

    if (rc == 0 && pyexec_lines_find(&notes, id)) {
        errno = ENOENT;
        rc = -1;
    }

    if (rc == 0) {
        rc = pyexec_record_read(runs, id, out);
    }

    pyexec_lines_free(&notes);
    (void) close(runs);

    return rc;
}


int
pyexec_history_remove(pyexec_store_t *st, const pyexec_str_t *session,
    const char *before, uint64_t *removed, uint64_t *files)
{
    int  fd, rc, runs;

    fd = pyexec_session_open(st, session, 0);
    if (fd == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    runs = pyexec_runs_open(fd, 0);
    (void) close(fd);

    if (runs == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    /* clean-ups and the sweeper, of this pool or another, exclude each other */

    rc = pyexec_session_lock(st, session, PYEXEC_LOCK_REMOVAL);

    if (rc == 0) {
        rc = pyexec_runs_remove(st, session, runs, before, removed, files);

        /*
         * Even if no run was removed: a process that had removed some may have
         * died before it got here.
         */

        if (rc == 0) {
            rc = pyexec_lines_prune(st, session, runs, before);
        }

        pyexec_session_unlock(st, session, PYEXEC_LOCK_REMOVAL);
    }

    if (*removed) {
        pyexec_account_drop(runs);
    }

    (void) close(runs);

    return rc;
}


void
pyexec_created_path(pyexec_buf_t *out, const char *run_id,
    const pyexec_file_t *file)
{
    pyexec_buf_add(out, "code_exec/", 10);
    pyexec_buf_add(out, run_id, strlen(run_id));
    pyexec_buf_add(out, "/", 1);
    pyexec_path_text(out, file->path);
}


static void
pyexec_item_json(pyexec_buf_t *out, const pyexec_item_t *item)
{
    size_t        i, n;
    yajl_gen      g;
    pyexec_buf_t  path = { NULL, 0, 0 };
    pyexec_str_t  s;

    g = pyexec_json_gen(out);

    pyexec_json_map(g, NULL);
    pyexec_json_cstr(g, "run_id", item->run_id);
    pyexec_json_cstr(g, "started_at", item->started_at);
    pyexec_json_cstr(g, "status", item->status);
    pyexec_json_seconds(g, "execution_time_seconds", item->run_time);
    pyexec_json_array(g, "created_files");

    n = item->files ? item->files->nfiles : 0;

    for (i = 0; i < n && i < PYEXEC_MAX_NAMES && out->len < PYEXEC_MAX_LINE;
         i++)
    {
        path.len = 0;
        pyexec_created_path(&path, item->run_id, &item->files->files[i]);
        s = pyexec_buf_str(&path);
        pyexec_json_text(g, NULL, &s);
    }

    yajl_gen_array_close(g);

    if (i < n) {
        pyexec_json_int(g, "created_files_total", n);
    }

    yajl_gen_map_close(g);
    yajl_gen_free(g);
    pyexec_buf_free(&path);
}


/*
 * Appends the runs that have a note and no line.  Returns 0; or 1 if one of
 * them has ended since the lines were read: they are to be read again.
 */

static int
pyexec_notes_settle(pyexec_store_t *st, const pyexec_str_t *session, int runs,
    pyexec_lines_t *ls, pyexec_lines_t *notes)
{
    size_t          i;
    const char     *status;
    pyexec_line_t  *note;

    for (i = 0; i < notes->n; i++) {

        note = &notes->line[i];

        if (pyexec_lines_find(ls, note->run_id)) {

            if (!pyexec_run_live(st, note->run_id)) {
                (void) pyexec_note_remove(runs, note->run_id,
                                          note->started_at);
            }

            continue;
        }

        status = PYEXEC_RUNNING;

        if (!pyexec_run_live(st, note->run_id)) {

            if (pyexec_interrupted(st, session, runs, note)) {
                return 1;
            }

            status = PYEXEC_INTERRUPTED;
        }

        (void) strcpy(note->status, status);
        *pyexec_lines_add(ls) = *note;
    }

    return 0;
}


/*
 * Writes the line of a run whose processes have died, and removes its note.  If
 * that fails, the note stays, and the next listing tries again.  Returns 1 if
 * the run turns out to have ended by itself, else 0.
 */

static int
pyexec_interrupted(pyexec_store_t *st, const pyexec_str_t *session, int runs,
    const pyexec_line_t *note)
{
    int             rc;
    struct tm       tm;
    pyexec_buf_t    line = { NULL, 0, 0 };
    pyexec_item_t   item;
    pyexec_lines_t  all;

    if (pyexec_session_lock(st, session, PYEXEC_LOCK_HISTORY) == -1) {
        return 0;
    }

    memset(&all, 0, sizeof(pyexec_lines_t));
    memset(&item, 0, sizeof(pyexec_item_t));

    rc = !pyexec_note_exists(runs, note->run_id, note->started_at);

    /* its line, if it has one, was written after it began */

    memset(&tm, 0, sizeof(tm));
    (void) strptime(note->run_id, "%Y%m%dT%H%M%S", &tm);

    if (rc == 0 && pyexec_lines_load(&all, runs, 0, timegm(&tm)) == 0
        && pyexec_lines_find(&all, note->run_id))
    {
        /* its runner died after it had written the line */

        (void) pyexec_note_remove(runs, note->run_id, note->started_at);
        rc = 1;
    }

    if (rc == 0) {
        item.run_id = note->run_id;
        item.started_at = note->started_at;
        item.status = PYEXEC_INTERRUPTED;

        pyexec_item_json(&line, &item);
        pyexec_buf_add(&line, "\n", 1);

        /* no client got the result, and it may not be whole */

        if (pyexec_record_remove(runs, note->run_id) == 0
            && pyexec_lines_append(runs, &line) == 0)
        {
            (void) pyexec_note_remove(runs, note->run_id, note->started_at);
        }
    }

    pyexec_session_unlock(st, session, PYEXEC_LOCK_HISTORY);

    pyexec_lines_free(&all);
    pyexec_buf_free(&line);

    return rc;
}


static void
pyexec_list_json(const pyexec_str_t *session, const pyexec_lines_t *ls,
    unsigned limit, pyexec_buf_t *out)
{
    size_t          i, len;
    yajl_gen        g;
    pyexec_buf_t    item = { NULL, 0, 0 };
    pyexec_str_t    json;
    pyexec_item_t   bare;
    pyexec_line_t  *line;

    memset(&bare, 0, sizeof(pyexec_item_t));

    g = pyexec_json_gen(out);

    pyexec_json_map(g, NULL);
    pyexec_json_text(g, "session_id", session);
    pyexec_json_array(g, "items");

    /* lines of older versions may be long: fewer of these are listed */

    for (i = ls->n, len = 0; i > 0 && ls->n - i < limit; i--) {
        len += ls->line[i - 1].text.len;

        if (len > PYEXEC_MAX_LIST) {
            break;
        }
    }

    for ( /* void */ ; i < ls->n; i++) {

        line = &ls->line[i];
        json = line->text;

        if (json.len == 0) {
            bare.run_id = line->run_id;
            bare.started_at = line->started_at;
            bare.status = line->status;

            item.len = 0;
            pyexec_item_json(&item, &bare);
            json = pyexec_buf_str(&item);
        }

        pyexec_json_raw(g, NULL, &json);
    }

    yajl_gen_array_close(g);
    yajl_gen_map_close(g);
    yajl_gen_free(g);

    pyexec_buf_free(&item);
}


static int
pyexec_runs_remove(pyexec_store_t *st, const pyexec_str_t *session, int runs,
    const char *before, uint64_t *removed, uint64_t *files)
{
    DIR              *d;
    pyexec_str_t      name;
    struct dirent    *de;
    pyexec_failed_t   failed;

    memset(&failed, 0, sizeof(pyexec_failed_t));

    d = pyexec_opendir(runs, ".");
    if (d == NULL) {
        return -1;
    }

    while ((de = pyexec_readdir(d)) != NULL) {

        name.data = (u_char *) de->d_name;
        name.len = strlen(de->d_name);

        if (!pyexec_run_id_valid(&name)
            || !pyexec_begun_before(de->d_name, before)
            || pyexec_run_live(st, de->d_name))
        {
            continue;
        }

        if (pyexec_record_remove(runs, de->d_name) == 0
            && pyexec_trash_put(runs, de->d_name, files) == 0)
        {
            (*removed)++;

        } else {
            pyexec_failed_add(&failed, de->d_name);
        }
    }

    (void) closedir(d);
    pyexec_failed_log(&failed, session);

    return pyexec_notes_remove(st, runs, before);
}


/* removes the notes of dead runs whose directory is gone */

static int
pyexec_notes_remove(pyexec_store_t *st, int runs, const char *before)
{
    int              rc;
    size_t           i;
    pyexec_line_t   *note;
    pyexec_lines_t   notes;

    memset(&notes, 0, sizeof(pyexec_lines_t));

    rc = pyexec_notes_read(&notes, runs);

    for (i = 0; rc == 0 && i < notes.n; i++) {

        note = &notes.line[i];

        if (pyexec_begun_before(note->run_id, before)
            && !pyexec_run_live(st, note->run_id)
            && faccessat(runs, note->run_id, F_OK, AT_SYMLINK_NOFOLLOW) == -1)
        {
            (void) pyexec_note_remove(runs, note->run_id, note->started_at);
        }
    }

    pyexec_lines_free(&notes);

    return rc;
}


/* removes the lines of runs whose directory is gone */

static int
pyexec_lines_prune(pyexec_store_t *st, const pyexec_str_t *session, int runs,
    const char *before)
{
    int       rc;
    char      name[PYEXEC_SEGMENT_LEN];
    unsigned  first, last;

    if (pyexec_session_lock(st, session, PYEXEC_LOCK_HISTORY) == -1) {
        return -1;
    }

    rc = pyexec_segment_close(runs);

    pyexec_session_unlock(st, session, PYEXEC_LOCK_HISTORY);

    if (rc == 0) {
        rc = pyexec_segments(runs, &first, &last);
    }

    /* nothing is appended to segments: that needs no lock */

    for ( /* void */ ; rc == 0 && first <= last; first++) {
        pyexec_segment_name(name, first);
        rc = pyexec_lines_rewrite(runs, name, before);
    }

    if (rc || pyexec_session_lock(st, session, PYEXEC_LOCK_HISTORY) == -1) {
        return rc == 1 ? 0 : -1;
    }

    rc = pyexec_lines_rewrite(runs, PYEXEC_LINES, before);

    pyexec_session_unlock(st, session, PYEXEC_LOCK_HISTORY);

    return rc == 1 ? 0 : rc;
}


/*
 * Returns 0, or -1 and errno; or 1 if the file has a run that did not begin
 * before that second, and so have those that are newer.
 */

static int
pyexec_lines_rewrite(int runs, const char *name, const char *before)
{
    int              fd, rc, young;
    size_t           i, dropped;
    pyexec_buf_t     out = { NULL, 0, 0 };
    pyexec_line_t   *line;
    pyexec_lines_t   ls;

    memset(&ls, 0, sizeof(pyexec_lines_t));

    fd = openat(runs, name, O_RDONLY|O_NOFOLLOW|O_CLOEXEC);
    if (fd == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    rc = pyexec_lines_read(&ls, fd, 0);
    (void) close(fd);

    dropped = 0;
    young = 0;

    for (i = 0; rc != -1 && i < ls.n; i++) {

        line = &ls.line[i];
        young |= !pyexec_begun_before(line->run_id, before);

        if (!pyexec_begun_before(line->run_id, before)
            || faccessat(runs, line->run_id, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        {
            pyexec_buf_add(&out, line->text.data, line->text.len);
            pyexec_buf_add(&out, "\n", 1);

        } else {
            dropped++;
        }
    }

    if (rc != -1 && dropped) {
        rc = out.len ? pyexec_lines_replace(runs, name, &out)
                     : unlinkat(runs, name, 0);
    }

    pyexec_lines_free(&ls);
    pyexec_buf_free(&out);

    return rc == -1 ? -1 : young;
}


/* writes the file anew, whole or not at all */

static int
pyexec_lines_replace(int runs, const char *name, const pyexec_buf_t *lines)
{
    int  fd, rc;

    if (unlinkat(runs, PYEXEC_LINES_NEW, 0) == -1 && errno != ENOENT) {
        return -1;
    }

    fd = openat(runs, PYEXEC_LINES_NEW,
                O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0666);

    if (fd == -1) {
        return -1;
    }

    rc = pyexec_write_all(fd, lines->data, lines->len);

    if (close(fd) == -1 || rc == -1) {
        return -1;
    }

    return renameat(runs, PYEXEC_LINES_NEW, runs, name);
}


/* returns 1 if the run began before that second, or before is NULL */

static int
pyexec_begun_before(const char *run_id, const char *before)
{
    return before == NULL || strncmp(run_id, before, strlen(before)) < 0;
}
