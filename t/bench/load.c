
/*
 * Sends requests and looks at every answer:
 *
 *     load [-c clients] [-n requests | -t seconds] [-m marker]... [-s numbers]
 *          [-a types] port method path [file]
 *
 * Each client has a connection that is kept, and sends its next request when
 * it has its last one's answer.  file holds the body.  In path and body,
 * "########" becomes the request's number modulo numbers.  types is its
 * "Accept".
 *
 * An answer is right if its status is 200 and its body has every marker.  All
 * others, and connections that end, are errors: counted, the first of them
 * shown on standard error.  Standard output is the sum of it all,
 *
 *     seconds 1.234567 errors 0
 *
 * and then the microseconds of each right answer, one a line, from the first
 * byte sent to the last byte received.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
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
#include <sys/resource.h>
#include <sys/socket.h>


#define LOAD_DIGITS         "########"
#define LOAD_NDIGITS        (sizeof(LOAD_DIGITS) - 1)
#define LOAD_MAX_NUMBERS    4
#define LOAD_MAX_MARKERS    4
#define LOAD_EVENTS         64
#define LOAD_SHOWN          3              /* errors */
#define LOAD_SILENCE        60             /* s: then nobody will answer */


typedef struct {
    int                    fd;
    int                    busy;           /* a request is under way */
    uint64_t               start;
    char                  *request;
    size_t                 sent;
    char                  *answer;
    size_t                 received;
    size_t                 size;
} load_client_t;


static void load_options(int argc, char **argv);
static void load_request(char **args);
static void load_run(void);
static void load_client(load_client_t *c);
static void load_connect(load_client_t *c);
static void load_next(load_client_t *c);
static void load_send(load_client_t *c);
static int load_receive(load_client_t *c);
static int load_answer(load_client_t *c);
static int load_is_whole(const char *answer, const char *body, size_t len);
static int load_is_right(const char *answer, const char *body, size_t len);
static void load_error(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));
static void load_report(void);
static uint64_t load_now(void);
static void *load_memory(void *old, size_t size);
static void load_die(const char *what) __attribute__((noreturn));


static unsigned long       clients = 1;
static unsigned long       requests = UINT32_MAX;
static unsigned long       numbers = 1;
static uint64_t            most_time;      /* us; 0: none */
static const char         *markers[LOAD_MAX_MARKERS];
static size_t              nmarkers;
static const char         *types = "*/*";

static struct sockaddr_in  address;
static char               *request;
static size_t              request_len;
static size_t              number_at[LOAD_MAX_NUMBERS];
static size_t              nnumbers;

static int                 epfd;
static uint64_t            begun, ended;
static unsigned long       started, answered, busy, errors;
static uint32_t           *times;
static size_t              times_size;


int
main(int argc, char **argv)
{
    load_options(argc, argv);
    load_request(argv + optind);
    load_run();
    load_report();

    return 0;
}


static void
load_options(int argc, char **argv)
{
    int  c;

    while ((c = getopt(argc, argv, "a:c:n:t:m:s:")) != -1) {

        switch (c) {

        case 'a':
            types = optarg;
            break;

        case 'c':
            clients = strtoul(optarg, NULL, 10);
            break;

        case 'n':
            requests = strtoul(optarg, NULL, 10);
            break;

        case 't':
            most_time = strtod(optarg, NULL) * 1e6;
            break;

        case 's':
            numbers = strtoul(optarg, NULL, 10);
            break;

        case 'm':
            if (nmarkers < LOAD_MAX_MARKERS) {
                markers[nmarkers++] = optarg;
                break;
            }

            /* fall through */

        default:
            exit(2);
        }
    }

    if (argc - optind < 3 || clients == 0 || numbers == 0
        || (requests == UINT32_MAX && most_time == 0))
    {
        fprintf(stderr, "load: its options are at the head of its source\n");
        exit(2);
    }
}


