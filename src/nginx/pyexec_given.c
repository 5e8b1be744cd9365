
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/mman.h>

#include "base/pyexec_base64.h"
#include "base/pyexec_io.h"
#include "nginx/pyexec_given.h"
#include "wire/pyexec_name.h"


#define PYEXEC_PIECE        16384          /* characters, decoded at a time */
#define PYEXEC_SEALS        (F_SEAL_SEAL|F_SEAL_SHRINK|F_SEAL_GROW            \
                             |F_SEAL_WRITE)


static int pyexec_given_open(pyexec_given_t *g, pyexec_given_e which);
static ssize_t pyexec_given_decode(int fd, const u_char *base64, size_t len,
    uint64_t max, const char **wrong);


int
pyexec_given_input(pyexec_given_t *g, const u_char *text, size_t len)
{
    int  fd;

    fd = pyexec_given_open(g, PYEXEC_GIVEN_INPUT);

    if (fd == -1 || pyexec_given_clear(g, PYEXEC_GIVEN_INPUT) == -1) {
        return -1;
    }

    return pyexec_write_all(fd, text, len);
}


int
pyexec_given_clear(pyexec_given_t *g, pyexec_given_e which)
{
    if (which == PYEXEC_GIVEN_FILES) {
        g->size = 0;
        g->n = 0;
    }

    if (g->fds[which] == -1) {
        return 0;
    }

    return lseek(g->fds[which], 0, SEEK_SET) == -1
           ? -1 : ftruncate(g->fds[which], 0);
}


/* the list in the memory, of a path and contents for each file, grows */

int
pyexec_given_path(pyexec_given_t *g, const u_char *path, size_t len)
{
    int           fd;
    u_char        element[PYEXEC_PATH_LEN + 4], *last;
    pyexec_str_t  s = { len, path };

    fd = pyexec_given_open(g, PYEXEC_GIVEN_FILES);

    if (fd == -1 || len > PYEXEC_PATH_LEN) {
        return -1;
    }

    g->n++;
    last = pyexec_list_add(element, &s);

    return pyexec_write_all(fd, element, last - element);
}


int
pyexec_given_file(pyexec_given_t *g, const u_char *base64, size_t len,
    uint64_t max, const char **wrong)
{
    int       fd;
    off_t     start;
    ssize_t   n;
    uint32_t  head;

    /* the element's length goes before its bytes, and is known after them */

    fd = g->fds[PYEXEC_GIVEN_FILES];
    start = lseek(fd, sizeof(head), SEEK_CUR);

    n = start == -1 ? -1 : pyexec_given_decode(fd, base64, len, max - g->size,
                                               wrong);
    if (n == -1) {
        return -1;
    }

    g->size += n;
    head = htonl((uint32_t) n);

    return pwrite(fd, &head, sizeof(head), start - sizeof(head))
           == sizeof(head) ? 0 : -1;
}


/* returns the bytes written */

static ssize_t
pyexec_given_decode(int fd, const u_char *base64, size_t len, uint64_t max,
    const char **wrong)
{
    size_t           part;
    u_char           buf[PYEXEC_PIECE];
    ssize_t          n;
    uint64_t         total;
    pyexec_base64_t  b;

    memset(&b, 0, sizeof(pyexec_base64_t));
    total = 0;

    do {
        part = len < PYEXEC_PIECE ? len : PYEXEC_PIECE;

        n = part ? pyexec_base64_decode(&b, buf, base64, part)
                 : pyexec_base64_end(&b, buf);

        if (n == -1) {
            *wrong = "has contents that are not base64";
            return 0;
        }

        total += n;

        if (total > max) {
            *wrong = "is larger than pyexec_max_inline";
            return 0;
        }

        if (pyexec_write_all(fd, buf, n) == -1) {
            return -1;
        }

        base64 += part;
        len -= part;

    } while (part);

    return total;
}


int
pyexec_given_seal(pyexec_given_t *g)
{
    int  i, fd;

    if (g->fds[PYEXEC_GIVEN_INPUT] == -1 && g->fds[PYEXEC_GIVEN_FILES] == -1) {
        return 0;
    }

    for (i = 0; i < PYEXEC_GIVEN; i++) {

        fd = pyexec_given_open(g, i);

        if (fd == -1 || fcntl(fd, F_ADD_SEALS, PYEXEC_SEALS) == -1) {
            return -1;
        }
    }

    return 0;
}


void
pyexec_given_close(pyexec_given_t *g)
{
    int  i;

    for (i = 0; i < PYEXEC_GIVEN; i++) {
        if (g->fds[i] != -1) {
            (void) close(g->fds[i]);
            g->fds[i] = -1;
        }
    }
}


static int
pyexec_given_open(pyexec_given_t *g, pyexec_given_e which)
{
    if (g->fds[which] == -1) {
        g->fds[which] = memfd_create("pyexec", MFD_CLOEXEC|MFD_ALLOW_SEALING);
    }

    return g->fds[which];
}
