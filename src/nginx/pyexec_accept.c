
#include <string.h>
#include <strings.h>

#include "nginx/pyexec_accept.h"


static void pyexec_accept_range(pyexec_accept_t *a, const u_char *p,
    const u_char *end);
static const u_char *pyexec_accept_find(const u_char *p, const u_char *end,
    u_char c);
static int pyexec_accept_weight(const u_char *p, const u_char *end);
static int pyexec_accept_is(const u_char *p, const u_char *end,
    const char *word);


static const char *const  pyexec_accept_types[PYEXEC_ACCEPT_TYPES] = {
    [PYEXEC_ACCEPT_JSON] = "application/json",
    [PYEXEC_ACCEPT_SSE] = "text/event-stream",
    [PYEXEC_ACCEPT_NDJSON] = "application/x-ndjson"
};


void
pyexec_accept(pyexec_accept_t *a, const u_char *p, size_t len)
{
    const u_char  *end, *comma;

    for (end = p + len; p < end; p = comma + 1) {
        comma = pyexec_accept_find(p, end, ',');
        pyexec_accept_range(a, p, comma);

        if (comma == end) {
            break;
        }
    }
}


pyexec_accept_e
pyexec_accept_choice(const pyexec_accept_t *a)
{
    pyexec_accept_e  events;

    events = a->weight[PYEXEC_ACCEPT_NDJSON] > a->weight[PYEXEC_ACCEPT_SSE]
             ? PYEXEC_ACCEPT_NDJSON : PYEXEC_ACCEPT_SSE;

    return a->weight[events] > a->weight[PYEXEC_ACCEPT_JSON]
           ? events : PYEXEC_ACCEPT_JSON;
}


/* a type with its parameters: " text/event-stream; q=0.5" */

static void
pyexec_accept_range(pyexec_accept_t *a, const u_char *p, const u_char *end)
{
    int            weight;
    unsigned       i;
    const u_char  *part, *next;

    part = pyexec_accept_find(p, end, ';');

    for (i = 0; i < PYEXEC_ACCEPT_TYPES; i++) {
        if (pyexec_accept_is(p, part, pyexec_accept_types[i])) {
            break;
        }
    }

    if (i == PYEXEC_ACCEPT_TYPES) {
        return;
    }

    weight = 1000;

    for ( /* void */ ; part < end; part = next) {
        next = pyexec_accept_find(part + 1, end, ';');
        p = pyexec_accept_find(part + 1, next, '=');

        if (p < next && pyexec_accept_is(part + 1, p, "q")) {
            weight = pyexec_accept_weight(p + 1, next);
            break;
        }
    }

    if (weight > (int) a->weight[i]) {
        a->weight[i] = weight;
    }
}


/* the first c that is not in a quoted string, or end */

static const u_char *
pyexec_accept_find(const u_char *p, const u_char *end, u_char c)
{
    unsigned  quoted;

    for (quoted = 0; p < end; p++) {

        if (*p == '"') {
            quoted = !quoted;

        } else if (quoted && *p == '\\' && p + 1 < end) {
            p++;

        } else if (!quoted && *p == c) {
            break;
        }
    }

    return p;
}


/* thousandths; 0 if it is malformed */

static int
pyexec_accept_weight(const u_char *p, const u_char *end)
{
    int  weight, unit;

    while (end > p && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }

    if (p == end || (*p != '0' && *p != '1')) {
        return 0;
    }

    weight = (*p++ - '0') * 1000;

    if (p == end) {
        return weight;
    }

    if (*p++ != '.' || end - p > 3) {
        return 0;
    }

    for (unit = 100; p < end; p++, unit /= 10) {

        if (*p < '0' || *p > '9') {
            return 0;
        }

        weight += (*p - '0') * unit;
    }

    return weight > 1000 ? 0 : weight;
}


/* case does not count, nor do blanks around it */

static int
pyexec_accept_is(const u_char *p, const u_char *end, const char *word)
{
    size_t  len;

    while (p < end && (*p == ' ' || *p == '\t')) {
        p++;
    }

    while (end > p && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }

    len = strlen(word);

    return (size_t) (end - p) == len
           && strncasecmp((const char *) p, word, len) == 0;
}
