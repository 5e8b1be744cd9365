
#include <stdio.h>
#include <string.h>

#include <yajl/yajl_parse.h>

#include "base/pyexec_base64.h"
#include "base/pyexec_parse.h"
#include "run/pyexec_bundle.h"
#include "run/pyexec_event.h"
#include "wire/pyexec_message.h"


#define PYEXEC_MAX_BUNDLES  1000
#define PYEXEC_BUNDLE_DEPTH 100            /* of JSON; yajl has no limit */


typedef enum {
    PYEXEC_BUNDLE_TEXT = 0,
    PYEXEC_BUNDLE_BYTES,                   /* written in base64 */
    PYEXEC_BUNDLE_JSON
} pyexec_form_e;


typedef struct {
    const char            *mime;
    pyexec_form_e          form;
} pyexec_part_t;


static int pyexec_bundle_parts(pyexec_buf_t *out, pyexec_list_t list);
static const pyexec_part_t *pyexec_bundle_part(const pyexec_str_t *mime);
static void pyexec_bundle_write(yajl_gen g, const pyexec_part_t *part,
    const pyexec_str_t *data);
static void pyexec_bundle_bytes(yajl_gen g, const char *mime,
    const pyexec_str_t *data);
static void pyexec_bundle_value(yajl_gen g, const char *mime,
    const pyexec_str_t *data);
static int pyexec_bundle_open(void *depth);
static int pyexec_bundle_close(void *depth);
static void pyexec_bundle_lost(yajl_gen g, unsigned n);


static const pyexec_part_t  pyexec_parts[] = {
    { "text/plain", PYEXEC_BUNDLE_TEXT },
    { "text/html", PYEXEC_BUNDLE_TEXT },
    { "text/markdown", PYEXEC_BUNDLE_TEXT },
    { "text/latex", PYEXEC_BUNDLE_TEXT },
    { "image/svg+xml", PYEXEC_BUNDLE_TEXT },
    { "image/png", PYEXEC_BUNDLE_BYTES },
    { "image/jpeg", PYEXEC_BUNDLE_BYTES },
    { "application/json", PYEXEC_BUNDLE_JSON }
};


static const yajl_callbacks  pyexec_bundle_callbacks = {
    .yajl_start_map = pyexec_bundle_open,
    .yajl_end_map = pyexec_bundle_close,
    .yajl_start_array = pyexec_bundle_open,
    .yajl_end_array = pyexec_bundle_close
};


int
pyexec_bundle_add(pyexec_run_t *run, pyexec_attempt_t *a,
    const pyexec_str_t *payload)
{
    size_t                  len;
    pyexec_str_t            json;
    pyexec_buf_t           *out;
    pyexec_child_bundle_t   bundle;

    if (pyexec_wire_decode(PYEXEC_MSG_CHILD_BUNDLE, payload->data,
                           payload->len, &bundle)
        == -1
        || bundle.kind > PYEXEC_BUNDLE_DISPLAY)
    {
        return -1;
    }

    out = bundle.kind == PYEXEC_BUNDLE_RESULT ? &a->result : &a->display;

    /* code can send a second result only by itself */

    if (bundle.kind == PYEXEC_BUNDLE_RESULT) {
        a->result.len = 0;

    } else if (a->nbundles == PYEXEC_MAX_BUNDLES) {
        a->nlost++;
        return 0;
    }

    len = out->len;

    if (pyexec_bundle_parts(out, bundle.parts) == -1) {
        out->len = len;
        return -1;
    }

    if (a->result.len + a->display.len > run->request->max_inline) {
        out->len = len;
        a->nlost++;

    } else if (bundle.kind == PYEXEC_BUNDLE_DISPLAY) {
        json.data = a->display.data + len;
        json.len = a->display.len - len;
        pyexec_event_display(run, a, &json);

        pyexec_buf_add(&a->display, "\n", 1);
        a->nbundles++;
    }

    return 0;
}


static int
pyexec_bundle_parts(pyexec_buf_t *out, pyexec_list_t list)
{
    int                   rc;
    yajl_gen              g;
    unsigned              seen;
    pyexec_str_t          mime, data;
    const pyexec_part_t  *part;

    g = pyexec_json_gen(out);
    seen = 0;

    pyexec_json_map(g, NULL);

    while ((rc = pyexec_list_next(&list, &mime)) == 1
           && (rc = pyexec_list_next(&list, &data)) == 1)
    {
        part = pyexec_bundle_part(&mime);

        /* each at most once */

        if (part && !(seen & 1 << (part - pyexec_parts))) {
            seen |= 1 << (part - pyexec_parts);
            pyexec_bundle_write(g, part, &data);
        }
    }

    yajl_gen_map_close(g);
    yajl_gen_free(g);

    return rc;
}


