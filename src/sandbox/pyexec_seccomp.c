
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/pyexec_io.h"
#include "base/pyexec_log.h"
#include "sandbox/pyexec_calls.h"
#include "sandbox/pyexec_seccomp.h"


/* instructions: BPF's conditional jumps have an offset of 8 bits */

#define PYEXEC_MAX_CHILD    256

/* the binary search ends at so many calls, which are compared one by one */

#define PYEXEC_FEW          8

#define PYEXEC_JEQ          (BPF_JMP|BPF_JEQ|BPF_K)
#define PYEXEC_LOAD         (BPF_LD|BPF_W|BPF_ABS)


typedef struct {
    scmp_filter_ctx        ctx;
    unsigned               whole:1;        /* with the child's rules too */
} pyexec_library_t;


typedef struct {
    struct sock_filter     code;
    uint32_t               action;         /* to jump to if true; 0: none */
} pyexec_step_t;


typedef struct {
    unsigned               n;
    pyexec_step_t          steps[PYEXEC_MAX_CHILD];
    pyexec_step_t         *call;           /* compares with the call whose
                                              rules are being added */
    unsigned               loaded;         /* offset of the word that is in
                                              the accumulator, or 0 */
} pyexec_program_t;


static const char *pyexec_seccomp_zygote(struct sock_fprog *prog,
    unsigned whole);
static int pyexec_seccomp_library(void *data, uint32_t action,
    const pyexec_rule_t *rule);
static int pyexec_seccomp_pass(scmp_filter_ctx ctx);
static int pyexec_seccomp_export(scmp_filter_ctx ctx, struct sock_fprog *prog);
static void pyexec_seccomp_child(struct sock_fprog *prog);
static void pyexec_seccomp_tree(pyexec_program_t *p, const int *nr,
    unsigned n);
static void pyexec_seccomp_rules(pyexec_program_t *p);
static int pyexec_seccomp_rule(void *data, uint32_t action,
    const pyexec_rule_t *rule);
static void pyexec_seccomp_word(pyexec_program_t *p, unsigned offset,
    uint32_t mask, uint32_t value);
static void pyexec_seccomp_ends(pyexec_program_t *p);
static pyexec_step_t *pyexec_seccomp_step(pyexec_program_t *p, uint16_t code,
    uint32_t k);


const char *
pyexec_seccomp_build(struct sock_fprog *zygote, struct sock_fprog *child)
{
    const char  *what;

    what = pyexec_seccomp_zygote(zygote, child == NULL);

    if (what == NULL && child) {
        pyexec_seccomp_child(child);
    }

    return what;
}


const char *
pyexec_seccomp_load(const struct sock_fprog *prog, unsigned locks,
    unsigned meta)
{
    pid_t              self;
    unsigned short     i;
    struct sock_fprog  own;

    /*
     * Not an array of the greatest length: a child has to copy each page of
     * the stack that it writes to.
     */

    struct sock_filter filter[prog->len];

    self = getpid();

    own.len = prog->len;
    own.filter = filter;
    memcpy(filter, prog->filter, prog->len * sizeof(struct sock_filter));

    for (i = 0; i < own.len; i++) {
        if (BPF_CLASS(filter[i].code) == BPF_JMP
            && filter[i].k == PYEXEC_SELF)
        {
            filter[i].k = (uint32_t) self;
        }

        if (filter[i].code == (BPF_RET|BPF_K)
            && filter[i].k == (SECCOMP_RET_ERRNO|PYEXEC_LOCK))
        {
            filter[i].k = locks ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO;
        }

        if (filter[i].code == (BPF_RET|BPF_K)
            && filter[i].k == (SECCOMP_RET_ERRNO|PYEXEC_META))
        {
            filter[i].k = meta ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO|EPERM;
        }
    }

    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC,
                &own) != 0)
    {
        return "seccomp()";
    }

    return NULL;
}


int
pyexec_seccomp_listen(void)
{
    /* the architecture needs no check: the zygote's filter is the stricter */

    struct sock_filter  filter[] = {
        BPF_STMT(PYEXEC_LOAD, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(PYEXEC_JEQ, SYS_exit_group, 0, 1),
        BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ALLOW)
    };
    struct sock_fprog   prog = { 4, filter };

    /*
     * WAIT_KILLABLE_RECV: once the call was received, a signal with a handler
     * does not interrupt it any more, so that the answer can't come too late.
     */

    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                   SECCOMP_FILTER_FLAG_NEW_LISTENER
                   |SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &prog);
}


int
pyexec_seccomp_exit(int listener, unsigned *alone)
{
    char                       path[64];
    struct stat                st;
    struct seccomp_notif_resp  answer;

    /* a later kernel may have more to say */

    union {
        struct seccomp_notif   call;
        char                   room[1024];
    } u;

    memset(&u, 0, sizeof(u));
    memset(&answer, 0, sizeof(struct seccomp_notif_resp));

    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &u.call) == -1) {
        return -1;
    }

    /* a thread that waits starts no other; links: "." and "..", and threads */

    (void) snprintf(path, sizeof(path), "/proc/%u/task", u.call.pid);
    *alone = stat(path, &st) == 0 && st.st_nlink == 3;

    answer.id = u.call.id;
    answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;

    /* unanswered, the thread would wait till the run's time is up */

    while (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == -1) {
        if (errno != EINTR && !pyexec_not_yet(errno)) {
            return -1;
        }
    }

    return (int) u.call.data.args[0] & 0xff;
}


