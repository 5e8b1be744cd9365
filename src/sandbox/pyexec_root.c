
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/mount.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "sandbox/pyexec_root.h"
#include "wire/pyexec_name.h"


/* sys/mount.h and linux/mount.h of Debian 12 declare the same enumerators */

#define PYEXEC_MS_NOSUID    2
#define PYEXEC_MS_NODEV     4
#define PYEXEC_MS_REC       16384
#define PYEXEC_MS_PRIVATE   (1 << 18)
#define PYEXEC_MNT_DETACH   2

#define PYEXEC_OLD          "/.old"
#define PYEXEC_OLD_MAX      (PATH_MAX + sizeof(PYEXEC_OLD))

#define PYEXEC_READ_ONLY    (MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID              \
                             |MOUNT_ATTR_NODEV)
#define PYEXEC_NO_PROGRAMS  (MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV               \
                             |MOUNT_ATTR_NOEXEC)

#define PYEXEC_BENEATH      (RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS              \
                             |RESOLVE_NO_MAGICLINKS)


int mount(const char *source, const char *target, const char *type,
    unsigned long flags, const void *data);
int umount2(const char *target, int flags);

static const char *pyexec_python_home(const char *prefix);
static const char *pyexec_root_enter(void);
static const char *pyexec_root_system(void);
static const char *pyexec_root_link(const char *old, const char *path);
static const char *pyexec_root_workspaces(const pyexec_sandbox_t *sb);
static const char *pyexec_root_bind(const char *path, const char *place,
    uint64_t attributes);
static int pyexec_root_make(const char *path, mode_t type);
static int pyexec_attributes(int fd, uint64_t set);
static int pyexec_root_find(const pyexec_confine_t *c);
static const char *pyexec_root_cover(int session, const pyexec_confine_t *c);
static const char *pyexec_root_attach(int from, const char *place,
    uint64_t attributes);
static int pyexec_open_at(int dir, const char *path, uint64_t resolve);
static int pyexec_same(int one, int two);


const pyexec_path_t  pyexec_system_paths[] = {
    { "/usr", 0 },
    { "/lib", 0 },
    { "/lib32", 0 },
    { "/lib64", 0 },
    { "/bin", 0 },
    { "/etc/ld.so.cache", 0 },
    { "/etc/localtime", 0 },
    { "/etc/timezone", 0 },
    { "/etc/mime.types", 0 },
    { "/etc/fonts", 0 },
    { "/etc/alternatives", 0 },
    { "/etc/matplotlibrc", 0 },
    { "/etc/python3", 0 },
    { "/etc/python" PYEXEC_PYTHON_VERSION, 0 },
    { "/sys/devices/system/cpu/online", 0 },
    { "/sys/devices/system/cpu/possible", 0 },
    { "/dev/null", 1 },
    { "/dev/zero", 1 },
    { "/dev/full", 1 },
    { "/dev/random", 1 },
    { "/dev/urandom", 1 },
    { NULL, 0 }
};


void
pyexec_python_paths(const pyexec_sandbox_t *sb,
    pyexec_path_t paths[PYEXEC_PYTHON_PATHS + 1])
{
    unsigned     i;
    const char  *home;
    const char  *given[] = { sb->python, sb->fonts, sb->matplotlibrc };

    memset(paths, 0, (PYEXEC_PYTHON_PATHS + 1) * sizeof(pyexec_path_t));

    for (i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
        if (given[i] && !pyexec_path_in(given[i], "/usr")) {
            (paths++)->path = given[i];
        }
    }

    home = pyexec_python_home(sb->python);

    if (home && !pyexec_path_in(home, "/usr")
        && (access(home, F_OK) == 0 || errno == EACCES))
    {
        paths->path = home;
    }
}


/*
 * An environment's pyvenv.cfg names the directory of the interpreter that it
 * was made with: "home = /opt/python/bin".  Returns that without "/bin".
 */

