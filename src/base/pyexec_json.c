
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/pyexec_json.h"
#include "base/pyexec_log.h"


static void pyexec_json_print(void *out, const char *s, size_t len);
static void pyexec_json_key(yajl_gen g, const char *key);


yajl_gen
pyexec_json_gen(pyexec_buf_t *out)
{
    yajl_gen  g;

    g = yajl_gen_alloc(NULL);

    if (g == NULL
        || !yajl_gen_config(g, yajl_gen_print_callback, pyexec_json_print, out))
    {
        pyexec_die("yajl_gen_alloc() failed");
    }

    return g;
}


void
pyexec_json_map(yajl_gen g, const char *key)
{
    pyexec_json_key(g, key);
    yajl_gen_map_open(g);
}


void
pyexec_json_array(yajl_gen g, const char *key)
{
    pyexec_json_key(g, key);
    yajl_gen_array_open(g);
}


void
pyexec_json_text(yajl_gen g, const char *key, const pyexec_str_t *s)
{
    pyexec_buf_t  text = { NULL, 0, 0 };

    (void) pyexec_buf_text(&text, s, s->len);

    pyexec_json_key(g, key);
    yajl_gen_string(g, text.data, text.len);

    pyexec_buf_free(&text);
}


void
pyexec_json_cstr(yajl_gen g, const char *key, const char *s)
{
    pyexec_json_key(g, key);

    if (s == NULL) {
        yajl_gen_null(g);

    } else {
        yajl_gen_string(g, (const u_char *) s, strlen(s));
    }
}


void
pyexec_json_int(yajl_gen g, const char *key, uint64_t n)
{
    pyexec_json_key(g, key);
    yajl_gen_integer(g, (long long) n);
}


void
pyexec_json_bool(yajl_gen g, const char *key, int yes)
{
    pyexec_json_key(g, key);
    yajl_gen_bool(g, yes);
}


void
pyexec_json_null(yajl_gen g, const char *key)
{
    pyexec_json_key(g, key);
    yajl_gen_null(g);
}


void
pyexec_json_seconds(yajl_gen g, const char *key, uint64_t us)
{
    int   n;
    char  number[32];

    n = snprintf(number, sizeof(number), "%" PRIu64 ".%06" PRIu64,
                 us / 1000000, us % 1000000);

    pyexec_json_key(g, key);
    yajl_gen_number(g, number, n);
}


void
pyexec_json_digits(yajl_gen g, const char *key, const pyexec_str_t *s)
{
    size_t    i;
    uint64_t  n;

    n = 0;

    for (i = 0; i < s->len && s->data[i] >= '0' && s->data[i] <= '9'; i++) {
        n = n * 10 + s->data[i] - '0';
    }

    pyexec_json_int(g, key, i == s->len ? n & INT64_MAX : 0);
}


void
pyexec_json_list(yajl_gen g, const char *key, pyexec_list_t list)
{
    pyexec_str_t  s;

    pyexec_json_array(g, key);

    while (pyexec_list_next(&list, &s) == 1) {
        pyexec_json_text(g, NULL, &s);
    }

    yajl_gen_array_close(g);
}


/* yajl_gen_number() does not check its argument: any JSON can be written so */

void
pyexec_json_raw(yajl_gen g, const char *key, const pyexec_str_t *json)
{
    pyexec_json_key(g, key);
    yajl_gen_number(g, (const char *) json->data, json->len);
}


void
pyexec_iso(char iso[PYEXEC_ISO_LEN + 1], const struct timespec *ts)
{
    size_t     n;
    struct tm  tm;

    (void) gmtime_r(&ts->tv_sec, &tm);

    n = strftime(iso, PYEXEC_ISO_LEN + 1, "%Y-%m-%dT%H:%M:%S", &tm);
    (void) snprintf(iso + n, PYEXEC_ISO_LEN + 1 - n, ".%06ld+00:00",
                    ts->tv_nsec / 1000);
}


static void
pyexec_json_print(void *out, const char *s, size_t len)
{
    pyexec_buf_add(out, s, len);
}


static void
pyexec_json_key(yajl_gen g, const char *key)
{
    if (key) {
        yajl_gen_string(g, (const u_char *) key, strlen(key));
    }
}
