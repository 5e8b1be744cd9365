
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

#include "pyexec_name.h"
#include "pyexec_root.h"


/* sys/mount.h and linux/mount.h of Debian 12 can't be included together */

#define PYEXEC_MS_NOSUID    2
#define PYEXEC_MS_NODEV     4
#define PYEXEC_MS_NOEXEC    8
#define PYEXEC_MS_BIND      4096
#define PYEXEC_MS_REC       16384
#define PYEXEC_MS_PRIVATE   (1 << 18)
#define PYEXEC_MNT_DETACH   2

#define PYEXEC_OLD          "/.old"
#define PYEXEC_OLD_MAX      (PATH_MAX + sizeof(PYEXEC_OLD))
#define PYEXEC_WORKSPACES   "/workspaces"
#define PYEXEC_WORKSPACE    "/workspace"
#define PYEXEC_EMPTY        "/.empty"


int mount(const char *source, const char *target, const char *type,
    unsigned long flags, const void *data);
int umount2(const char *target, int flags);

static const char *pyexec_root_enter(void);
static const char *pyexec_root_paths(const pyexec_path_t *p);
static const char *pyexec_root_bind(const char *path);
static const char *pyexec_root_mount(const char *source, const char *target,
    uint64_t attributes);
static const char *pyexec_root_workspaces(const pyexec_sandbox_t *sb);
static int pyexec_mkpath(char *path, unsigned directory);
static const char *pyexec_root_readonly(const char *path);
static int pyexec_attributes(int fd, const char *path, uint64_t set);
static const char *pyexec_root_session(int session,
    const pyexec_confine_t *c, char *place, size_t size);
static const char *pyexec_root_attach(int from, const char *place,
    uint64_t attributes);
static int pyexec_open_beneath(int dir, const char *path);
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
    { "/etc/python3.11", 0 },
    { "/sys/devices/system/cpu", 0 },
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
    char         *bin, name[PATH_MAX], line[PATH_MAX];
    FILE         *f;
    unsigned      n;

    static char   home[PATH_MAX];

    n = 0;
    memset(paths, 0, (PYEXEC_PYTHON_PATHS + 1) * sizeof(pyexec_path_t));

    if (strncmp(sb->python, "/usr", 4) == 0
        && (sb->python[4] == '/' || sb->python[4] == '\0'))
    {
        return;
    }

    paths[n++].path = sb->python;

    /* "home = /opt/python/bin" */

    (void) snprintf(name, sizeof(name), "%s/pyvenv.cfg", sb->python);
    f = fopen(name, "re");

    while (f && home[0] == '\0' && fgets(line, sizeof(line), f)) {
        (void) sscanf(line, "home = %4095s", home);
    }

    if (f) {
        (void) fclose(f);
    }

    bin = strstr(home, "/bin");

    if (bin && bin[4] == '\0' && strncmp(home, "/usr/", 5) != 0) {
        *bin = '\0';
    }

    if (home[0] == '/' && strncmp(home, "/usr", 4) != 0) {
        paths[n].path = home;
    }
}


const char *
pyexec_root_build(const pyexec_sandbox_t *sb)
{
    mode_t          mask;
    const char     *what;
    pyexec_path_t   python[PYEXEC_PYTHON_PATHS + 1];

    pyexec_python_paths(sb, python);

    /* who makes it may be root, who is to pass through is not */

    mask = umask(022);

    what = pyexec_root_enter();

    if (what == NULL) {
        what = pyexec_root_paths(pyexec_system_paths);
    }

    if (what == NULL) {
        what = pyexec_root_paths(python);
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


/* the new root is mounted where there surely is a directory: over /tmp */

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
        || mkdir(PYEXEC_EMPTY, 0755) == -1
        || mkdir(PYEXEC_WORKSPACE, 0755) == -1
        || mkdir(PYEXEC_WORKSPACES, 0755) == -1)
    {
        return "mkdir()";
    }

    return NULL;
}