static const char *
pyexec_python_home(const char *prefix)
{
    char         *bin, name[PATH_MAX], line[PATH_MAX];
    FILE         *f;

    static char   home[PATH_MAX];

    if (home[0]) {
        return home;
    }

    (void) snprintf(name, sizeof(name), "%s/pyvenv.cfg", prefix);

    f = fopen(name, "re");
    if (f == NULL) {
        return NULL;
    }

    while (fgets(line, sizeof(line), f)
           && sscanf(line, "home = %4095[^\n]", home) != 1)
    {
        /* void */
    }

    (void) fclose(f);

    bin = strrchr(home, '/');

    if (bin && strcmp(bin, "/bin") == 0) {
        *bin = '\0';
    }

    return home[0] ? home : NULL;
}


int
pyexec_path_in(const char *path, const char *dir)
{
    size_t  n;

    n = strcmp(dir, "/") == 0 ? 0 : strlen(dir);

    return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0');
}


const char *
pyexec_root_build(const pyexec_sandbox_t *sb)
{
    mode_t          mask;
    const char     *what;
    pyexec_path_t  *p, python[PYEXEC_PYTHON_PATHS + 1];

    pyexec_python_paths(sb, python);

    /* root may make these directories; an ordinary user must pass through */

    mask = umask(022);

    what = pyexec_root_enter();

    if (what == NULL) {
        what = pyexec_root_system();
    }

    for (p = python; p->path && what == NULL; p++) {
        what = pyexec_root_bind(p->path, p->path, PYEXEC_READ_ONLY);
    }

    if (what == NULL) {
        what = pyexec_root_workspaces(sb);
    }

    if (what == NULL && umount2(PYEXEC_OLD, PYEXEC_MNT_DETACH) == -1) {
        what = "umount2()";
    }

    if (what == NULL && rmdir(PYEXEC_OLD) == -1) {
        what = "rmdir()";
    }

    (void) umask(mask);

    return what;
}


/* pivot_root() needs an existing directory to mount the new root on: /tmp */

static const char *
pyexec_root_enter(void)
{
    if (mount(NULL, "/", NULL, PYEXEC_MS_REC|PYEXEC_MS_PRIVATE, NULL) == -1) {
        return "mount(MS_PRIVATE)";
    }

    if (mount("pyexec", "/tmp", "tmpfs", PYEXEC_MS_NOSUID|PYEXEC_MS_NODEV,
              "mode=0755,size=64m") == -1)
    {
        return "mount(tmpfs)";
    }

    if (chdir("/tmp") == -1 || mkdir("/tmp" PYEXEC_OLD, 0700) == -1) {
        return "mkdir()";
    }

    if (syscall(SYS_pivot_root, "/tmp", "/tmp" PYEXEC_OLD) == -1) {
        return "pivot_root()";
    }

    if (chdir("/") == -1
        || mkdir("/tmp", 01777) == -1 || chmod("/tmp", 01777) == -1
        || mkdir(PYEXEC_WORKSPACE, 0755) == -1)
    {
        return "mkdir()";
    }

    return NULL;
}


static const char *
pyexec_root_system(void)
{
    const char           *what;
    struct stat           st;
    char                  old[PYEXEC_OLD_MAX];
    const pyexec_path_t  *p;

    what = NULL;

    for (p = pyexec_system_paths; p->path && what == NULL; p++) {

        (void) snprintf(old, sizeof(old), PYEXEC_OLD "%s", p->path);

        if (lstat(old, &st) == -1) {
            what = errno == ENOENT ? NULL : "lstat()";

        } else if (S_ISLNK(st.st_mode)) {
            what = pyexec_root_link(old, p->path);

        } else if (p->device) {

            /* /dev/zero mapped is memory: without noexec, for code too */

            what = pyexec_root_bind(p->path, p->path,
                                    MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID
                                    |MOUNT_ATTR_NOEXEC);

        } else {
            what = pyexec_root_bind(p->path, p->path, PYEXEC_READ_ONLY);
        }
    }

    return what;
}


