
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/pyexec_log.h"
#include "base/pyexec_tree.h"
#include "sandbox/pyexec_landlock.h"
#include "sandbox/pyexec_root.h"


/* values of linux/landlock.h, which in Debian 12 ends with those of ABI 2 */

#define PYEXEC_LL_EXECUTE       (1ull << 0)
#define PYEXEC_LL_WRITE_FILE    (1ull << 1)
#define PYEXEC_LL_READ_FILE     (1ull << 2)
#define PYEXEC_LL_READ_DIR      (1ull << 3)
#define PYEXEC_LL_REMOVE_DIR    (1ull << 4)
#define PYEXEC_LL_REMOVE_FILE   (1ull << 5)
#define PYEXEC_LL_MAKE_DIR      (1ull << 7)
#define PYEXEC_LL_MAKE_REG      (1ull << 8)
#define PYEXEC_LL_REFER         (1ull << 13)
#define PYEXEC_LL_TRUNCATE      (1ull << 14)

#define PYEXEC_MAX_RULES        32

#define PYEXEC_LL_NET           (1ull << 0 | 1ull << 1)
#define PYEXEC_LL_SCOPES        (1ull << 0 | 1ull << 1)

#define PYEXEC_LL_PATH_BENEATH  1
#define PYEXEC_LL_VERSION       (1u << 0)
#define PYEXEC_LL_LOG_OFF       (1u << 0)

#define PYEXEC_LL_READ          (PYEXEC_LL_READ_FILE | PYEXEC_LL_READ_DIR)

#define PYEXEC_LL_FILE          (PYEXEC_LL_READ_FILE | PYEXEC_LL_WRITE_FILE    \
                                 | PYEXEC_LL_TRUNCATE)

#define PYEXEC_LL_WRITE         (PYEXEC_LL_READ | PYEXEC_LL_FILE               \
                                 | PYEXEC_LL_REMOVE_DIR                        \
                                 | PYEXEC_LL_REMOVE_FILE | PYEXEC_LL_MAKE_DIR  \
                                 | PYEXEC_LL_MAKE_REG | PYEXEC_LL_REFER)


typedef struct {
    uint64_t               fs;
    uint64_t               net;            /* since ABI 4 */
    uint64_t               scoped;         /* since ABI 6 */
} pyexec_ruleset_t;


typedef struct {
    uint64_t               access;
    int32_t                fd;
} __attribute__((packed)) pyexec_beneath_t;


static uint64_t pyexec_landlock_fs(int abi);
static const char *pyexec_landlock_path(const pyexec_sandbox_t *sb,
    const char *path, uint64_t access);
static const char *pyexec_landlock_fd(int abi, int ruleset, int fd,
    uint64_t access);
static const char *pyexec_landlock_rule(int abi, int fd, uint64_t access,
    pyexec_beneath_t *rule);
static const char *pyexec_landlock_session(int abi, int ruleset, int session);


/* a zygote's: rules for the paths that all its children may use */

static pyexec_beneath_t   pyexec_rules[PYEXEC_MAX_RULES];
static unsigned           pyexec_nrules;


int
pyexec_landlock_abi(void)
{
    long  abi;

    abi = syscall(SYS_landlock_create_ruleset, NULL, 0, PYEXEC_LL_VERSION);

    return abi > 0 ? (int) abi : 0;
}


const char *
pyexec_landlock_open(const pyexec_sandbox_t *sb)
{
    const char           *what;
    const pyexec_path_t  *p;
    pyexec_path_t         python[PYEXEC_PYTHON_PATHS + 1];

    what = NULL;

    for (p = pyexec_system_paths; p->path && what == NULL; p++) {
        what = pyexec_landlock_path(sb, p->path, p->device ? PYEXEC_LL_FILE
                                                           : PYEXEC_LL_READ);
    }

    pyexec_python_paths(sb, python);

    for (p = python; p->path && what == NULL; p++) {
        what = pyexec_landlock_path(sb, p->path, PYEXEC_LL_READ);
    }

    return what;
}


const char *
pyexec_landlock_begin(const pyexec_sandbox_t *sb, int *ruleset)
{
    size_t            size;
    unsigned          i;
    pyexec_ruleset_t  rs;

    memset(&rs, 0, sizeof(pyexec_ruleset_t));

    rs.fs = pyexec_landlock_fs(sb->landlock);
    size = offsetof(pyexec_ruleset_t, net);

    if (sb->landlock >= 4) {
        rs.net = PYEXEC_LL_NET;
        size = offsetof(pyexec_ruleset_t, scoped);
    }

    if (sb->landlock >= 6) {
        rs.scoped = PYEXEC_LL_SCOPES;
        size = sizeof(pyexec_ruleset_t);
    }

    *ruleset = syscall(SYS_landlock_create_ruleset, &rs, size, 0);
    if (*ruleset == -1) {
        return "landlock_create_ruleset()";
    }

    for (i = 0; i < pyexec_nrules; i++) {
        if (syscall(SYS_landlock_add_rule, *ruleset, PYEXEC_LL_PATH_BENEATH,
                    &pyexec_rules[i], 0) == -1)
        {
            return "landlock_add_rule()";
        }
    }

    return NULL;
}