static void
load_request(char **args)
{
    char    head[1024], *body, *p;
    FILE   *f;
    size_t  len, n;

    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(strtoul(args[0], NULL, 10));

    body = NULL;
    len = 0;

    if (args[3] != NULL) {

        f = fopen(args[3], "r");
        if (f == NULL) {
            load_die(args[3]);
        }

        do {
            body = load_memory(body, len + 65536);
            n = fread(body + len, 1, 65536, f);
            len += n;
        } while (n != 0);

        (void) fclose(f);
    }

    n = snprintf(head, sizeof(head),
                 "%s %s HTTP/1.1\r\n"
                 "Host: localhost\r\n"
                 "Accept: %s\r\n"
                 "Content-Type: application/json\r\n"
                 "Content-Length: %zu\r\n"
                 "\r\n", args[1], args[2], types, len);

    if (n >= sizeof(head)) {
        errno = ENAMETOOLONG;
        load_die(args[2]);
    }

    request_len = n + len;
    request = load_memory(NULL, request_len);
    memcpy(request, head, n);

    if (len != 0) {
        memcpy(request + n, body, len);
    }

    free(body);

    for (p = request; nnumbers < LOAD_MAX_NUMBERS; p += LOAD_NDIGITS) {

        p = memmem(p, request + request_len - p, LOAD_DIGITS, LOAD_NDIGITS);
        if (p == NULL) {
            break;
        }

        number_at[nnumbers++] = p - request;
    }
}


static void
load_run(void)
{
    int                 i, n;
    unsigned long       k;
    struct rlimit       rl;
    load_client_t      *all;
    struct epoll_event  events[LOAD_EVENTS];

    if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
        rl.rlim_cur = rl.rlim_max;
        (void) setrlimit(RLIMIT_NOFILE, &rl);
    }

    epfd = epoll_create1(EPOLL_CLOEXEC);
    if (epfd == -1) {
        load_die("epoll_create1()");
    }

    all = load_memory(NULL, clients * sizeof(load_client_t));

    for (k = 0; k < clients; k++) {
        memset(&all[k], 0, sizeof(load_client_t));
        all[k].request = load_memory(NULL, request_len);
        memcpy(all[k].request, request, request_len);
        load_connect(&all[k]);
    }

    begun = ended = load_now();

    for (k = 0; k < clients; k++) {
        load_client(&all[k]);
    }

    while (busy != 0) {

        n = epoll_wait(epfd, events, LOAD_EVENTS, LOAD_SILENCE * 1000);

        if (n == -1 && errno != EINTR) {
            load_die("epoll_wait()");
        }

        if (n == 0) {
            load_error("no answer in %d seconds", LOAD_SILENCE);
            errors += busy - 1;
            break;
        }

        for (i = 0; i < n; i++) {
            load_client(events[i].data.ptr);
        }
    }
}


/* does all there is to do: events are edges */

static void
load_client(load_client_t *c)
{
    if (!c->busy) {
        load_next(c);
    }

    while (c->busy) {

        load_send(c);

        if (!load_receive(c)) {
            return;
        }
    }
}


static void
load_connect(load_client_t *c)
{
    int                 one = 1;
    struct epoll_event  ev;

    c->fd = socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0);
    if (c->fd == -1) {
        load_die("socket()");
    }

    if (connect(c->fd, (struct sockaddr *) &address, sizeof(address)) == -1) {
        load_die("connect()");
    }

    (void) setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));

    if (fcntl(c->fd, F_SETFL, O_NONBLOCK) == -1) {
        load_die("fcntl()");
    }

    ev.events = EPOLLIN|EPOLLOUT|EPOLLRDHUP|EPOLLET;
    ev.data.ptr = c;

    if (epoll_ctl(epfd, EPOLL_CTL_ADD, c->fd, &ev) == -1) {
        load_die("epoll_ctl()");
    }
}


static void
load_next(load_client_t *c)
{
    char    digits[LOAD_NDIGITS + 1];
    size_t  i;

    c->start = load_now();

    if (started == requests
        || (most_time != 0 && c->start - begun >= most_time))
    {
        return;
    }

    (void) snprintf(digits, sizeof(digits), "%0*lu", (int) LOAD_NDIGITS,
                    started % numbers % 100000000);

    for (i = 0; i < nnumbers; i++) {
        memcpy(c->request + number_at[i], digits, LOAD_NDIGITS);
    }

    started++;
    busy++;

    c->busy = 1;
    c->sent = 0;
    c->received = 0;
}