static const char *
pyexec_seccomp_zygote(struct sock_fprog *prog, unsigned whole)
{
    int               rc;
    pyexec_library_t  l;

    /* ENOSYS, as glibc then falls back to an older call: clone3() to clone() */

    l.whole = whole;
    l.ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));

    if (l.ctx == NULL) {
        errno = ENOMEM;
        return "seccomp_init()";
    }

    rc = seccomp_attr_set(l.ctx, SCMP_FLTATR_ACT_BADARCH,
                          SCMP_ACT_KILL_PROCESS);

    /*
     * 2: a binary tree instead of a list.  When a program is loaded, the
     * kernel evaluates it for every call number, to learn which it always
     * allows (seccomp_cache_prepare()), so that a list takes longer to load.
     */

    if (rc == 0) {
        rc = seccomp_attr_set(l.ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    }

    if (rc == 0) {
        rc = pyexec_calls_each(pyexec_seccomp_library, &l);
    }

    if (rc == 0 && !whole) {
        rc = pyexec_seccomp_pass(l.ctx);
    }

    if (rc == 0) {
        rc = pyexec_seccomp_export(l.ctx, prog);
    }

    seccomp_release(l.ctx);

    if (rc != 0) {
        errno = -rc;
        return "seccomp_export_bpf()";
    }

    return NULL;
}


static int
pyexec_seccomp_library(void *data, uint32_t action, const pyexec_rule_t *rule)
{
    unsigned             n;
    pyexec_library_t    *l;
    struct scmp_arg_cmp  cmp[2];

    l = data;

    if (!l->whole && pyexec_calls_later(rule->nr)) {
        return 0;
    }

    for (n = 0; n < 2 && rule->cmp[n].mask; n++) {
        cmp[n] = SCMP_CMP64(rule->cmp[n].arg, SCMP_CMP_MASKED_EQ,
                            rule->cmp[n].mask, rule->cmp[n].value);
    }

    return seccomp_rule_add_array(l->ctx, action, rule->nr, n, cmp);
}


static int
pyexec_seccomp_pass(scmp_filter_ctx ctx)
{
    int  rc, nr;

    rc = 0;

    for (nr = 0; nr < PYEXEC_MAX_CALL && rc == 0; nr++) {
        if (pyexec_calls_later(nr)) {
            rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 0);
        }
    }

    return rc;
}


/* libseccomp 2.5.4 can export a program to a descriptor only */

static int
pyexec_seccomp_export(scmp_filter_ctx ctx, struct sock_fprog *prog)
{
    int    fd, rc;
    off_t  size;

    fd = memfd_create("seccomp", MFD_CLOEXEC);
    if (fd == -1) {
        return -errno;
    }

    rc = seccomp_export_bpf(ctx, fd);
    size = lseek(fd, 0, SEEK_END);

    if (rc == 0 && (size <= 0 || size > (off_t) (BPF_MAXINSNS
                                                 * sizeof(struct sock_filter))))
    {
        rc = -E2BIG;
    }

    if (rc == 0) {
        prog->len = size / sizeof(struct sock_filter);
        prog->filter = malloc(size);

        if (prog->filter == NULL
            || pread(fd, prog->filter, size, 0) != size)
        {
            rc = -EIO;
        }
    }

    (void) close(fd);

    return rc;
}


/*
 * Not built by libseccomp, which has one default action: here it is ALLOW for
 * calls without rules, which the zygote's filter has decided on, but ENOSYS for
 * a call none of whose rules applies.  A child that loaded all rules in one
 * program of libseccomp's would need no such builder, but the load would take
 * twice as long, in every run.  The architecture is not checked again: the
 * zygote's filter kills the process for any other.
 */

static void
pyexec_seccomp_child(struct sock_fprog *prog)
{
    int                        nr, calls[PYEXEC_MAX_CALL];
    unsigned                   n;

    static pyexec_program_t    p;
    static struct sock_filter  filter[PYEXEC_MAX_CHILD];

    for (n = 0, nr = 0; nr < PYEXEC_MAX_CALL; nr++) {
        if (pyexec_calls_later(nr)) {
            calls[n++] = nr;
        }
    }

    memset(&p, 0, sizeof(pyexec_program_t));

    (void) pyexec_seccomp_step(&p, PYEXEC_LOAD,
                               offsetof(struct seccomp_data, nr));
    pyexec_seccomp_tree(&p, calls, n);
    pyexec_seccomp_rules(&p);
    pyexec_seccomp_ends(&p);

    for (n = 0; n < p.n; n++) {
        filter[n] = p.steps[n].code;
    }

    prog->len = p.n;
    prog->filter = filter;
}


