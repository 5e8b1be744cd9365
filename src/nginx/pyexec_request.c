
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_parse.h>

#include "nginx/pyexec_request.h"
#include "wire/pyexec_name.h"


#define PYEXEC_MAX_DEPTH    1000           /* yajl itself has no limit */
#define PYEXEC_MAX_NUMBER   64             /* characters */
#define PYEXEC_MAX_INTEGER  1e15


typedef enum {
    PYEXEC_STRING = 0,
    PYEXEC_INTEGER,
    PYEXEC_BOOLEAN
} pyexec_type_e;


typedef struct {
    const char            *name;
    pyexec_type_e          type;
    size_t                 offset;         /* in pyexec_request_t */
} pyexec_member_t;


/*
 * yajl turns a lone surrogate, \ud800 for one, into "?" or invalid UTF-8
 * without an error.  So the raw text is scanned for them beside yajl.
 */

typedef struct {
    unsigned               string:1;       /* inside of one */
    unsigned               escape:1;       /* behind a backslash */
    unsigned               high:1;         /* behind a high surrogate */
    unsigned               lone:1;         /* seen one in the last string */
    unsigned               digits;         /* of \uXXXX, still to come */
    unsigned               unit;
} pyexec_scan_t;


#define PYEXEC_MEMBERS      5


typedef struct {
    pyexec_request_t       request;        /* first: it is what callers have */

    yajl_handle            parser;
    yajl_status            status;
    unsigned               depth;
    unsigned               object:1;       /* the value is one */
    unsigned               empty:1;        /* nothing came yet */
    unsigned               memory:1;       /* is out */
    int                    member;         /* whose value comes; -1: none */

    const u_char          *chunk;
    size_t                 scanned;        /* bytes of the chunk */
    pyexec_scan_t          scan;

    /* what is wrong with the last value of each member, or NULL */

    const char            *error[PYEXEC_MEMBERS];
} pyexec_decoder_t;


static int pyexec_fields(pyexec_decoder_t *d);
static int pyexec_on_null(void *ctx);
static int pyexec_on_boolean(void *ctx, int value);
static int pyexec_on_number(void *ctx, const char *s, size_t len);
static int pyexec_on_string(void *ctx, const u_char *s, size_t len);
static int pyexec_on_key(void *ctx, const u_char *s, size_t len);
static int pyexec_on_map(void *ctx);
static int pyexec_on_array(void *ctx);
static int pyexec_on_close(void *ctx);
static int pyexec_on_open(pyexec_decoder_t *d);
static int pyexec_value(pyexec_decoder_t *d, pyexec_type_e type);
static void pyexec_wrong(pyexec_decoder_t *d);
static int pyexec_refuse(pyexec_decoder_t *d, unsigned status,
    const char *what, const char *why);
static void pyexec_scan(pyexec_scan_t *sc, const u_char *p, size_t len);
static void pyexec_scan_unit(pyexec_scan_t *sc);


enum {
    PYEXEC_SESSION_ID = 0,
    PYEXEC_CODE
};


static const pyexec_member_t  pyexec_members[PYEXEC_MEMBERS] = {
    [PYEXEC_SESSION_ID] = { "session_id", PYEXEC_STRING,
                            offsetof(pyexec_request_t, session) },
    [PYEXEC_CODE] = { "code", PYEXEC_STRING,
                      offsetof(pyexec_request_t, code) },
    { "timeout_seconds", PYEXEC_INTEGER,
      offsetof(pyexec_request_t, timeout) },
    { "max_attempts", PYEXEC_INTEGER,
      offsetof(pyexec_request_t, max_attempts) },
    { "auto_correct", PYEXEC_BOOLEAN,
      offsetof(pyexec_request_t, auto_correct) }
};


static const char *const  pyexec_wrong_types[] = {
    [PYEXEC_STRING] = "must be a string",
    [PYEXEC_INTEGER] = "must be an integer",
    [PYEXEC_BOOLEAN] = "must be true or false"
};


static const yajl_callbacks  pyexec_callbacks = {
    .yajl_null = pyexec_on_null,
    .yajl_boolean = pyexec_on_boolean,
    .yajl_number = pyexec_on_number,
    .yajl_string = pyexec_on_string,
    .yajl_start_map = pyexec_on_map,
    .yajl_map_key = pyexec_on_key,
    .yajl_end_map = pyexec_on_close,
    .yajl_start_array = pyexec_on_array,
    .yajl_end_array = pyexec_on_close
};


pyexec_request_t *
pyexec_request_begin(void)
{
    pyexec_decoder_t  *d;

    d = calloc(1, sizeof(pyexec_decoder_t));
    if (d == NULL) {
        return NULL;
    }

    d->parser = yajl_alloc(&pyexec_callbacks, NULL, d);
    if (d->parser == NULL) {
        free(d);
        return NULL;
    }

    d->member = -1;
    d->empty = 1;
    d->request.timeout = PYEXEC_UNSET;
    d->request.max_attempts = PYEXEC_UNSET;
    d->request.auto_correct = PYEXEC_UNSET;

    return &d->request;
}


