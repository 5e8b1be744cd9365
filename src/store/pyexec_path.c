
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/pyexec_mime.h"
#include "store/pyexec_path.h"


static void pyexec_path_url(pyexec_buf_t *out, const pyexec_str_t *prefix,
    const pyexec_str_t *session, const char *path);
static void pyexec_path_escape(pyexec_buf_t *out, const u_char *p, size_t len,
    const char *plain);


void
pyexec_path_text(pyexec_buf_t *out, const char *path)
{
    char           byte[5];
    size_t         n;
    const u_char  *p, *end;

    p = (const u_char *) path;
    end = p + strlen(path);

    for ( /* void */ ; p < end; p += n) {

        n = pyexec_utf8_len(p, end);

        if (n == 0 || (end - p > 3 && p[0] == '\\' && p[1] == 'x'
                       && isxdigit(p[2]) && isxdigit(p[3])))
        {
            (void) snprintf(byte, sizeof(byte), "\\x%02x", *p);
            pyexec_buf_add(out, byte, 4);
            n = 1;

        } else {
            pyexec_buf_add(out, p, n);
        }
    }
}


void
pyexec_path_members(yajl_gen g, const char *path, uint64_t size,
    const struct timespec *modified, const pyexec_str_t *prefix,
    const pyexec_str_t *session)
{
    char          iso[PYEXEC_ISO_LEN + 1];
    pyexec_buf_t  text = { NULL, 0, 0 };
    pyexec_str_t  s;

    pyexec_path_text(&text, path);
    s = pyexec_buf_str(&text);
    pyexec_iso(iso, modified);

    pyexec_json_text(g, "path", &s);
    pyexec_json_int(g, "size_bytes", size);
    pyexec_json_cstr(g, "modified_at", iso);
    pyexec_json_cstr(g, "mime_type", pyexec_mime_type(path));

    if (prefix->len) {
        text.len = 0;
        pyexec_path_url(&text, prefix, session, path);
        s = pyexec_buf_str(&text);
        pyexec_json_text(g, "url", &s);
    }

    pyexec_buf_free(&text);
}


static void
pyexec_path_url(pyexec_buf_t *out, const pyexec_str_t *prefix,
    const pyexec_str_t *session, const char *path)
{
    pyexec_buf_add(out, prefix->data, prefix->len);
    pyexec_path_escape(out, session->data, session->len, "-._~");
    pyexec_buf_add(out, "/", 1);
    pyexec_path_escape(out, (const u_char *) path, strlen(path), "-._~/");
}


/* all but letters, digits, and what is in plain, which must not be "%" */

static void
pyexec_path_escape(pyexec_buf_t *out, const u_char *p, size_t len,
    const char *plain)
{
    char    byte[4];
    size_t  i;

    for (i = 0; i < len; i++) {

        if (isascii(p[i]) && (isalnum(p[i]) || strchr(plain, p[i]))) {
            pyexec_buf_add(out, &p[i], 1);

        } else {
            (void) snprintf(byte, sizeof(byte), "%%%02X", p[i]);
            pyexec_buf_add(out, byte, 3);
        }
    }
}