static const pyexec_part_t *
pyexec_bundle_part(const pyexec_str_t *mime)
{
    unsigned  i;

    for (i = 0; i < sizeof(pyexec_parts) / sizeof(pyexec_parts[0]); i++) {
        if (strlen(pyexec_parts[i].mime) == mime->len
            && memcmp(pyexec_parts[i].mime, mime->data, mime->len) == 0)
        {
            return &pyexec_parts[i];
        }
    }

    return NULL;
}


static void
pyexec_bundle_write(yajl_gen g, const pyexec_part_t *part,
    const pyexec_str_t *data)
{
    switch (part->form) {

    case PYEXEC_BUNDLE_BYTES:
        pyexec_bundle_bytes(g, part->mime, data);
        break;

    case PYEXEC_BUNDLE_JSON:
        pyexec_bundle_value(g, part->mime, data);
        break;

    default:
        pyexec_json_text(g, part->mime, data);
    }
}


static void
pyexec_bundle_bytes(yajl_gen g, const char *mime, const pyexec_str_t *data)
{
    u_char        *last;
    pyexec_buf_t   text = { NULL, 0, 0 };
    pyexec_str_t   s;

    last = pyexec_base64_encode(pyexec_buf_reserve(&text,
                                          PYEXEC_BASE64_LEN(data->len) + 1),
                                data->data, data->len);
    text.len = last - text.data;
    s = pyexec_buf_str(&text);

    pyexec_json_text(g, mime, &s);
    pyexec_buf_free(&text);
}


/* JSON that is not valid, or has a line break, becomes null */

static void
pyexec_bundle_value(yajl_gen g, const char *mime, const pyexec_str_t *data)
{
    unsigned      depth;
    yajl_handle   parser;
    yajl_status   status;
    pyexec_buf_t  text = { NULL, 0, 0 };
    pyexec_str_t  json;

    (void) pyexec_buf_text(&text, data, data->len);

    depth = 0;
    parser = yajl_alloc(&pyexec_bundle_callbacks, NULL, &depth);
    status = parser ? yajl_parse(parser, text.data, text.len)
                    : yajl_status_error;

    if (status == yajl_status_ok) {
        status = pyexec_parse_end(parser);
    }

    if (parser) {
        yajl_free(parser);
    }

    json = pyexec_buf_str(&text);

    if (status == yajl_status_ok && json.len
        && memchr(json.data, '\n', json.len) == NULL
        && memchr(json.data, '\r', json.len) == NULL)
    {
        pyexec_json_raw(g, mime, &json);

    } else {
        pyexec_json_null(g, mime);
    }

    pyexec_buf_free(&text);
}


static int
pyexec_bundle_open(void *depth)
{
    return ++*(unsigned *) depth <= PYEXEC_BUNDLE_DEPTH;
}


static int
pyexec_bundle_close(void *depth)
{
    --*(unsigned *) depth;

    return 1;
}


void
pyexec_bundle_json(yajl_gen g, const pyexec_attempt_t *a)
{
    pyexec_str_t   line;
    const u_char  *p, *end;

    if (a->result.len && strcmp(a->verdict, "ok") == 0) {
        line = pyexec_buf_str(&a->result);
        pyexec_json_raw(g, "result", &line);

    } else {
        pyexec_json_null(g, "result");
    }

    pyexec_json_array(g, "display");

    p = a->display.data;
    end = p ? p + a->display.len : p;

    for ( /* void */ ; p < end; p += line.len + 1) {
        line.data = p;
        line.len = (const u_char *) memchr(p, '\n', end - p) - p;
        pyexec_json_raw(g, NULL, &line);
    }

    if (a->nlost) {
        pyexec_bundle_lost(g, a->nlost);
    }

    yajl_gen_array_close(g);
}


static void
pyexec_bundle_lost(yajl_gen g, unsigned n)
{
    char  text[64];

    (void) snprintf(text, sizeof(text), "[... %u more, over pyexec_max_inline]",
                    n);

    pyexec_json_map(g, NULL);
    pyexec_json_cstr(g, "text/plain", text);
    yajl_gen_map_close(g);
}