static const char *
pyexec_root_paths(const pyexec_path_t *p)
{
    ssize_t      n;
    const char  *what;
    struct stat  st;
    char         old[PYEXEC_OLD_MAX], path[PATH_MAX], target[PATH_MAX];

    for ( /* void */ ; p->path; p++) {

        (void) snprintf(old, sizeof(old), PYEXEC_OLD "%s", p->path);
        (void) snprintf(path, sizeof(path), "%s", p->path);

        if (lstat(old, &st) == -1) {
            if (errno == ENOENT) {
                continue;
            }
            return "lstat()";
        }

        /* "/bin", a link to "usr/bin"; "/etc/localtime" */

        if (S_ISLNK(st.st_mode)) {
            n = readlink(old, target, sizeof(target) - 1);

            if (n == -1 || pyexec_mkpath(path, 0) == -1) {
                return "readlink()";
            }

            target[n] = '\0';

            if (symlink(target, path) == -1) {
                return "symlink()";
            }

            continue;
        }

        if (pyexec_mkpath(path, S_ISDIR(st.st_mode)) == -1) {
            return "mkdir()";
        }

        what = pyexec_root_bind(path);
        if (what) {
            return what;
        }
    }

    return NULL;
}


static const char *
pyexec_root_bind(const char *path)
{
    int          fd;
    char         old[PYEXEC_OLD_MAX];
    uint64_t     attributes;
    struct stat  st;

    (void) snprintf(old, sizeof(old), PYEXEC_OLD "%s", path);

    if (stat(old, &st) == -1) {
        return "stat()";
    }

    if (!S_ISDIR(st.st_mode)) {
        fd = open(path, O_WRONLY|O_CREAT|O_CLOEXEC, 0444);
        if (fd == -1) {
            return "open()";
        }
        (void) close(fd);
    }

    attributes = MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID;

    if (!S_ISCHR(st.st_mode)) {
        attributes |= MOUNT_ATTR_NODEV;
    }

    return pyexec_root_mount(old, path, attributes);
}


static const char *
pyexec_root_mount(const char *source, const char *target, uint64_t attributes)
{
    if (mount(source, target, NULL, PYEXEC_MS_BIND|PYEXEC_MS_REC, NULL) == -1)
    {
        return "mount(MS_BIND)";
    }

    if (pyexec_attributes(AT_FDCWD, target, attributes) == -1) {
        return "mount_setattr()";
    }

    return NULL;
}


static const char *
pyexec_root_workspaces(const pyexec_sandbox_t *sb)
{
    unsigned     i;
    const char  *what;
    char         old[PYEXEC_OLD_MAX], path[64];

    for (i = 0; i < sb->nworkspaces; i++) {

        (void) snprintf(old, sizeof(old), PYEXEC_OLD "%s",
                        sb->workspaces[i].path);
        (void) snprintf(path, sizeof(path), PYEXEC_WORKSPACES "/%u", i);

        if (mkdir(path, 0755) == -1) {
            return "mkdir()";
        }

        what = pyexec_root_mount(old, path, MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV
                                            |MOUNT_ATTR_NOEXEC);
        if (what) {
            return what;
        }
    }

    return NULL;
}


const char *
pyexec_root_seal(void)
{
    return pyexec_root_readonly("/");
}


const char *
pyexec_root_hide(int *workspaces)
{
    *workspaces = open(PYEXEC_WORKSPACES, O_PATH|O_DIRECTORY|O_CLOEXEC);
    if (*workspaces == -1) {
        return "open()";
    }

    if (mount(PYEXEC_EMPTY, PYEXEC_WORKSPACES, NULL, PYEXEC_MS_BIND, NULL)
        == -1)
    {
        return "mount(MS_BIND)";
    }

    if (mount("pyexec", PYEXEC_WORKSPACE, "tmpfs",
              PYEXEC_MS_NOSUID|PYEXEC_MS_NODEV|PYEXEC_MS_NOEXEC,
              "mode=0755,size=64k,nr_inodes=8") == -1)
    {
        return "mount(tmpfs)";
    }

    return NULL;
}