/* makes the same link, for "/bin" or "/etc/localtime", for instance */

static const char *
pyexec_root_link(const char *old, const char *path)
{
    ssize_t  n;
    char     target[PATH_MAX];

    n = readlink(old, target, sizeof(target) - 1);
    if (n == -1) {
        return "readlink()";
    }

    target[n] = '\0';

    if (pyexec_root_make(path, S_IFLNK) == -1 || symlink(target, path) == -1) {
        return "symlink()";
    }

    return NULL;
}


static const char *
pyexec_root_workspaces(const pyexec_sandbox_t *sb)
{
    char         place[64];
    unsigned     i;
    const char  *what;

    what = NULL;

    for (i = 0; i < sb->nworkspaces && what == NULL; i++) {
        (void) snprintf(place, sizeof(place), PYEXEC_WORKSPACE "/%u", i);
        what = pyexec_root_bind(sb->workspaces[i].path, place,
                                PYEXEC_NO_PROGRAMS);
    }

    return what;
}


/* mounts path of the old root, with symbolic links resolved there, on place */

static const char *
pyexec_root_bind(const char *path, const char *place, uint64_t attributes)
{
    int          old, fd;
    const char  *what;
    struct stat  st;

    old = open(PYEXEC_OLD, O_PATH|O_DIRECTORY|O_CLOEXEC);
    if (old == -1) {
        return "open()";
    }

    fd = pyexec_open_at(old, path, RESOLVE_IN_ROOT);
    (void) close(old);

    if (fd == -1) {
        return "openat2()";
    }

    what = fstat(fd, &st) == -1 || pyexec_root_make(place, st.st_mode) == -1
           ? "mkdir()" : pyexec_root_attach(fd, place, attributes);

    (void) close(fd);

    return what;
}


/*
 * Makes the directories above path and, unless type is that of a link, a
 * directory or an empty file at path to mount on.
 */

static int
pyexec_root_make(const char *path, mode_t type)
{
    int    fd;
    char  *slash, dir[PATH_MAX];

    (void) snprintf(dir, sizeof(dir), "%s/", path);

    for (slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {

        if (slash[1] == '\0' && !S_ISDIR(type)) {
            break;
        }

        *slash = '\0';

        if (mkdir(dir, 0755) == -1 && errno != EEXIST) {
            return -1;
        }

        *slash = '/';
    }

    if (S_ISDIR(type) || S_ISLNK(type)) {
        return 0;
    }

    fd = open(path, O_WRONLY|O_CREAT|O_CLOEXEC, 0444);

    return fd == -1 ? -1 : close(fd);
}


/* makes the root's own mount read-only, not those below it */

const char *
pyexec_root_seal(void)
{
    struct mount_attr  attr;

    memset(&attr, 0, sizeof(attr));
    attr.attr_set = PYEXEC_READ_ONLY;

    if (syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &attr, sizeof(attr))
        == -1)
    {
        return "mount_setattr()";
    }

    return NULL;
}


const char *
pyexec_root_show(const pyexec_confine_t *c)
{
    int          session;
    const char  *what;

    session = pyexec_root_find(c);
    if (session == -1) {
        return "openat2()";
    }

    what = pyexec_root_cover(session, c);
    (void) close(session);

    return what;
}


/*
 * A mount can be cloned in its own mount namespace only, and the runner's
 * descriptors are of another: the session is opened here again, and must be
 * the same inode as the runner's.
 */

static int
pyexec_root_find(const pyexec_confine_t *c)
{
    int   workspaces, session;
    char  path[PYEXEC_SESSION_MAX + 16];

    workspaces = open(PYEXEC_WORKSPACE, O_PATH|O_DIRECTORY|O_CLOEXEC);
    if (workspaces == -1) {
        return -1;
    }

    (void) snprintf(path, sizeof(path), "%u/%.*s", c->workspace,
                    (int) c->session.len, c->session.data);

    session = pyexec_open_at(workspaces, path, PYEXEC_BENEATH);
    (void) close(workspaces);

    if (session != -1 && !pyexec_same(session, c->session_fd)) {
        (void) close(session);
        errno = ESTALE;
        return -1;
    }

    return session;
}


