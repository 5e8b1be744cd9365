
#include <errno.h>
#include <string.h>

#include <sys/socket.h>

#include "base/pyexec_io.h"
#include "run/pyexec_event.h"
#include "wire/pyexec_message.h"


/* of an event's JSON in one message: a worker holds one at a time */

#define PYEXEC_EVENT_PART   32768          /* bytes */


static void pyexec_event_stream(pyexec_run_t *run, const char *name,
    pyexec_stream_t *s, unsigned ended);
static size_t pyexec_event_whole(const u_char *p, size_t len);
static size_t pyexec_event_chars(const pyexec_buf_t *text);
static int pyexec_event_write(pyexec_run_t *run);


void
pyexec_event_start(pyexec_run_t *run)
{
    yajl_gen        g;
    pyexec_buf_t    json = { NULL, 0, 0 };
    pyexec_str_t    whole;
    pyexec_start_t  start;

    start.run_id.data = (u_char *) run->run_id;
    start.run_id.len = strlen(run->run_id);
    start.started_at.data = (u_char *) run->started_at;
    start.started_at.len = strlen(run->started_at);

    if (!run->request->events) {
        (void) pyexec_send(run->client, PYEXEC_MSG_START, &start, NULL, 0);
        return;
    }

    g = pyexec_json_gen(&json);

    pyexec_json_map(g, NULL);
    pyexec_json_cstr(g, "run_id", run->run_id);
    pyexec_json_text(g, "session_id", &run->request->session);
    pyexec_json_cstr(g, "started_at", run->started_at);
    yajl_gen_map_close(g);
    yajl_gen_free(g);

    whole = pyexec_buf_str(&json);

    (void) pyexec_buf_message(&run->events, PYEXEC_MSG_START, &start);
    pyexec_event(run, "start", &whole);
    pyexec_event_flush(run);

    pyexec_buf_free(&json);
}


void
pyexec_event_output(pyexec_run_t *run, pyexec_attempt_t *a, unsigned ended)
{
    if (!run->request->events
        || (!ended && !(a->has_checked
                        && pyexec_str_is(&a->checked.status, "ok"))))
    {
        return;
    }

    pyexec_event_stream(run, "stdout", &a->out, ended);
    pyexec_event_stream(run, "stderr", &a->err, ended);
}


static void
pyexec_event_stream(pyexec_run_t *run, const char *name, pyexec_stream_t *s,
    unsigned ended)
{
    yajl_gen      g;
    pyexec_buf_t  json = { NULL, 0, 0 };
    pyexec_buf_t  text = { NULL, 0, 0 };
    pyexec_str_t  whole;

    whole.data = s->kept.data + s->told;
    whole.len = s->kept.len - s->told;

    if (!ended) {
        whole.len = pyexec_event_whole(whole.data, whole.len);
    }

    if (whole.len == 0 || s->chars == run->request->max_output) {
        return;
    }

    (void) pyexec_buf_text(&text, &whole, run->request->max_output - s->chars);

    s->told += whole.len;
    s->chars += pyexec_event_chars(&text);
    whole = pyexec_buf_str(&text);

    g = pyexec_json_gen(&json);

    pyexec_json_map(g, NULL);
    pyexec_json_int(g, "attempt", run->nattempts + 1);
    pyexec_json_text(g, "data", &whole);
    yajl_gen_map_close(g);
    yajl_gen_free(g);

    whole = pyexec_buf_str(&json);
    pyexec_event(run, name, &whole);

    pyexec_buf_free(&text);
    pyexec_buf_free(&json);
}


/* of len bytes of UTF-8, those before a character whose rest is to come */

static size_t
pyexec_event_whole(const u_char *p, size_t len)
{
    u_char  c;
    size_t  n, need;

    for (n = 1; n < 4 && n <= len; n++) {

        c = p[len - n];

        if ((c & 0xc0) != 0x80) {
            need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
            return need > n ? len - n : len;
        }
    }

    return len;
}


static size_t
pyexec_event_chars(const pyexec_buf_t *text)
{
    size_t  i, n;

    for (i = 0, n = 0; i < text->len; i++) {
        n += (text->data[i] & 0xc0) != 0x80;
    }

    return n;
}


void
pyexec_event_display(pyexec_run_t *run, pyexec_attempt_t *a,
    const pyexec_str_t *bundle)
{
    yajl_gen      g;
    pyexec_buf_t  json = { NULL, 0, 0 };
    pyexec_str_t  whole;

    if (!run->request->events) {
        return;
    }

    pyexec_event_output(run, a, 0);

    g = pyexec_json_gen(&json);

    pyexec_json_map(g, NULL);
    pyexec_json_int(g, "attempt", run->nattempts + 1);
    pyexec_json_raw(g, "bundle", bundle);
    yajl_gen_map_close(g);
    yajl_gen_free(g);

    whole = pyexec_buf_str(&json);
    pyexec_event(run, "display", &whole);

    pyexec_buf_free(&json);
}


void
pyexec_event_attempt(pyexec_run_t *run)
{
    pyexec_str_t   json;
    const u_char  *first, *nl;

    if (!run->request->events) {
        return;
    }

    first = run->attempts.data;
    json.len = run->attempts.len - 1;

    nl = memrchr(first, '\n', json.len);

    json.data = nl ? nl + 1 : first;
    json.len -= json.data - first;

    pyexec_event(run, "attempt", &json);
}


void
pyexec_event(pyexec_run_t *run, const char *name, const pyexec_str_t *json)
{
    size_t          left;
    pyexec_event_t  event;

    if (!run->request->events) {
        return;
    }

    event.name.data = (const u_char *) name;
    event.name.len = strlen(name);
    event.json.data = json->data;
    left = json->len;

    do {
        event.more = left > PYEXEC_EVENT_PART;
        event.json.len = event.more ? PYEXEC_EVENT_PART : left;

        (void) pyexec_buf_message(&run->events, PYEXEC_MSG_EVENT, &event);

        event.name.len = 0;
        event.json.data += event.json.len;
        left -= event.json.len;

    } while (event.more);
}


int
pyexec_event_send(pyexec_run_t *run, pyexec_msg_e type, const void *msg)
{
    if (pyexec_buf_message(&run->events, type, msg) == -1) {
        errno = EMSGSIZE;
        return -1;
    }

    return pyexec_event_write(run);
}


void
pyexec_event_flush(pyexec_run_t *run)
{
    if (run->events.len) {
        (void) pyexec_event_write(run);
    }
}


static int
pyexec_event_write(pyexec_run_t *run)
{
    int            rc;
    ssize_t        n;
    pyexec_buf_t  *b;

    b = &run->events;
    rc = -1;
    n = pyexec_send_fds_wait(run->client, b->data, b->len, NULL, 0);

    if (n != -1) {
        rc = pyexec_write_all(run->client, b->data + n, b->len - n);
    }

    /* the worker does not read, or is gone: the run is cancelled */

    if (rc == -1) {
        (void) shutdown(run->client, SHUT_RDWR);
    }

    pyexec_buf_free(b);

    return rc;
}
