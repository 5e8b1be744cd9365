
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/pyexec_tree.h"
#include "run/pyexec_recall.h"
#include "store/pyexec_line.h"


/* how many runs and files are looked at, and how much of a code */

#define PYEXEC_RECALL_RUNS      20
#define PYEXEC_RECALL_CODE      65536      /* bytes */
#define PYEXEC_RECALL_FILES     1000
#define PYEXEC_RECALL_NAMES     500        /* bytes of a list */


static ssize_t pyexec_recall_code(int runs, const char *run_id, u_char *code);
static int pyexec_recall_defines(const u_char *p, const u_char *end,
    const char *name);
static int pyexec_recall_line(const u_char *p, const u_char *end,
    const char *name);
static const u_char *pyexec_recall_word(const u_char *p, const u_char *end,
    const char *name);
static int pyexec_recall_is(const pyexec_str_t *message, const char *name);
static int pyexec_recall_plain(const char *name);


int
pyexec_recall_name(const pyexec_run_t *run, const char *name,
    char run_id[PYEXEC_RUN_ID_LEN + 1])
{
    int             found;
    size_t          i, n;
    ssize_t         len;
    pyexec_lines_t  ls;

    static u_char   code[PYEXEC_RECALL_CODE];

    memset(&ls, 0, sizeof(pyexec_lines_t));
    found = 0;

    if (pyexec_lines_load(&ls, run->runs, PYEXEC_RECALL_RUNS, 0) == 0) {
        pyexec_lines_sort(&ls);
    }

    for (i = ls.n, n = 0; i > 0 && n < PYEXEC_RECALL_RUNS && !found; i--, n++)
    {
        len = pyexec_recall_code(run->runs, ls.line[i - 1].run_id, code);

        if (len > 0 && pyexec_recall_defines(code, code + len, name)) {
            (void) strcpy(run_id, ls.line[i - 1].run_id);
            found = 1;
        }
    }

    pyexec_lines_free(&ls);

    return found;
}


/* reads the beginning of a run's main.py; returns its length, or -1 */

static ssize_t
pyexec_recall_code(int runs, const char *run_id, u_char *code)
{
    int          fd;
    char         path[PYEXEC_RUN_ID_LEN + sizeof("/" PYEXEC_MAIN)];
    ssize_t      n;
    struct stat  sb;

    (void) snprintf(path, sizeof(path), "%s/" PYEXEC_MAIN, run_id);

    fd = pyexec_open_regular(runs, path, &sb);
    if (fd == -1) {
        return -1;
    }

    n = read(fd, code, PYEXEC_RECALL_CODE);

    (void) close(fd);

    return n;
}


static int
pyexec_recall_defines(const u_char *p, const u_char *end, const char *name)
{
    const u_char  *nl;

    for ( /* void */ ; p < end; p = nl + 1) {

        nl = memchr(p, '\n', end - p);

        if (nl == NULL) {
            nl = end;
        }

        if (pyexec_recall_line(p, nl, name)) {
            return 1;
        }

        if (nl == end) {
            break;
        }
    }

    return 0;
}


/*
 * Does the line bind the name: "name = ..", also as one of several, "def name",
 * "class name", "import name", "import .., name", "as name", "for name"?
 */

static int
pyexec_recall_line(const u_char *p, const u_char *end, const char *name)
{
    size_t         i, len;
    const u_char  *word, *q;

    static const char *const  before[] = {
        "def ", "class ", "import ", "as ", "for "
    };

    word = pyexec_recall_word(p, end, name);

    if (word == NULL) {
        return 0;
    }

    /* up to "=" there are only names and commas, or an annotation */

    q = p;

    while (q < end && (isalnum(*q) || *q >= 0x80 || memchr("_, \t", *q, 4))) {
        q++;
    }

    if (q < end && *q == ':') {
        q = memchr(q, '=', end - q);
        q = q ? q : end;
    }

    if (q < end && *q == '=' && word < q && (q + 1 == end || q[1] != '=')) {
        return 1;
    }

    len = strlen(name);

    if ((size_t) (end - word) > len + 4 && memcmp(word + len, " as ", 4) == 0)
    {
        return 0;
    }

    for (i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
        len = strlen(before[i]);

        if ((size_t) (word - p) >= len
            && memcmp(word - len, before[i], len) == 0)
        {
            return 1;
        }
    }

    return word - p > 2 && word[-2] == ',' && memmem(p, word - p, "import ", 7);
}


/* the first place of the name where it is no part of a longer one, or NULL */

static const u_char *
pyexec_recall_word(const u_char *p, const u_char *end, const char *name)
{
    size_t         len;
    const u_char  *word;

    len = strlen(name);

    for (word = p; (word = memmem(word, end - word, name, len)); word++) {

        if ((word == p || !(isalnum(word[-1]) || word[-1] == '_'
                            || word[-1] == '.' || word[-1] >= 0x80))
            && (word + len == end || !(isalnum(word[len]) || word[len] == '_'
                                       || word[len] >= 0x80)))
        {
            return word;
        }
    }

    return NULL;
}


int
pyexec_recall_upload(const pyexec_run_t *run, const pyexec_str_t *message,
    pyexec_buf_t *out)
{
    DIR            *d;
    unsigned        n;
    struct stat     sb;
    struct dirent  *e;

    d = pyexec_opendir(run->session, "uploads");

    if (d == NULL) {
        return 0;
    }

    for (n = 0; n < PYEXEC_RECALL_FILES && (e = pyexec_readdir(d)); n++) {

        if (!pyexec_recall_plain(e->d_name)
            || fstatat(dirfd(d), e->d_name, &sb, AT_SYMLINK_NOFOLLOW) == -1
            || !S_ISREG(sb.st_mode))
        {
            continue;
        }

        if (pyexec_recall_is(message, e->d_name)) {
            out->len = 0;
            pyexec_buf_add(out, e->d_name, strlen(e->d_name));
            (void) closedir(d);
            return 1;
        }

        if (out->len + strlen(e->d_name) < PYEXEC_RECALL_NAMES) {
            pyexec_buf_add(out, ", ", out->len ? 2 : 0);
            pyexec_buf_add(out, e->d_name, strlen(e->d_name));
        }
    }

    (void) closedir(d);

    return 0;
}


/* is the name the last part of a path in the message? */

static int
pyexec_recall_is(const pyexec_str_t *message, const char *name)
{
    size_t         len;
    const u_char  *p, *end;

    len = strlen(name);
    end = message->data + message->len;

    for (p = message->data; p + len <= end; p++) {

        if (strncasecmp((const char *) p, name, len) == 0
            && (p == message->data || memchr("'\"/\\ ", p[-1], 5))
            && (p + len == end || memchr("'\" ", p[len], 3)))
        {
            return 1;
        }
    }

    return 0;
}


/* is the name UTF-8 without control characters? */

static int
pyexec_recall_plain(const char *name)
{
    size_t         n;
    const u_char  *p, *end;

    p = (const u_char *) name;
    end = p + strlen(name);

    for ( /* void */ ; p < end; p += n) {
        n = pyexec_utf8_len(p, end);

        if (n == 0 || *p < 0x20 || *p == 0x7f) {
            return 0;
        }
    }

    return 1;
}