void
pyexec_request_free(pyexec_request_t *r)
{
    pyexec_decoder_t  *d = (pyexec_decoder_t *) r;

    yajl_free(d->parser);
    free((void *) r->session.data);
    free((void *) r->code.data);
    free(d);
}


void
pyexec_request_feed(pyexec_request_t *r, const u_char *data, size_t len)
{
    pyexec_decoder_t  *d = (pyexec_decoder_t *) r;

    if (len == 0 || d->status != yajl_status_ok) {
        return;
    }

    d->empty = 0;
    d->chunk = data;
    d->scanned = 0;

    d->status = yajl_parse(d->parser, data, len);

    /* the rest may be the beginning of a string that the next chunk ends */

    pyexec_scan(&d->scan, data + d->scanned, len - d->scanned);
}


int
pyexec_request_end(pyexec_request_t *r)
{
    pyexec_decoder_t  *d = (pyexec_decoder_t *) r;

    if (d->empty) {
        return pyexec_refuse(d, 400, "the request body", "is empty");
    }

    if (d->status == yajl_status_ok) {
        d->chunk = (const u_char *) "";
        d->scanned = 0;
        d->status = yajl_complete_parse(d->parser);
    }

    if (d->memory) {
        return pyexec_refuse(d, 500, "memory", "is out");
    }

    if (d->depth > PYEXEC_MAX_DEPTH) {
        return pyexec_refuse(d, 400, "the request body",
                             "is nested too deeply");
    }

    if (d->status != yajl_status_ok) {
        return pyexec_refuse(d, 400, "the request body", "is not valid JSON");
    }

    if (!d->object) {
        return pyexec_refuse(d, 422, "the request body",
                             "must be a JSON object");
    }

    return pyexec_fields(d);
}


static int
pyexec_fields(pyexec_decoder_t *d)
{
    int                i;
    size_t             n;
    const char        *why;
    const u_char      *c, *end;
    pyexec_request_t  *r;

    r = &d->request;

    for (i = 0; i < PYEXEC_MEMBERS; i++) {
        if (d->error[i]) {
            return pyexec_refuse(d, 422, pyexec_members[i].name, d->error[i]);
        }
    }

    if (r->session.data == NULL) {
        r->session.data = (u_char *) strdup("default");
        r->session.len = 7;

        if (r->session.data == NULL) {
            return pyexec_refuse(d, 500, "memory", "is out");
        }
    }

    why = pyexec_session_error(&r->session);
    if (why) {
        return pyexec_refuse(d, 400, "session_id", why);
    }

    if (r->code.data == NULL) {
        return pyexec_refuse(d, 422, "code", "is required");
    }

    /* yajl accepts overlong forms and encoded surrogates */

    end = r->code.data + r->code.len;

    for (c = r->code.data; c < end; c += n) {

        n = pyexec_utf8_len(c, end);

        if (n == 0) {
            return pyexec_refuse(d, 400, "code", "is not UTF-8");
        }
    }

    if (memchr(r->code.data, '\0', r->code.len)) {
        return pyexec_refuse(d, 422, "code", "has a NUL character");
    }

    return 0;
}


static int
pyexec_on_null(void *ctx)
{
    int64_t           *number;
    pyexec_str_t      *s;
    pyexec_decoder_t  *d = ctx;

    if (d->depth != 1 || d->member == -1) {
        return 1;
    }

    /* null counts as not given */

    d->error[d->member] = NULL;

    if (pyexec_members[d->member].type == PYEXEC_STRING) {
        s = (pyexec_str_t *) ((char *) &d->request
                              + pyexec_members[d->member].offset);
        free((void *) s->data);
        s->data = NULL;

    } else {
        number = (int64_t *) ((char *) &d->request
                              + pyexec_members[d->member].offset);
        *number = PYEXEC_UNSET;
    }

    return 1;
}


static int
pyexec_on_boolean(void *ctx, int value)
{
    pyexec_decoder_t  *d = ctx;

    if (pyexec_value(d, PYEXEC_BOOLEAN)) {
        *(int64_t *) ((char *) &d->request + pyexec_members[d->member].offset)
            = value;
    }

    return 1;
}


/* 30, 30.0 and 3e1 are the same; what is over 1e15 is taken as 1e15 */

static int
pyexec_on_number(void *ctx, const char *s, size_t len)
{
    char               number[PYEXEC_MAX_NUMBER];
    double             value;
    pyexec_decoder_t  *d = ctx;

    if (!pyexec_value(d, PYEXEC_INTEGER)) {
        return 1;
    }

    if (len >= sizeof(number)) {

        if (memchr(s, '.', len) || memchr(s, 'e', len) || memchr(s, 'E', len))
        {
            pyexec_wrong(d);
            return 1;
        }

        len = sizeof(number) - 1;
    }

    memcpy(number, s, len);
    number[len] = '\0';

    value = strtod(number, NULL);

    if (value > PYEXEC_MAX_INTEGER) {
        value = PYEXEC_MAX_INTEGER;

    } else if (value < -PYEXEC_MAX_INTEGER) {
        value = -PYEXEC_MAX_INTEGER;
    }

    if (value != (double) (int64_t) value) {
        pyexec_wrong(d);
        return 1;
    }

    *(int64_t *) ((char *) &d->request + pyexec_members[d->member].offset)
        = (int64_t) value;

    return 1;
}


