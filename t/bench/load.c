
/*
 * Clients that ask again and again: each sends one request after another over
 * a connection of its own, and looks at each answer.
 *
 *   load port method path body-file connections requests marker
 *
 * Prints a line of JSON: seconds in all, errors, and latencies in
 * milliseconds by percentile.  An answer that is not 200, or that lacks the
 * marker, is an error; so is a connection that ends.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>


typedef struct {
    int         fd;
    char       *in;                        /* of the answer, up to now */
    size_t      len;
    size_t      size;
    size_t      sent;                      /* of the request */
    double      began;                     /* milliseconds */
} client_t;


static int client_connect(client_t *c);
static void client_event(client_t *c);
static void client_send(client_t *c);
static void client_read(client_t *c);
static int client_answered(client_t *c);
static void client_done(client_t *c, int good);
static char *request(const char *method, const char *path, const char *file,
    size_t *len);
static int by_size(const void *one, const void *other);
static double now(void);


static int          port, epoll, errors;
static char        *text;
static size_t       text_len, started, ended, wanted;
static const char  *marker;
static double      *latencies;


int
main(int argc, char **argv)
{
    int                 i, n, clients;
    double              begin, end;
    client_t           *c;
    struct epoll_event  events[64];

    if (argc != 8) {
        (void) fprintf(stderr, "usage: load port method path body-file "
                       "connections requests marker\n");
        return 2;
    }

    port = atoi(argv[1]);
    text = request(argv[2], argv[3], argv[4], &text_len);
    clients = atoi(argv[5]);
    wanted = strtoul(argv[6], NULL, 10);
    marker = argv[7];

    c = calloc(clients, sizeof(client_t));
    latencies = calloc(wanted + 1, sizeof(double));
    epoll = epoll_create1(0);

    if (text == NULL || c == NULL || latencies == NULL || epoll == -1) {
        perror("load");
        return 2;
    }

    for (i = 0; i < clients; i++) {
        if (client_connect(&c[i]) == -1) {
            perror("connect()");
            return 2;
        }
    }

    begin = now();

    for (i = 0; i < clients && started < wanted; i++) {
        client_send(&c[i]);
    }

    while (ended < wanted) {

        n = epoll_wait(epoll, events, 64, 60000);

        if (n <= 0) {
            (void) fprintf(stderr, "no answer for a minute\n");
            return 1;
        }

        for (i = 0; i < n; i++) {
            client_event(events[i].data.ptr);
        }
    }

    end = now();

    qsort(latencies, wanted, sizeof(double), by_size);

    (void) printf("{\"requests\": %zu, \"errors\": %d, \"seconds\": %.6f, "
                  "\"min\": %.4f, \"p25\": %.4f, \"p50\": %.4f, "
                  "\"p75\": %.4f, \"p99\": %.4f, \"max\": %.4f}\n",
                  wanted, errors, (end - begin) / 1000, latencies[0],
                  latencies[wanted / 4], latencies[wanted / 2],
                  latencies[wanted * 3 / 4], latencies[wanted * 99 / 100],
                  latencies[wanted - 1]);

    return 0;
}


static int
client_connect(client_t *c)
{
    int                 on;
    struct epoll_event  event;
    struct sockaddr_in  sin;

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_port = htons(port);
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    c->fd = socket(AF_INET, SOCK_STREAM, 0);

    if (c->fd == -1 || connect(c->fd, (struct sockaddr *) &sin, sizeof(sin))
                       == -1)
    {
        return -1;
    }

    on = 1;
    (void) setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    (void) fcntl(c->fd, F_SETFL, O_NONBLOCK);

    event.events = EPOLLIN|EPOLLOUT|EPOLLET;
    event.data.ptr = c;

    return epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
}


static void
client_event(client_t *c)
{
    if (c->began == 0) {
        return;
    }

    if (c->sent < text_len) {
        client_send(c);
    }

    client_read(c);
}


static void
client_send(client_t *c)
{
    ssize_t  n;

    if (c->began == 0) {
        c->began = now();
        started++;
    }

    while (c->sent < text_len) {

        n = write(c->fd, text + c->sent, text_len - c->sent);

        if (n == -1) {
            return;
        }

        c->sent += n;
    }
}


static void
client_read(client_t *c)
{
    ssize_t  n;

    for ( ;; ) {

        if (c->size - c->len < 65536) {
            c->size = c->size ? c->size * 2 : 131072;
            c->in = realloc(c->in, c->size);

            if (c->in == NULL) {
                exit(2);
            }
        }

        n = read(c->fd, c->in + c->len, c->size - c->len - 1);

        if (n == -1) {
            if (errno == EAGAIN) {
                return;
            }

            n = 0;
        }

        if (n == 0) {
            (void) close(c->fd);
            client_done(c, 0);

            if (started < wanted && client_connect(c) == 0) {
                client_send(c);
            }

            return;
        }

        c->len += n;
        c->in[c->len] = '\0';

        if (client_answered(c)) {
            client_done(c, strncmp(c->in, "HTTP/1.1 200", 12) == 0
                           && strstr(c->in, marker) != NULL);

            if (started < wanted) {
                client_send(c);
            }

            return;
        }
    }
}


static int
client_answered(client_t *c)
{
    char    *body, *length;

    body = strstr(c->in, "\r\n\r\n");

    if (body == NULL) {
        return 0;
    }

    body += 4;
    length = strcasestr(c->in, "\r\nContent-Length:");

    if (length == NULL || length > body) {
        return memmem(body, c->in + c->len - body, "0\r\n\r\n", 5) != NULL;
    }

    return c->in + c->len >= body + strtoul(length + 17, NULL, 10);
}


static void
client_done(client_t *c, int good)
{
    if (ended < wanted) {
        latencies[ended++] = now() - c->began;
        errors += !good;
    }

    c->began = 0;
    c->sent = 0;
    c->len = 0;
}


static char *
request(const char *method, const char *path, const char *file, size_t *len)
{
    FILE   *f;
    long    size;
    char   *p;
    int     n;

    f = fopen(file, "r");

    if (f == NULL || fseek(f, 0, SEEK_END) == -1) {
        return NULL;
    }

    size = ftell(f);
    rewind(f);

    p = malloc(size + strlen(path) + 256);

    if (p == NULL) {
        return NULL;
    }

    n = sprintf(p, "%s %s HTTP/1.1\r\nHost: bench\r\n"
                "Content-Type: application/json\r\nContent-Length: %ld\r\n\r\n",
                method, path, size);

    *len = n + fread(p + n, 1, size, f);
    (void) fclose(f);

    return p;
}


static int
by_size(const void *one, const void *other)
{
    double  a = *(const double *) one, b = *(const double *) other;

    return (a > b) - (a < b);
}


static double
now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}