/*
 * Mounts the session over the workspaces, which no path leads to any more;
 * then code_exec, read-only if the session is not, and the run's directory,
 * writable, each over the same directory in the mount before.  The run's
 * directory is /tmp, too, unless that has directories: then the Python
 * environment lies in it.
 */

static const char *
pyexec_root_cover(int session, const pyexec_confine_t *c)
{
    int          runs, run;
    char         path[PATH_MAX];
    const char  *what;
    struct stat  st;

    runs = pyexec_open_at(session, "code_exec", PYEXEC_BENEATH);
    if (runs == -1) {
        return "openat2()";
    }

    (void) snprintf(path, sizeof(path), "%.*s", (int) c->run_id.len,
                    c->run_id.data);

    run = pyexec_open_at(runs, path, PYEXEC_BENEATH);

    if (run == -1 || !pyexec_same(run, c->run_fd)) {
        errno = run == -1 ? errno : ESTALE;
        what = "openat2()";
        goto done;
    }

    what = pyexec_root_attach(session, PYEXEC_WORKSPACE, c->session_write
                              ? PYEXEC_NO_PROGRAMS
                              : PYEXEC_NO_PROGRAMS|MOUNT_ATTR_RDONLY);

    if (what == NULL && c->session_write) {
        what = pyexec_root_attach(runs, PYEXEC_WORKSPACE "/code_exec",
                                  PYEXEC_NO_PROGRAMS|MOUNT_ATTR_RDONLY);
    }

    (void) snprintf(path, sizeof(path), PYEXEC_WORKSPACE "/code_exec/%.*s",
                    (int) c->run_id.len, c->run_id.data);

    if (what == NULL) {
        what = pyexec_root_attach(run, path, PYEXEC_NO_PROGRAMS);
    }

    if (what == NULL && stat("/tmp", &st) == 0 && st.st_nlink == 2) {
        what = pyexec_root_attach(run, "/tmp", PYEXEC_NO_PROGRAMS);
    }

    if (what == NULL && chdir(path) == -1) {
        what = "chdir()";
    }

done:

    (void) close(runs);

    if (run != -1) {
        (void) close(run);
    }

    return what;
}


static const char *
pyexec_root_attach(int from, const char *place, uint64_t attributes)
{
    int  fd, rc;

    fd = syscall(SYS_open_tree, from, "", AT_EMPTY_PATH|AT_RECURSIVE
                                          |OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC);
    if (fd == -1) {
        return "open_tree()";
    }

    if (pyexec_attributes(fd, attributes) == -1) {
        (void) close(fd);
        return "mount_setattr()";
    }

    rc = syscall(SYS_move_mount, fd, "", AT_FDCWD, place,
                 MOVE_MOUNT_F_EMPTY_PATH);
    (void) close(fd);

    return rc == -1 ? "move_mount()" : NULL;
}


/* sets attributes of the mount and of all mounts below it */

static int
pyexec_attributes(int fd, uint64_t set)
{
    struct mount_attr  attr;

    memset(&attr, 0, sizeof(attr));
    attr.attr_set = set;

    return syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH|AT_RECURSIVE,
                   &attr, sizeof(attr));
}


static int
pyexec_open_at(int dir, const char *path, uint64_t resolve)
{
    struct open_how  how;

    memset(&how, 0, sizeof(how));
    how.flags = O_PATH|O_CLOEXEC;
    how.resolve = resolve;

    return syscall(SYS_openat2, dir, path, &how, sizeof(how));
}


static int
pyexec_same(int one, int two)
{
    struct stat  a, b;

    return fstat(one, &a) == 0 && fstat(two, &b) == 0
           && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}
