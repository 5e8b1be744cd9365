
#include <string.h>

#include "wire/pyexec_name.h"


#define PYEXEC_NAME_LEN     255            /* bytes, of every file system */


static int pyexec_path_below(const pyexec_str_t *s, const char *top);


const char *
pyexec_session_error(const pyexec_str_t *s)
{
    size_t         n;
    const u_char  *p, *end;

    if (s->len == 0) {
        return "is empty";
    }

    if (s->len > PYEXEC_SESSION_MAX) {
        return "is longer than 128 bytes";
    }

    if (s->data[0] == '.') {
        return "starts with a dot";
    }

    end = s->data + s->len;

    for (p = s->data; p < end; p += n) {

        n = pyexec_utf8_len(p, end);

        if (n == 0) {
            return "is not UTF-8";
        }

        /* U+0080 to U+009F are control characters too */

        if (*p < 0x20 || *p == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0)) {
            return "has a control character";
        }

        if (*p == '/' || *p == '\\') {
            return "has a slash or a backslash";
        }

        if (*p == '.' && end - p > 1 && p[1] == '.') {
            return "has two dots in a row";
        }
    }

    return NULL;
}


const char *
pyexec_path_error(const pyexec_str_t *s)
{
    size_t         len;
    const u_char  *p, *slash, *end;

    end = s->data + s->len;

    if (s->len == 0) {
        return NULL;
    }

    if (memchr(s->data, '\0', s->len)) {
        return "has a NUL";
    }

    for (p = s->data; p <= end; p = slash + 1) {

        slash = memchr(p, '/', end - p);
        slash = slash ? slash : end;
        len = slash - p;

        if (len == 0) {
            return "has an empty part";
        }

        if (p[0] == '.' && (len == 1 || (len == 2 && p[1] == '.'))) {
            return "has a part that is \".\" or \"..\"";
        }
    }

    return NULL;
}


int
pyexec_path_runs(const pyexec_str_t *s)
{
    return pyexec_path_below(s, PYEXEC_RUNS);
}


/* 1 if the path is top, or below it */

static int
pyexec_path_below(const pyexec_str_t *s, const char *top)
{
    size_t  len;

    len = strlen(top);

    return s->len >= len && memcmp(s->data, top, len) == 0
           && (s->len == len || s->data[len] == '/');
}


int
pyexec_path_record(const pyexec_str_t *s)
{
    size_t  len;

    len = sizeof(PYEXEC_RUNS "/") - 1;

    return pyexec_path_runs(s) && s->len > len && s->data[len] == '.';
}


const char *
pyexec_given_error(const pyexec_str_t *s)
{
    size_t         n;
    unsigned       depth;
    const u_char  *p, *end, *part;

    if (s->len == 0 || pyexec_path_error(s)) {
        return "has a path that is empty or absolute, or has an empty part, "
               "\".\", \"..\" or a NUL in it";
    }

    end = s->data + s->len;
    part = s->data;
    depth = 0;

    for (p = s->data; p < end; p += n) {
        n = pyexec_utf8_len(p, end);

        if (n == 0) {
            return "has a path that is not UTF-8";
        }

        if (*p == '/') {
            part = p + 1;
            depth++;
        }

        if (p - part >= PYEXEC_NAME_LEN) {
            return "has a path with a part over 255 bytes";
        }
    }

    if (s->len > PYEXEC_PATH_LEN || depth > PYEXEC_PATH_DEPTH) {
        return "has a path that is too long or too deep";
    }

    if (pyexec_path_below(s, PYEXEC_MAIN)
        || pyexec_path_below(s, PYEXEC_SESSION))
    {
        return "has \"" PYEXEC_MAIN "\" or \"" PYEXEC_SESSION "\", which are "
               "the pool's own";
    }

    return NULL;
}


int
pyexec_run_id_valid(const pyexec_str_t *s)
{
    size_t       i;
    u_char       c;
    const char  *form;

    form = "ddddddddTdddddd-xxxxxxxxxxxx";

    if (s->len != PYEXEC_RUN_ID_LEN) {
        return 0;
    }

    for (i = 0; i < PYEXEC_RUN_ID_LEN; i++) {
        c = s->data[i];

        switch (form[i]) {

        case 'd':
            if (c < '0' || c > '9') {
                return 0;
            }
            break;

        case 'x':
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return 0;
            }
            break;

        default:
            if (c != (u_char) form[i]) {
                return 0;
            }
        }
    }

    return 1;
}