const char *
pyexec_landlock_confine(const pyexec_sandbox_t *sb, int ruleset,
    const pyexec_confine_t *c)
{
    int          abi;
    const char  *what;

    abi = sb->landlock;

    what = pyexec_landlock_fd(abi, ruleset, c->run_fd, PYEXEC_LL_WRITE);

    if (what == NULL) {

        /*
         * If the session is to be writable, mounts make code_exec in it
         * read-only; without mounts, pyexec_landlock_session() adds rules for
         * everything else in the session.
         */

        what = pyexec_landlock_fd(abi, ruleset, c->session_fd,
                                  c->session_write && pyexec_mounts(sb)
                                  ? PYEXEC_LL_WRITE : PYEXEC_LL_READ);
    }

    if (what == NULL && c->session_write && !pyexec_mounts(sb)) {
        what = pyexec_landlock_session(abi, ruleset, c->session_fd);
    }

    if (what == NULL
        && syscall(SYS_landlock_restrict_self, ruleset,
                   abi >= 7 ? PYEXEC_LL_LOG_OFF : 0) == -1)
    {
        what = "landlock_restrict_self()";
    }

    (void) close(ruleset);

    return what;
}


/*
 * Returns all access rights for files in that ABI: a ruleset handles them all,
 * so that each is refused unless a rule grants it.
 */

static uint64_t
pyexec_landlock_fs(int abi)
{
    unsigned  bits;

    bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13;

    return (1ull << bits) - 1;
}


static const char *
pyexec_landlock_path(const pyexec_sandbox_t *sb, const char *path,
    uint64_t access)
{
    int                fd;
    char               real[PATH_MAX];
    const char        *what;
    pyexec_beneath_t  *rule;

    fd = open(path, O_PATH|O_CLOEXEC);
    if (fd == -1) {
        if (errno == ENOENT) {
            return NULL;
        }

        pyexec_log(PYEXEC_LOG_ERR, "\"%s\" is out of the pool's reach: %m",
                   path);
        return "open()";
    }

    /* "/lib", a link to "/usr/lib", is covered by the rule of "/usr" */

    if (strcmp(path, "/usr") != 0 && realpath(path, real)
        && pyexec_path_in(real, "/usr"))
    {
        (void) close(fd);
        return NULL;
    }

    if (pyexec_nrules == PYEXEC_MAX_RULES) {
        (void) close(fd);
        errno = E2BIG;
        return "landlock_add_rule()";
    }

    rule = &pyexec_rules[pyexec_nrules++];
    what = pyexec_landlock_rule(sb->landlock, fd, access, rule);

    /* the descriptors below PYEXEC_HIGH_FD are for a child's own */

    rule->fd = fcntl(fd, F_DUPFD_CLOEXEC, PYEXEC_HIGH_FD);
    (void) close(fd);

    return rule->fd == -1 ? "fcntl(F_DUPFD)" : what;
}


static const char *
pyexec_landlock_fd(int abi, int ruleset, int fd, uint64_t access)
{
    const char        *what;
    pyexec_beneath_t   rule;

    what = pyexec_landlock_rule(abi, fd, access, &rule);

    if (what == NULL
        && syscall(SYS_landlock_add_rule, ruleset, PYEXEC_LL_PATH_BENEATH,
                   &rule, 0) == -1)
    {
        what = "landlock_add_rule()";
    }

    return what;
}


/*
 * For a file, landlock_add_rule() fails with EINVAL if there are rights that
 * only directories have: these are left out.
 */

static const char *
pyexec_landlock_rule(int abi, int fd, uint64_t access, pyexec_beneath_t *rule)
{
    struct stat  st;

    if (fstat(fd, &st) == -1) {
        return "fstat()";
    }

    if (!S_ISDIR(st.st_mode)) {
        access &= PYEXEC_LL_FILE;
    }

    rule->access = access & pyexec_landlock_fs(abi);
    rule->fd = fd;

    return NULL;
}


/*
 * What a rule grants for a directory can't be denied for one below it.  To
 * make the session writable without code_exec, each other entry of it gets a
 * rule of its own.
 */

static const char *
pyexec_landlock_session(int abi, int ruleset, int session)
{
    DIR            *d;
    int             fd;
    const char     *what;
    struct dirent  *de;

    d = pyexec_opendir(session, ".");
    if (d == NULL) {
        return "opendir()";
    }

    what = NULL;

    while (what == NULL && (de = pyexec_readdir(d)) != NULL) {

        if (strcmp(de->d_name, "code_exec") == 0) {
            continue;
        }

        fd = openat(session, de->d_name, O_PATH|O_NOFOLLOW|O_CLOEXEC);
        if (fd == -1) {
            continue;
        }

        what = pyexec_landlock_fd(abi, ruleset, fd, PYEXEC_LL_WRITE);
        (void) close(fd);
    }

    (void) closedir(d);

    return what;
}
