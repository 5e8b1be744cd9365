
#include <stdlib.h>
#include <string.h>

#include "nginx/pyexec_member.h"
#include "wire/pyexec_name.h"


#define PYEXEC_MAX_PATTERNS 100            /* of return_files */
#define PYEXEC_PATTERN_LEN  1024           /* bytes */


static int pyexec_member_memory(pyexec_decoder_t *d, int rc);


const pyexec_member_t  pyexec_members[PYEXEC_MEMBERS] = {
    [PYEXEC_SESSION_ID] = { "session_id", PYEXEC_STRING,
                            offsetof(pyexec_request_t, session) },
    [PYEXEC_CODE] = { "code", PYEXEC_STRING,
                      offsetof(pyexec_request_t, code) },
    { "timeout_seconds", PYEXEC_INTEGER,
      offsetof(pyexec_request_t, timeout) },
    { "max_attempts", PYEXEC_INTEGER,
      offsetof(pyexec_request_t, max_attempts) },
    { "auto_correct", PYEXEC_BOOLEAN,
      offsetof(pyexec_request_t, auto_correct) },
    { "stdin", PYEXEC_INPUT, 0 },
    { "files", PYEXEC_FILES, 0 },
    { "return_files", PYEXEC_PATTERNS,
      offsetof(pyexec_request_t, return_files) }
};


const char *const  pyexec_wrong_types[] = {
    [PYEXEC_STRING] = "must be a string",
    [PYEXEC_INTEGER] = "must be an integer",
    [PYEXEC_BOOLEAN] = "must be true or false",
    [PYEXEC_INPUT] = "must be a string",
    [PYEXEC_FILES] = "must be an object of strings in base64",
    [PYEXEC_PATTERNS] = "must be true, false or an array of strings"
};


int
pyexec_member_value(pyexec_decoder_t *d, pyexec_type_e type)
{
    if (d->inside && d->depth == 2) {
        pyexec_member_wrong(d);
        return 0;
    }

    if (d->depth != 1 || d->member == -1) {
        return 0;
    }

    if (!pyexec_member_is(d, type)) {
        pyexec_member_wrong(d);
        return 0;
    }

    d->error[d->member] = NULL;

    return 1;
}


int
pyexec_member_is(const pyexec_decoder_t *d, pyexec_type_e type)
{
    return d->depth == 1 && d->member != -1
           && pyexec_members[d->member].type == type;
}


void
pyexec_member_wrong(pyexec_decoder_t *d)
{
    d->error[d->member] = pyexec_wrong_types[pyexec_members[d->member].type];
}


int
pyexec_member_clear(pyexec_decoder_t *d)
{
    void          *value;
    pyexec_str_t  *s;

    value = (char *) &d->request + pyexec_members[d->member].offset;

    switch (pyexec_members[d->member].type) {

    case PYEXEC_INPUT:
        return pyexec_member_memory(d,
                                    pyexec_given_clear(&d->request.given,
                                                       PYEXEC_GIVEN_INPUT));

    case PYEXEC_FILES:
        return pyexec_member_memory(d,
                                    pyexec_given_clear(&d->request.given,
                                                       PYEXEC_GIVEN_FILES));

    case PYEXEC_PATTERNS:
        d->npatterns = 0;

        /* fall through */

    case PYEXEC_STRING:
        s = value;
        free((void *) s->data);
        s->data = NULL;
        s->len = 0;
        return 1;

    default:
        *(int64_t *) value = PYEXEC_UNSET;
        return 1;
    }
}


/* what a callback returns: 1, or 0 to end the parsing */

static int
pyexec_member_memory(pyexec_decoder_t *d, int rc)
{
    d->memory |= rc == -1;

    return rc != -1;
}


int
pyexec_member_text(pyexec_decoder_t *d, const u_char *s, size_t len)
{
    u_char        *data;
    pyexec_str_t  *value;

    if (d->scan.lone) {
        d->error[d->member] = "has a lone surrogate";
        return 1;
    }

    data = malloc(len + 1);
    if (data == NULL) {
        return pyexec_member_memory(d, -1);
    }

    memcpy(data, s, len);

    value = (pyexec_str_t *) ((char *) &d->request
                              + pyexec_members[d->member].offset);
    free((void *) value->data);
    value->data = data;
    value->len = len;

    return 1;
}


int
pyexec_member_input(pyexec_decoder_t *d, const u_char *s, size_t len)
{
    d->error[d->member] = NULL;

    if (d->scan.lone || !pyexec_member_utf8(s, len)) {
        d->error[d->member] = d->scan.lone ? "has a lone surrogate"
                                           : "is not UTF-8";
        return 1;
    }

    return pyexec_member_memory(d, pyexec_given_input(&d->request.given, s,
                                                      len));
}


/* of files nothing is kept behind the first error */

int
pyexec_member_path(pyexec_decoder_t *d, const u_char *s, size_t len)
{
    const char    *why;
    pyexec_str_t   path = { len, s };

    if (d->error[d->member]) {
        return 1;
    }

    why = d->scan.lone ? "has a path with a lone surrogate"
                       : pyexec_given_error(&path);

    if (why == NULL && d->request.given.n >= d->request.max_files) {
        why = "has more files than pyexec_max_files";
    }

    if (why) {
        d->error[d->member] = why;
        return 1;
    }

    return pyexec_member_memory(d, pyexec_given_path(&d->request.given, s,
                                                     len));
}


int
pyexec_member_contents(pyexec_decoder_t *d, const u_char *s, size_t len)
{
    if (d->error[d->member]) {
        return 1;
    }

    return pyexec_member_memory(d, pyexec_given_file(&d->request.given, s, len,
                                                     d->request.max_inline,
                                                     &d->error[d->member]));
}


int
pyexec_member_pattern(pyexec_decoder_t *d, const u_char *s, size_t len)
{
    u_char         *data;
    pyexec_str_t    pattern = { len, s };
    pyexec_list_t  *list;

    if (d->error[d->member]) {
        return 1;
    }

    if (d->scan.lone || len > PYEXEC_PATTERN_LEN
        || d->npatterns == PYEXEC_MAX_PATTERNS)
    {
        d->error[d->member] = d->scan.lone ? "has a lone surrogate"
                              : "has too many patterns, or a too long one";
        return 1;
    }

    list = &d->request.return_files;

    data = realloc((void *) list->data,
                   list->len + pyexec_list_size(&pattern));
    if (data == NULL) {
        return pyexec_member_memory(d, -1);
    }

    list->data = data;
    list->len = pyexec_list_add(data + list->len, &pattern) - data;
    d->npatterns++;

    return 1;
}


int
pyexec_member_utf8(const u_char *s, size_t len)
{
    size_t         n;
    const u_char  *end;

    for (end = s + len; s < end; s += n) {

        n = pyexec_utf8_len(s, end);

        if (n == 0) {
            return 0;
        }
    }

    return 1;
}