const char *
pyexec_root_show(int workspaces, const pyexec_confine_t *c)
{
    int          session;
    char         path[PYEXEC_SESSION_MAX + 16], place[PATH_MAX];
    const char  *what;

    (void) snprintf(path, sizeof(path), "%u/%.*s", c->workspace,
                    (int) c->session.len, c->session.data);

    session = pyexec_open_beneath(workspaces, path);
    (void) close(workspaces);

    if (session == -1) {
        return "openat2()";
    }

    if (!pyexec_same(session, c->session_fd)) {
        (void) close(session);
        errno = ESTALE;
        return "openat2()";
    }

    what = pyexec_root_session(session, c, place, sizeof(place));
    (void) close(session);

    if (what == NULL && chdir(place) == -1) {
        what = "chdir()";
    }

    return what;
}


/* the session, in it code_exec, in it the run: each over the one before */

static const char *
pyexec_root_session(int session, const pyexec_confine_t *c, char *place,
    size_t size)
{
    int          runs, run;
    size_t       n;
    const char  *what;
    uint64_t     attributes;

    attributes = MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC;

    runs = pyexec_open_beneath(session, "code_exec");
    if (runs == -1) {
        return "openat2()";
    }

    (void) snprintf(place, size, "%.*s", (int) c->run_id.len, c->run_id.data);

    run = pyexec_open_beneath(runs, place);

    if (run == -1 || !pyexec_same(run, c->run_fd)) {
        errno = run == -1 ? errno : ESTALE;
        what = "openat2()";
        goto done;
    }

    n = snprintf(place, size, PYEXEC_WORKSPACE "/%.*s", (int) c->session.len,
                 c->session.data);

    what = mkdir(place, 0755) == -1 ? "mkdir()" : NULL;

    if (what == NULL) {
        what = pyexec_root_attach(session, place, c->session_write
                                  ? attributes
                                  : attributes | MOUNT_ATTR_RDONLY);
    }

    n += snprintf(place + n, size - n, "/code_exec");

    if (what == NULL && c->session_write) {
        what = pyexec_root_attach(runs, place, attributes | MOUNT_ATTR_RDONLY);
    }

    (void) snprintf(place + n, size - n, "/%.*s", (int) c->run_id.len,
                    c->run_id.data);

    if (what == NULL) {
        what = pyexec_root_attach(run, place, attributes);
    }

    if (what == NULL) {
        what = pyexec_root_readonly(PYEXEC_WORKSPACE);
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

    if (pyexec_attributes(fd, "", attributes) == -1) {
        (void) close(fd);
        return "mount_setattr()";
    }

    rc = syscall(SYS_move_mount, fd, "", AT_FDCWD, place,
                 MOVE_MOUNT_F_EMPTY_PATH);
    (void) close(fd);

    return rc == -1 ? "move_mount()" : NULL;
}


/* the mount at path, but not those below it */

static const char *
pyexec_root_readonly(const char *path)
{
    struct mount_attr  attr;

    memset(&attr, 0, sizeof(attr));
    attr.attr_set = MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV;

    if (syscall(SYS_mount_setattr, AT_FDCWD, path, 0, &attr, sizeof(attr))
        == -1)
    {
        return "mount_setattr()";
    }

    return NULL;
}


/* of the mount and of those below it */

static int
pyexec_attributes(int fd, const char *path, uint64_t set)
{
    struct mount_attr  attr;

    memset(&attr, 0, sizeof(attr));
    attr.attr_set = set;

    return syscall(SYS_mount_setattr, fd, path, AT_EMPTY_PATH|AT_RECURSIVE,
                   &attr, sizeof(attr));
}


/* makes what path needs above it, and itself if it is to be a directory */

static int
pyexec_mkpath(char *path, unsigned directory)
{
    char  *slash;

    for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/'))
    {
        *slash = '\0';

        if (mkdir(path, 0755) == -1 && errno != EEXIST) {
            return -1;
        }

        *slash = '/';
    }

    return directory && mkdir(path, 0755) == -1 && errno != EEXIST ? -1 : 0;
}


static int
pyexec_open_beneath(int dir, const char *path)
{
    struct open_how  how;

    memset(&how, 0, sizeof(how));
    how.flags = O_PATH|O_DIRECTORY|O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS|RESOLVE_NO_MAGICLINKS;

    return syscall(SYS_openat2, dir, path, &how, sizeof(how));
}


static int
pyexec_same(int one, int two)
{
    struct stat  a, b;

    return fstat(one, &a) == 0 && fstat(two, &b) == 0
           && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}