/*
 * Adds a binary search for the n call numbers at nr, in ascending order, and
 * for each a comparison.  pyexec_seccomp_rules() sets where these jump to.
 */

static void
pyexec_seccomp_tree(pyexec_program_t *p, const int *nr, unsigned n)
{
    unsigned        i;
    pyexec_step_t  *half;

    if (n > PYEXEC_FEW) {
        half = pyexec_seccomp_step(p, BPF_JMP|BPF_JGE|BPF_K, nr[n / 2]);
        pyexec_seccomp_tree(p, nr, n / 2);
        half->code.jt = &p->steps[p->n] - half - 1;
        pyexec_seccomp_tree(p, nr + n / 2, n - n / 2);
        return;
    }

    for (i = 0; i < n; i++) {
        (void) pyexec_seccomp_step(p, PYEXEC_JEQ, nr[i]);
    }

    (void) pyexec_seccomp_step(p, BPF_RET|BPF_K, SECCOMP_RET_ALLOW);
}


/*
 * Adds the rules of each call in the tree.  Calls whose rules are the same
 * instructions share them.
 */

static void
pyexec_seccomp_rules(pyexec_program_t *p)
{
    size_t          size;
    pyexec_step_t  *step, *end, *start, *same;

    end = &p->steps[p->n];

    for (step = p->steps; step < end; step++) {

        if (step->code.code != PYEXEC_JEQ) {
            continue;
        }

        start = &p->steps[p->n];
        p->call = step;
        p->loaded = 0;

        if (pyexec_calls_each(pyexec_seccomp_rule, p) != 0) {
            continue;
        }

        (void) pyexec_seccomp_step(p, BPF_RET|BPF_K,
                                   SECCOMP_RET_ERRNO|ENOSYS);

        size = (char *) &p->steps[p->n] - (char *) start;

        for (same = end; memcmp(same, start, size) != 0; same++) { /* void */ }

        if (same != start) {
            memset(start, 0, size);
            p->n = start - p->steps;
        }

        step->code.jt = same - step - 1;
    }
}


/* adds one rule of p->call; returns 1 if it has no condition: it is the last */

static int
pyexec_seccomp_rule(void *data, uint32_t action, const pyexec_rule_t *rule)
{
    unsigned             i, arg, from, compared;
    pyexec_program_t    *p;
    const pyexec_cmp_t  *cmp;

    p = data;

    if (rule->nr != (int) p->call->code.k) {
        return 0;
    }

    if (rule->cmp[0].mask == 0) {
        p->call->action = action;
        return 1;
    }

    from = p->n;

    for (i = 0; i < 2 && rule->cmp[i].mask; i++) {
        cmp = &rule->cmp[i];
        arg = offsetof(struct seccomp_data, args) + cmp->arg * 8;

        /* the machine is little-endian: the lower half comes first */

        pyexec_seccomp_word(p, arg, cmp->mask, cmp->value);
        pyexec_seccomp_word(p, arg + 4, cmp->mask >> 32, cmp->value >> 32);
    }

    p->steps[p->n - 1].action = action;

    for (i = from, compared = 0; i < p->n; i++) {
        if (p->steps[i].code.code == PYEXEC_JEQ) {
            p->steps[i].code.jf = p->n - i - 1;
            compared++;
        }
    }

    if (compared > 1) {
        p->loaded = 0;
    }

    return 0;
}


static void
pyexec_seccomp_word(pyexec_program_t *p, unsigned offset, uint32_t mask,
    uint32_t value)
{
    if (mask == 0) {
        return;
    }

    if (p->loaded != offset) {
        (void) pyexec_seccomp_step(p, PYEXEC_LOAD, offset);
        p->loaded = offset;
    }

    if (mask != UINT32_MAX) {
        (void) pyexec_seccomp_step(p, BPF_ALU|BPF_AND|BPF_K, mask);
        p->loaded = 0;
    }

    (void) pyexec_seccomp_step(p, PYEXEC_JEQ, value);
}


/* adds a return for each action, and lets the steps with it jump there */

static void
pyexec_seccomp_ends(pyexec_program_t *p)
{
    uint32_t        action;
    pyexec_step_t  *step, *end, *ret;

    end = &p->steps[p->n];

    for (step = p->steps; step < end; step++) {

        if (step->action == 0) {
            continue;
        }

        action = step->action;

        for (ret = end; ret < &p->steps[p->n] && ret->code.k != action; ret++)
        {
            /* void */
        }

        if (ret == &p->steps[p->n]) {
            ret = pyexec_seccomp_step(p, BPF_RET|BPF_K, action);
        }

        step->code.jt = ret - step - 1;
    }
}


static pyexec_step_t *
pyexec_seccomp_step(pyexec_program_t *p, uint16_t code, uint32_t k)
{
    pyexec_step_t  *step;

    if (p->n == PYEXEC_MAX_CHILD) {
        pyexec_die("the filter of a child is too long");
    }

    step = &p->steps[p->n++];
    step->code.code = code;
    step->code.k = k;

    return step;
}
