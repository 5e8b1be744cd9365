
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <yajl/yajl_parse.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "base/pyexec_parse.h"
#include "store/pyexec_line.h"


#define PYEXEC_TAIL         16384
#define PYEXEC_MAX_TAIL     (32 * 1024 * 1024)
#define PYEXEC_MAX_ODD      4096


typedef struct {
    const char            *name;
    size_t                 offset;
    size_t                 size;
} pyexec_member_t;


/* the state of yajl's callbacks while they parse a line */

typedef struct {
    pyexec_line_t         *line;
    unsigned               depth;
    const pyexec_member_t *member;         /* of the last key, or NULL */
} pyexec_place_t;


static int pyexec_lines_older(pyexec_lines_t *ls, int runs, size_t want,
    time_t since, ino_t newest);
static void pyexec_lines_join(pyexec_lines_t *ls, pyexec_lines_t *older);
static off_t pyexec_lines_end(int fd, off_t size);
static int pyexec_lines_parse(pyexec_lines_t *ls, unsigned partial,
    size_t want);
static int pyexec_line_cmp(const void *one, const void *two);
static int pyexec_line_open(void *ctx);
static int pyexec_line_close(void *ctx);
static int pyexec_line_key(void *ctx, const u_char *s, size_t len);
static int pyexec_line_string(void *ctx, const u_char *s, size_t len);


static const pyexec_member_t  pyexec_members[] = {
    { "run_id", offsetof(pyexec_line_t, run_id), PYEXEC_RUN_ID_LEN + 1 },
    { "started_at", offsetof(pyexec_line_t, started_at), PYEXEC_ISO_LEN + 1 },
    { "status", offsetof(pyexec_line_t, status), 16 },
    { NULL, 0, 0 }
};


static const yajl_callbacks  pyexec_line_callbacks = {
    .yajl_string = pyexec_line_string,
    .yajl_start_map = pyexec_line_open,
    .yajl_map_key = pyexec_line_key,
    .yajl_end_map = pyexec_line_close,
    .yajl_start_array = pyexec_line_open,
    .yajl_end_array = pyexec_line_close
};


int
pyexec_lines_append(int runs, const pyexec_buf_t *line)
{
    int          fd, rc, err;
    off_t        end;
    struct stat  sb;

    for ( ;; ) {
        fd = openat(runs, PYEXEC_LINES,
                    O_RDWR|O_CREAT|O_APPEND|O_NOFOLLOW|O_CLOEXEC, 0666);
        if (fd == -1) {
            return -1;
        }

        rc = fstat(fd, &sb);

        if (rc == -1 || sb.st_size < PYEXEC_SEGMENT) {
            break;
        }

        (void) close(fd);

        if (pyexec_segment_close(runs) == -1) {
            return -1;
        }
    }

    if (rc == 0) {
        end = pyexec_lines_end(fd, sb.st_size);

        if (end != sb.st_size) {
            rc = ftruncate(fd, end);
        }
    }

    if (rc == 0) {
        rc = pyexec_write_all(fd, line->data, line->len);
        err = errno;

        if (rc == -1) {
            (void) !ftruncate(fd, end);
            errno = err;
        }
    }

    (void) close(fd);

    return rc;
}


int
pyexec_lines_read(pyexec_lines_t *ls, int fd, size_t want)
{
    off_t        from;
    size_t       tail;
    ssize_t      n;
    struct stat  st;

    if (fstat(fd, &st) == -1) {
        return -1;
    }

    for (tail = want ? PYEXEC_TAIL : (size_t) st.st_size; ; tail *= 2) {

        from = (size_t) st.st_size > tail ? st.st_size - (off_t) tail : 0;
        ls->text.len = 0;

        do {
            (void) pyexec_buf_reserve(&ls->text, PYEXEC_TAIL);
            n = pread(fd, ls->text.data + ls->text.len, PYEXEC_TAIL,
                      from + (off_t) ls->text.len);

            if (n == -1) {
                return -1;
            }

            ls->text.len += n;

        } while (n > 0);

        if (pyexec_lines_parse(ls, from > 0, want)
            || (want && tail >= PYEXEC_MAX_TAIL))
        {
            return 1;
        }

        if (from == 0) {
            return 0;
        }
    }
}


