
#include <string.h>

#include <arpa/inet.h>

#include "base/pyexec_str.h"


int
pyexec_str_is(const pyexec_str_t *s, const char *word)
{
    return s->len == strlen(word) && pyexec_str_begins(s, word);
}


int
pyexec_str_begins(const pyexec_str_t *s, const char *word)
{
    size_t  len;

    len = strlen(word);

    return len == 0 || (s->len >= len && memcmp(s->data, word, len) == 0);
}


int
pyexec_str_has(const pyexec_str_t *s, const char *word)
{
    return s->len && memmem(s->data, s->len, word, strlen(word)) != NULL;
}


size_t
pyexec_list_size(const pyexec_str_t *s)
{
    return 4 + s->len;
}


u_char *
pyexec_list_add(u_char *p, const pyexec_str_t *s)
{
    uint32_t  len;

    len = htonl((uint32_t) s->len);
    memcpy(p, &len, 4);

    if (s->len != 0) {
        memcpy(p + 4, s->data, s->len);
    }

    return p + 4 + s->len;
}


int
pyexec_list_next(pyexec_list_t *list, pyexec_str_t *s)
{
    uint32_t  len;

    if (list->len == 0) {
        return 0;
    }

    if (list->len < 4) {
        return -1;
    }

    memcpy(&len, list->data, 4);
    len = ntohl(len);

    if (len > list->len - 4) {
        return -1;
    }

    s->data = list->data + 4;
    s->len = len;

    list->data += 4 + s->len;
    list->len -= 4 + s->len;

    return 1;
}


size_t
pyexec_utf8_len(const u_char *p, const u_char *end)
{
    size_t    i, n;
    uint32_t  c, least;

    if (*p < 0x80) {
        return 1;
    }

    if (*p >= 0xc2 && *p < 0xe0) {
        n = 2;
        c = *p & 0x1f;
        least = 0x80;

    } else if (*p >= 0xe0 && *p < 0xf0) {
        n = 3;
        c = *p & 0x0f;
        least = 0x800;

    } else if (*p >= 0xf0 && *p < 0xf5) {
        n = 4;
        c = *p & 0x07;
        least = 0x10000;

    } else {
        return 0;
    }

    if ((size_t) (end - p) < n) {
        return 0;
    }

    for (i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }

        c = c << 6 | (p[i] & 0x3f);
    }

    if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
        return 0;
    }

    return n;
}
