
/* The parameters of the walls: of a pool, and of one run. */

#ifndef _PYEXEC_WALLS_H_INCLUDED_
#define _PYEXEC_WALLS_H_INCLUDED_


#include <stdint.h>

#include <linux/filter.h>
#include <sys/types.h>

#include "base/pyexec_str.h"


#define PYEXEC_MAX_WORKSPACES   64

/* a child's descriptors are below: its own four and the two of a job */

#define PYEXEC_HIGH_FD          16

/*
 * PYEXEC_WITHOUT, a sum of these, leaves out walls at compile time.  Tests and
 * benchmarks build such pools ("make walls") to see which attack each wall
 * stops, and what it costs.  No build that is installed defines it, and no
 * setting at run time switches a wall off.
 */

#define PYEXEC_WALL_NETWORK       0x0001
#define PYEXEC_WALL_IPC           0x0002
#define PYEXEC_WALL_PID           0x0004
#define PYEXEC_WALL_MOUNT         0x0008
#define PYEXEC_WALL_DESCRIPTORS   0x0010
#define PYEXEC_WALL_LANDLOCK      0x0020
#define PYEXEC_WALL_RLIMITS       0x0040
#define PYEXEC_WALL_CAPABILITIES  0x0080
#define PYEXEC_WALL_SECCOMP       0x0100

#ifndef PYEXEC_WITHOUT
#define PYEXEC_WITHOUT          0
#endif

#define pyexec_wall(wall)       (((PYEXEC_WITHOUT) & PYEXEC_WALL_##wall) == 0)
#define pyexec_mounts(sb)       ((sb)->namespaces && pyexec_wall(MOUNT))


typedef struct {
    const char            *path;           /* absolute */
    const char            *real;           /* without symbolic links */
    int                    fd;             /* O_PATH | O_DIRECTORY */
    dev_t                  dev;            /* what fd is */
    ino_t                  ino;
} pyexec_workspace_t;


/* one run: where it works, and its limits */

typedef struct {
    unsigned               workspace;      /* index of workspaces[] */
    pyexec_str_t           session;
    pyexec_str_t           run_id;
    int                    session_fd;     /* O_PATH, closed by the caller */
    int                    run_fd;         /* likewise */
    unsigned               session_write:1;

    uint64_t               max_memory;     /* bytes, added to the zygote's */
    uint64_t               max_file_size;  /* bytes */
    uint32_t               max_open_files;
    uint32_t               max_threads;
    uint32_t               max_cpu;        /* seconds */
} pyexec_confine_t;


typedef struct {
    unsigned               strict:1;       /* exit if any wall is missing */
    uid_t                  uid;            /* of zygotes and children */
    gid_t                  gid;
    const char            *python;         /* absolute prefix, "/usr" */
    const char            *fonts;          /* a directory, or NULL */
    const char            *matplotlibrc;   /* a file, or NULL */
    pyexec_workspace_t     workspaces[PYEXEC_MAX_WORKSPACES];
    unsigned               nworkspaces;
    uint64_t               mounts;         /* pyexec_watch_mark()'s */
    pyexec_confine_t       most;           /* each the highest of any run */

    /* set by pyexec_probe() */

    unsigned               namespaces:1;   /* user, mount, pid, net, ipc, uts,
                                              cgroup: all of them or none */
    int                    landlock;       /* its ABI; 0: not there */
    struct sock_fprog      zygote_filter;  /* seccomp programs: */
    struct sock_fprog      child_filter;   /* pyexec_seccomp.h */
} pyexec_sandbox_t;


#endif /* _PYEXEC_WALLS_H_INCLUDED_ */