int
pyexec_lines_load(pyexec_lines_t *ls, int runs, size_t want, time_t since)
{
    int          fd, rc;
    struct stat  sb;

    sb.st_ino = 0;
    fd = openat(runs, PYEXEC_LINES, O_RDONLY|O_NOFOLLOW|O_CLOEXEC);

    if (fd == -1) {
        rc = errno == ENOENT ? 0 : -1;

    } else {
        rc = fstat(fd, &sb) == -1 ? -1 : pyexec_lines_read(ls, fd, want);
        (void) close(fd);
    }

    return rc == 0 ? pyexec_lines_older(ls, runs, want, since, sb.st_ino)
                   : rc == -1 ? -1 : 0;
}


/* newest: the inode of what was runs.jsonl, which may be a segment by now */

static int
pyexec_lines_older(pyexec_lines_t *ls, int runs, size_t want, time_t since,
    ino_t newest)
{
    int             fd, rc;
    char            name[PYEXEC_SEGMENT_LEN];
    unsigned        first, last;
    struct stat     sb;
    pyexec_lines_t  older;

    rc = pyexec_segments(runs, &first, &last);

    for ( /* void */ ; rc == 0 && last >= first; last--) {

        pyexec_segment_name(name, last);
        fd = openat(runs, name, O_RDONLY|O_NOFOLLOW|O_CLOEXEC);

        if (fd == -1) {
            rc = errno == ENOENT ? 0 : -1;
            continue;
        }

        memset(&older, 0, sizeof(pyexec_lines_t));

        if (fstat(fd, &sb) == -1) {
            rc = -1;

        } else if (sb.st_mtime < since) {
            rc = 1;

        } else if (sb.st_ino != newest) {
            rc = pyexec_lines_read(&older, fd, want);
            pyexec_lines_join(ls, &older);
        }

        (void) close(fd);
    }

    return rc == -1 ? -1 : 0;
}


/* moves the lines of older behind those of ls */

static void
pyexec_lines_join(pyexec_lines_t *ls, pyexec_lines_t *older)
{
    size_t  i;

    for (i = 0; i < older->n; i++) {
        *pyexec_lines_add(ls) = older->line[i];
    }

    ls->older = realloc(ls->older, (ls->nolder + 1) * sizeof(pyexec_buf_t));
    if (ls->older == NULL) {
        pyexec_die("realloc(): %m");
    }

    ls->older[ls->nolder++] = older->text;

    free(older->line);
}


void
pyexec_lines_free(pyexec_lines_t *ls)
{
    size_t  i;

    for (i = 0; i < ls->nolder; i++) {
        pyexec_buf_free(&ls->older[i]);
    }

    free(ls->older);
    free(ls->line);
    pyexec_buf_free(&ls->text);
    memset(ls, 0, sizeof(pyexec_lines_t));
}


pyexec_line_t *
pyexec_lines_add(pyexec_lines_t *ls)
{
    if (ls->n == ls->size) {
        ls->size = ls->size ? ls->size * 2 : 64;
        ls->line = realloc(ls->line, ls->size * sizeof(pyexec_line_t));

        if (ls->line == NULL) {
            pyexec_die("realloc(): %m");
        }
    }

    return memset(&ls->line[ls->n++], 0, sizeof(pyexec_line_t));
}


pyexec_line_t *
pyexec_lines_find(pyexec_lines_t *ls, const char *run_id)
{
    size_t  i;

    for (i = ls->n; i > 0; i--) {
        if (strcmp(ls->line[i - 1].run_id, run_id) == 0) {
            return &ls->line[i - 1];
        }
    }

    return NULL;
}


void
pyexec_lines_sort(pyexec_lines_t *ls)
{
    if (ls->n > 1) {
        qsort(ls->line, ls->n, sizeof(pyexec_line_t), pyexec_line_cmp);
    }
}


