
#include <stdlib.h>
#include <string.h>

#include <sha256.h>

#include "run/pyexec_bundle.h"
#include "run/pyexec_hints.h"
#include "run/pyexec_result.h"
#include "run/pyexec_return.h"
#include "store/pyexec_path.h"


/* characters of an attempt's code, and of its traceback, that are kept */

#define PYEXEC_PREVIEW      50000
#define PYEXEC_RAW          20000


static void pyexec_result_missing(yajl_gen g, const pyexec_attempt_t *a);
static void pyexec_result_streams(yajl_gen g, const pyexec_run_t *run,
    const pyexec_attempt_t *a, unsigned truncated);
static int pyexec_result_cut(yajl_gen g, const char *key,
    const pyexec_str_t *s, size_t max);
static void pyexec_result_sha256(yajl_gen g, const pyexec_str_t *code);
static void pyexec_result_error(yajl_gen g, const pyexec_attempt_t *a);
static void pyexec_result_location(yajl_gen g, const pyexec_attempt_t *a);
static void pyexec_result_files(yajl_gen g, pyexec_run_t *run);
static void pyexec_result_validation(yajl_gen g, const pyexec_attempt_t *a);
static void pyexec_result_violations(yajl_gen g, pyexec_list_t list);


void
pyexec_result_attempt(pyexec_run_t *run, const pyexec_attempt_t *a,
    const pyexec_str_t *method)
{
    yajl_gen  g;

    g = pyexec_json_gen(&run->attempts);

    pyexec_json_map(g, NULL);
    pyexec_json_int(g, "attempt", run->nattempts);
    pyexec_json_cstr(g, "status", a->verdict);
    pyexec_result_sha256(g, &run->code);
    (void) pyexec_result_cut(g, "code_preview", &run->code, PYEXEC_PREVIEW);
    pyexec_result_streams(g, run, a, 0);
    pyexec_result_error(g, a);
    pyexec_json_seconds(g, "execution_time_seconds", a->time);

    if (method) {
        pyexec_json_map(g, "autocorrect");
        pyexec_json_bool(g, "applied", 1);
        pyexec_json_text(g, "method", method);
        yajl_gen_map_close(g);
    }

    yajl_gen_map_close(g);
    yajl_gen_free(g);

    pyexec_buf_add(&run->attempts, "\n", 1);
}


void
pyexec_result_json(pyexec_run_t *run, const pyexec_attempt_t *a,
    pyexec_buf_t *out)
{
    yajl_gen       g;
    pyexec_str_t   line;
    const u_char  *p, *end, *nl;

    g = pyexec_json_gen(out);

    pyexec_json_map(g, NULL);
    pyexec_json_cstr(g, "run_id", run->run_id);
    pyexec_json_text(g, "session_id", &run->request->session);
    pyexec_json_cstr(g, "started_at", run->started_at);
    pyexec_json_cstr(g, "status", a->verdict);
    pyexec_result_streams(g, run, a, 1);
    pyexec_json_seconds(g, "execution_time_seconds", run->time);
    pyexec_result_files(g, run);
    pyexec_bundle_json(g, a);
    pyexec_hints(run, a, a->result.len || a->display.len, g);

    pyexec_json_array(g, "attempts");

    end = run->attempts.data + run->attempts.len;

    for (p = run->attempts.data; p < end; p = nl + 1) {
        nl = memchr(p, '\n', end - p);
        line.data = p;
        line.len = nl - p;
        pyexec_json_raw(g, NULL, &line);
    }

    yajl_gen_array_close(g);

    pyexec_result_validation(g, a);

    if (a->limit) {
        pyexec_json_cstr(g, "limit", a->limit);
    }

    if (strcmp(a->verdict, "deps_missing") == 0) {
        pyexec_result_missing(g, a);
    }

    yajl_gen_map_close(g);
    yajl_gen_free(g);
}


/* what the check has found, or what the run's last exception is about */

static void
pyexec_result_missing(yajl_gen g, const pyexec_attempt_t *a)
{
    if (!a->has_failed) {
        pyexec_json_list(g, "missing_dependencies", a->checked.missing);
        return;
    }

    pyexec_json_array(g, "missing_dependencies");
    pyexec_json_text(g, NULL, &a->failed.undefined);
    yajl_gen_array_close(g);
}


static void
pyexec_result_streams(yajl_gen g, const pyexec_run_t *run,
    const pyexec_attempt_t *a, unsigned truncated)
{
    int           out_cut, err_cut;
    size_t        max;
    pyexec_str_t  out, err;

    max = run->request->max_output;
    out = pyexec_buf_str(&a->out.kept);
    err = pyexec_buf_str(&a->err.kept);

    out_cut = pyexec_result_cut(g, "stdout", &out, max);
    err_cut = pyexec_result_cut(g, "stderr", &err, max);

    if (truncated) {
        pyexec_json_bool(g, "stdout_truncated", out_cut);
        pyexec_json_bool(g, "stderr_truncated", err_cut);
    }
}


/* writes up to max characters of s; returns 1 if it has more */

static int
pyexec_result_cut(yajl_gen g, const char *key, const pyexec_str_t *s,
    size_t max)
{
    int           cut;
    pyexec_buf_t  text = { NULL, 0, 0 };
    pyexec_str_t  whole;

    cut = pyexec_buf_text(&text, s, max);
    whole = pyexec_buf_str(&text);

    pyexec_json_text(g, key, &whole);
    pyexec_buf_free(&text);

    return cut;
}