static int
pyexec_on_string(void *ctx, const u_char *s, size_t len)
{
    size_t             end;
    u_char            *data;
    pyexec_str_t      *value;
    pyexec_decoder_t  *d = ctx;

    end = yajl_get_bytes_consumed(d->parser);
    pyexec_scan(&d->scan, d->chunk + d->scanned, end - d->scanned);
    d->scanned = end;

    if (!pyexec_value(d, PYEXEC_STRING)) {
        return 1;
    }

    if (d->scan.lone) {
        d->error[d->member] = "has a lone surrogate";
        return 1;
    }

    data = malloc(len + 1);
    if (data == NULL) {
        d->memory = 1;
        return 0;
    }

    memcpy(data, s, len);

    value = (pyexec_str_t *) ((char *) &d->request
                              + pyexec_members[d->member].offset);
    free((void *) value->data);
    value->data = data;
    value->len = len;

    return 1;
}


static int
pyexec_on_key(void *ctx, const u_char *s, size_t len)
{
    int                i;
    size_t             end;
    pyexec_decoder_t  *d = ctx;

    end = yajl_get_bytes_consumed(d->parser);
    pyexec_scan(&d->scan, d->chunk + d->scanned, end - d->scanned);
    d->scanned = end;

    d->member = -1;

    for (i = 0; i < PYEXEC_MEMBERS && d->depth == 1; i++) {
        if (len == strlen(pyexec_members[i].name)
            && memcmp(s, pyexec_members[i].name, len) == 0)
        {
            d->member = i;
        }
    }

    return 1;
}


static int
pyexec_on_map(void *ctx)
{
    pyexec_decoder_t  *d = ctx;

    d->object |= d->depth == 0;

    return pyexec_on_open(d);
}


static int
pyexec_on_array(void *ctx)
{
    return pyexec_on_open(ctx);
}


static int
pyexec_on_close(void *ctx)
{
    pyexec_decoder_t  *d = ctx;

    d->depth--;
    d->member = -1;

    return 1;
}


static int
pyexec_on_open(pyexec_decoder_t *d)
{
    if (d->depth == 1 && d->member != -1) {
        pyexec_wrong(d);
    }

    return ++d->depth <= PYEXEC_MAX_DEPTH;
}


/* 1 if a value of this type is expected: it replaces an earlier one */

static int
pyexec_value(pyexec_decoder_t *d, pyexec_type_e type)
{
    if (d->depth != 1 || d->member == -1) {
        return 0;
    }

    if (pyexec_members[d->member].type != type) {
        pyexec_wrong(d);
        return 0;
    }

    d->error[d->member] = NULL;

    return 1;
}


static void
pyexec_wrong(pyexec_decoder_t *d)
{
    d->error[d->member] = pyexec_wrong_types[pyexec_members[d->member].type];
}


static int
pyexec_refuse(pyexec_decoder_t *d, unsigned status, const char *what,
    const char *why)
{
    d->request.status = status;

    /* a lone surrogate makes a bad name: 400, as other bad names */

    if (status == 422 && strcmp(what, "session_id") == 0
        && strcmp(why, pyexec_wrong_types[PYEXEC_STRING]) != 0)
    {
        d->request.status = 400;
    }

    (void) snprintf(d->request.detail, sizeof(d->request.detail), "%s %s",
                    what, why);

    return -1;
}


static void
pyexec_scan(pyexec_scan_t *sc, const u_char *p, size_t len)
{
    u_char         c;
    const u_char  *end;

    for (end = p + len; p < end; p++) {

        c = *p;

        if (!sc->string) {
            if (c == '"') {
                sc->string = 1;
                sc->lone = 0;
                sc->high = 0;
            }

        } else if (sc->digits) {
            sc->unit = sc->unit << 4
                       | ((c <= '9' ? c - '0' : (c | 32) - 'a' + 10) & 15);

            if (--sc->digits == 0) {
                pyexec_scan_unit(sc);
            }

        } else if (sc->escape) {
            sc->escape = 0;

            if (c == 'u') {
                sc->digits = 4;
                sc->unit = 0;

            } else {
                sc->lone |= sc->high;
                sc->high = 0;
            }

        } else if (c == '\\') {
            sc->escape = 1;

        } else {
            sc->lone |= sc->high;
            sc->high = 0;
            sc->string = c != '"';
        }
    }
}


static void
pyexec_scan_unit(pyexec_scan_t *sc)
{
    unsigned  low;

    low = sc->unit >= 0xdc00 && sc->unit <= 0xdfff;

    sc->lone |= sc->high != low;
    sc->high = sc->unit >= 0xd800 && sc->unit <= 0xdbff;
}
