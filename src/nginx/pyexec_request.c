
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pyexec_parse.h"
#include "nginx/pyexec_member.h"
#include "nginx/pyexec_request.h"
#include "wire/pyexec_name.h"


#define PYEXEC_MAX_DEPTH    1000           /* yajl itself has no limit */
#define PYEXEC_MAX_NUMBER   64             /* characters */
#define PYEXEC_MAX_INTEGER  1e15


static int pyexec_fields(pyexec_decoder_t *d);
static int pyexec_on_null(void *ctx);
static int pyexec_on_boolean(void *ctx, int value);
static int pyexec_on_number(void *ctx, const char *s, size_t len);
static int pyexec_on_string(void *ctx, const u_char *s, size_t len);
static int pyexec_on_key(void *ctx, const u_char *s, size_t len);
static int pyexec_on_map(void *ctx);
static int pyexec_on_array(void *ctx);
static int pyexec_on_close(void *ctx);
static int pyexec_on_open(pyexec_decoder_t *d, pyexec_type_e type);
static void pyexec_lone_string(pyexec_decoder_t *d);
static int pyexec_refuse(pyexec_decoder_t *d, unsigned status,
    const char *what, const char *why);


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
    d->request.given = (pyexec_given_t) PYEXEC_NOTHING_GIVEN;

    return &d->request;
}


void
pyexec_request_free(pyexec_request_t *r)
{
    pyexec_decoder_t  *d = (pyexec_decoder_t *) r;

    if (d->parser) {
        yajl_free(d->parser);
    }

    free((void *) r->session.data);
    free((void *) r->code.data);
    free((void *) r->return_files.data);
    pyexec_given_close(&r->given);
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

    pyexec_lone(&d->scan, data + d->scanned, len - d->scanned);
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
        d->status = pyexec_parse_end(d->parser);
    }

    /* it holds the longest string that had an escape */

    yajl_free(d->parser);
    d->parser = NULL;

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
    const char        *why;
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

    if (!pyexec_member_utf8(r->code.data, r->code.len)) {
        return pyexec_refuse(d, 400, "code", "is not UTF-8");
    }

    if (memchr(r->code.data, '\0', r->code.len)) {
        return pyexec_refuse(d, 422, "code", "has a NUL character");
    }

    if (pyexec_given_seal(&r->given) == -1) {
        return pyexec_refuse(d, 500, "memory", "is out");
    }

    return 0;
}


/* null counts as not given */

static int
pyexec_on_null(void *ctx)
{
    pyexec_decoder_t  *d = ctx;

    if (d->inside && d->depth == 2) {
        pyexec_member_wrong(d);
    }

    if (d->depth != 1 || d->member == -1) {
        return 1;
    }

    d->error[d->member] = NULL;

    return pyexec_member_clear(d);
}


static int
pyexec_on_boolean(void *ctx, int value)
{
    pyexec_decoder_t  *d = ctx;

    if (pyexec_member_is(d, PYEXEC_PATTERNS)) {
        d->error[d->member] = NULL;

        return pyexec_member_clear(d)
               && (!value || pyexec_member_pattern(d, (const u_char *) "*", 1));
    }

    if (pyexec_member_value(d, PYEXEC_BOOLEAN)) {
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

    if (!pyexec_member_value(d, PYEXEC_INTEGER)) {
        return 1;
    }

    if (len >= sizeof(number)) {

        if (memchr(s, '.', len) || memchr(s, 'e', len) || memchr(s, 'E', len))
        {
            pyexec_member_wrong(d);
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
        pyexec_member_wrong(d);
        return 1;
    }

    *(int64_t *) ((char *) &d->request + pyexec_members[d->member].offset)
        = (int64_t) value;

    return 1;
}


static int
pyexec_on_string(void *ctx, const u_char *s, size_t len)
{
    pyexec_decoder_t  *d = ctx;

    pyexec_lone_string(d);

    if (d->inside && d->depth == 2) {
        return pyexec_members[d->member].type == PYEXEC_FILES
               ? pyexec_member_contents(d, s, len)
               : pyexec_member_pattern(d, s, len);
    }

    if (pyexec_member_is(d, PYEXEC_INPUT)) {
        return pyexec_member_input(d, s, len);
    }

    return !pyexec_member_value(d, PYEXEC_STRING)
           || pyexec_member_text(d, s, len);
}


static int
pyexec_on_key(void *ctx, const u_char *s, size_t len)
{
    int                i;
    pyexec_decoder_t  *d = ctx;

    pyexec_lone_string(d);

    if (d->depth > 1) {
        return d->inside && d->depth == 2 ? pyexec_member_path(d, s, len) : 1;
    }

    d->member = -1;

    for (i = 0; i < PYEXEC_MEMBERS; i++) {
        if (len == strlen(pyexec_members[i].name)
            && memcmp(s, pyexec_members[i].name, len) == 0)
        {
            d->member = i;
        }
    }

    return 1;
}


/* looks for lone surrogates in the string that ends here */

static void
pyexec_lone_string(pyexec_decoder_t *d)
{
    size_t  end;

    end = yajl_get_bytes_consumed(d->parser);
    pyexec_lone(&d->scan, d->chunk + d->scanned, end - d->scanned);
    d->scanned = end;
}


static int
pyexec_on_map(void *ctx)
{
    pyexec_decoder_t  *d = ctx;

    d->object |= d->depth == 0;

    return pyexec_on_open(d, PYEXEC_FILES);
}


static int
pyexec_on_array(void *ctx)
{
    return pyexec_on_open(ctx, PYEXEC_PATTERNS);
}


static int
pyexec_on_close(void *ctx)
{
    pyexec_decoder_t  *d = ctx;

    if (--d->depth == 1) {
        d->inside = 0;
        d->member = -1;
    }

    return 1;
}


/* type: of the member whose value may begin so */

static int
pyexec_on_open(pyexec_decoder_t *d, pyexec_type_e type)
{
    if (d->depth == 1 && d->member != -1) {

        if (pyexec_member_value(d, type)) {
            d->inside = 1;

            if (!pyexec_member_clear(d)) {
                return 0;
            }
        }

    } else if (d->inside && d->depth == 2) {
        pyexec_member_wrong(d);
    }

    return ++d->depth <= PYEXEC_MAX_DEPTH;
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