int
pyexec_line_parse(pyexec_line_t *line, const pyexec_str_t *text)
{
    yajl_handle     h;
    yajl_status     rc;
    pyexec_str_t    run_id;
    pyexec_place_t  place;

    memset(line, 0, sizeof(pyexec_line_t));
    memset(&place, 0, sizeof(pyexec_place_t));

    line->text = *text;
    place.line = line;

    if (text->len == 0 || text->data[0] != '{') {
        return -1;
    }

    h = yajl_alloc(&pyexec_line_callbacks, NULL, &place);
    if (h == NULL) {
        pyexec_die("yajl_alloc() failed");
    }

    rc = yajl_parse(h, text->data, text->len);

    if (rc == yajl_status_ok) {
        rc = pyexec_parse_end(h);
    }

    yajl_free(h);

    run_id.data = (u_char *) line->run_id;
    run_id.len = strlen(line->run_id);

    return rc == yajl_status_ok && pyexec_run_id_valid(&run_id) ? 0 : -1;
}


/*
 * Returns the offset behind the last newline: a process that was killed while
 * it wrote may have left an incomplete line, which is cut off.
 */

static off_t
pyexec_lines_end(int fd, off_t size)
{
    char  last;

    while (size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n') {
        size--;
    }

    return size;
}


/*
 * Parses the lines in ls->text, of which the first may be incomplete if partial
 * is set.  Returns 1 if these are enough, else 0.
 */

static int
pyexec_lines_parse(pyexec_lines_t *ls, unsigned partial, size_t want)
{
    size_t          i, counted;
    pyexec_str_t    text;
    const u_char   *start, *end, *nl;
    pyexec_line_t  *line, last;

    ls->n = 0;
    counted = 0;
    start = ls->text.data;

    /* from the last to the first; an incomplete one at the end is skipped */

    end = ls->text.len ? memrchr(start, '\n', ls->text.len) : NULL;

    for ( /* void */ ; end; end = nl) {

        if (want && (counted >= want || ls->n >= want + PYEXEC_MAX_ODD)) {
            break;
        }


        nl = memrchr(start, '\n', end - start);

        if (nl == NULL && partial) {
            break;
        }

        text.data = nl ? nl + 1 : start;
        text.len = end - text.data;

        line = pyexec_lines_add(ls);

        if (pyexec_line_parse(line, &text) == -1) {
            ls->n--;
            continue;
        }

        counted += strcmp(line->status, PYEXEC_INTERRUPTED) != 0;
    }

    for (i = 0; i < ls->n / 2; i++) {
        last = ls->line[ls->n - 1 - i];
        ls->line[ls->n - 1 - i] = ls->line[i];
        ls->line[i] = last;
    }

    return want && (counted >= want || ls->n >= want + PYEXEC_MAX_ODD);
}


static int
pyexec_line_cmp(const void *one, const void *two)
{
    int                   rc;
    const pyexec_line_t  *a, *b;

    a = one;
    b = two;

    rc = strcmp(a->started_at, b->started_at);

    return rc ? rc : strcmp(a->run_id, b->run_id);
}


static int
pyexec_line_open(void *ctx)
{
    pyexec_place_t  *place = ctx;

    place->depth++;
    place->member = NULL;

    return 1;
}


static int
pyexec_line_close(void *ctx)
{
    pyexec_place_t  *place = ctx;

    place->depth--;

    return 1;
}


static int
pyexec_line_key(void *ctx, const u_char *s, size_t len)
{
    pyexec_place_t         *place = ctx;
    const pyexec_member_t  *m;

    place->member = NULL;

    for (m = pyexec_members; m->name && place->depth == 1; m++) {
        if (len == strlen(m->name) && memcmp(s, m->name, len) == 0) {
            place->member = m;
        }
    }

    return 1;
}


static int
pyexec_line_string(void *ctx, const u_char *s, size_t len)
{
    pyexec_place_t  *place = ctx;

    if (place->depth == 1 && place->member && len < place->member->size) {
        memcpy((char *) place->line + place->member->offset, s, len);
    }

    return 1;
}