static void
pyexec_result_sha256(yajl_gen g, const pyexec_str_t *code)
{
    char  hex[SHA256_DIGEST_STRING_LENGTH];

    pyexec_json_cstr(g, "code_sha256",
                     SHA256Data(code->data, code->len, hex));
}


static void
pyexec_result_error(yajl_gen g, const pyexec_attempt_t *a)
{
    pyexec_str_t  raw;

    raw = pyexec_buf_str(&a->err.kept);

    pyexec_json_map(g, "error");

    if (a->has_failed) {
        pyexec_json_text(g, "type", &a->failed.type);
        pyexec_json_text(g, "message", &a->failed.message);
        raw = a->failed.raw;

    } else {
        pyexec_json_cstr(g, "type", a->type);

        if (a->type && a->message[0] == '\0') {
            pyexec_json_text(g, "message", &raw);

        } else {
            pyexec_json_cstr(g, "message", a->type ? a->message : NULL);
        }
    }

    pyexec_result_location(g, a);

    if (strcmp(a->verdict, "ok") == 0) {
        raw.len = 0;
    }

    (void) pyexec_result_cut(g, "raw", &raw, PYEXEC_RAW);

    yajl_gen_map_close(g);
}


static void
pyexec_result_location(yajl_gen g, const pyexec_attempt_t *a)
{
    char          *place, reason[1024];
    size_t         len;
    pyexec_str_t   file = pyexec_str(PYEXEC_MAIN);
    unsigned long  line;

    line = 0;

    if (a->has_failed && a->failed.file.len) {
        file = a->failed.file;
        line = a->failed.line;

    } else if (a->has_checked && strcmp(a->verdict, "syntax_error") == 0) {

        /* stderr has the reasons, of which the first ends "(line L:C)" */

        len = a->err.kept.len < sizeof(reason) ? a->err.kept.len
                                               : sizeof(reason) - 1;
        memcpy(reason, a->err.kept.data, len);
        reason[len] = '\0';

        place = strstr(reason, " (line ");
        line = place ? strtoul(place + 7, NULL, 10) : 0;
    }

    if (line == 0) {
        pyexec_json_null(g, "location");
        return;
    }

    pyexec_json_map(g, "location");
    pyexec_json_text(g, "file", &file);
    pyexec_json_int(g, "line", line);
    yajl_gen_map_close(g);
}


static void
pyexec_result_files(yajl_gen g, pyexec_run_t *run)
{
    size_t                i, top;
    pyexec_buf_t          path = { NULL, 0, 0 };
    const pyexec_file_t  *file;

    pyexec_return_choose(run);

    pyexec_buf_add(&path, PYEXEC_RUNS "/", sizeof(PYEXEC_RUNS));
    pyexec_buf_add(&path, run->run_id, PYEXEC_RUN_ID_LEN);
    pyexec_buf_add(&path, "/", 1);
    top = path.len;

    pyexec_json_array(g, "created_files");

    for (i = 0; i < run->files.nfiles; i++) {
        file = &run->files.files[i];

        path.len = top;
        pyexec_buf_add(&path, file->path, strlen(file->path) + 1);

        pyexec_json_map(g, NULL);
        pyexec_path_members(g, (char *) path.data, file->size,
                            &file->modified, &run->request->url,
                            &run->request->session);
        pyexec_return_file(g, run, file);
        yajl_gen_map_close(g);
    }

    yajl_gen_array_close(g);

    pyexec_buf_free(&path);
}


static void
pyexec_result_validation(yajl_gen g, const pyexec_attempt_t *a)
{
    const char                    *status;
    const pyexec_child_checked_t  *c;

    static const pyexec_child_checked_t  unchecked;

    /* the verdict, not the child's word, which is any string */

    c = a->has_checked ? &a->checked : &unchecked;
    status = a->has_checked ? "ok" : NULL;

    if (strcmp(a->verdict, "blocked") == 0
        || strcmp(a->verdict, "syntax_error") == 0)
    {
        status = a->verdict;
    }

    pyexec_json_map(g, "validation");
    pyexec_json_bool(g, "ok", status && strcmp(status, "ok") == 0);
    pyexec_json_cstr(g, "status", status);
    pyexec_json_list(g, "reasons", c->reasons);
    pyexec_json_list(g, "imports", c->imports);
    pyexec_result_violations(g, c->violations);
    yajl_gen_map_close(g);
}


/* list: four strings (rule, name, line, column) for each violation */

static void
pyexec_result_violations(yajl_gen g, pyexec_list_t list)
{
    pyexec_str_t  rule, name, line, column;

    pyexec_json_array(g, "violations");

    while (pyexec_list_next(&list, &rule) == 1
           && pyexec_list_next(&list, &name) == 1
           && pyexec_list_next(&list, &line) == 1
           && pyexec_list_next(&list, &column) == 1)
    {
        pyexec_json_map(g, NULL);
        pyexec_json_text(g, "rule", &rule);
        pyexec_json_text(g, "name", &name);
        pyexec_json_digits(g, "line", &line);
        pyexec_json_digits(g, "column", &column);
        yajl_gen_map_close(g);
    }

    yajl_gen_array_close(g);
}