static void
load_send(load_client_t *c)
{
    ssize_t  n;

    while (c->sent < request_len) {

        n = send(c->fd, c->request + c->sent, request_len - c->sent,
                 MSG_NOSIGNAL);

        if (n == -1) {
            return;                        /* what is wrong, recv() says */
        }

        c->sent += n;
    }
}


/* returns 1 where the request has its end, and perhaps the next has begun */

static int
load_receive(load_client_t *c)
{
    ssize_t  n;

    for ( ;; ) {

        if (c->size - c->received < 65536) {
            c->size = 2 * c->size + 131072;
            c->answer = load_memory(c->answer, c->size);
        }

        n = recv(c->fd, c->answer + c->received, c->size - c->received - 1, 0);

        if (n == -1 && errno == EAGAIN) {
            return 0;
        }

        if (n <= 0) {
            load_error("a connection: %s", n == 0 ? "closed by the server"
                                                  : strerror(errno));
            (void) close(c->fd);
            load_connect(c);

        } else {
            c->received += n;
        }

        if (n <= 0 || load_answer(c)) {
            c->busy = 0;
            busy--;
            load_next(c);
            return 1;
        }
    }
}


/* returns 1 where the answer is there as a whole */

static int
load_answer(load_client_t *c)
{
    char    *body;
    size_t   len;

    c->answer[c->received] = '\0';

    body = strstr(c->answer, "\r\n\r\n");
    if (body == NULL) {
        return 0;
    }

    body += 4;
    len = c->answer + c->received - body;

    if (!load_is_whole(c->answer, body, len)) {
        return 0;
    }

    ended = load_now();

    if (!load_is_right(c->answer, body, len)) {
        load_error("%.*s ... %.400s", (int) strcspn(c->answer, "\r"),
                   c->answer, body);
        return 1;
    }

    if (answered == times_size) {
        times_size = 2 * times_size + 1024;
        times = load_memory(times, times_size * sizeof(uint32_t));
    }

    times[answered++] = ended - c->start;

    return 1;
}


static int
load_is_whole(const char *answer, const char *body, size_t len)
{
    size_t       n;
    const char  *length;

    static char  last[] = "\r\n0\r\n\r\n";    /* of chunks */

    length = strcasestr(answer, "\r\ncontent-length:");

    if (length && length < body) {
        return len >= strtoul(length + strlen("\r\ncontent-length:"), NULL,
                              10);
    }

    n = sizeof(last) - 1;

    return len >= n && memcmp(body + len - n, last, n) == 0;
}


static int
load_is_right(const char *answer, const char *body, size_t len)
{
    size_t  i;

    if (strncmp(answer, "HTTP/1.1 200 ", 13) != 0) {
        return 0;
    }

    for (i = 0; i < nmarkers; i++) {
        if (memmem(body, len, markers[i], strlen(markers[i])) == NULL) {
            return 0;
        }
    }

    return 1;
}


static void
load_error(const char *fmt, ...)
{
    va_list  args;

    if (errors++ >= LOAD_SHOWN) {
        return;
    }

    va_start(args, fmt);
    fprintf(stderr, "load: ");
    vfprintf(stderr, fmt, args);
    fprintf(stderr, "\n");
    va_end(args);
}


static void
load_report(void)
{
    unsigned long  i;

    printf("seconds %.6f errors %lu\n", (ended - begun) / 1e6, errors);

    for (i = 0; i < answered; i++) {
        printf("%u\n", times[i]);
    }
}


static uint64_t
load_now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


static void *
load_memory(void *old, size_t size)
{
    void  *p;

    p = realloc(old, size);
    if (p == NULL) {
        load_die("realloc()");
    }

    return p;
}


static void
load_die(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}
