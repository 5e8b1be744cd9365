
/* What the walls are put up with: a pool's sandbox, and what one run may do. */

#ifndef _PYEXEC_WALLS_H_INCLUDED_
#define _PYEXEC_WALLS_H_INCLUDED_


#include <stdint.h>

#include <linux/filter.h>
#include <sys/types.h>

#include "base/pyexec_str.h"


#define PYEXEC_MAX_WORKSPACES   64

/* descriptors below are what a child has: its own, and a job's two */

#define PYEXEC_HIGH_FD          16

/*
 * PYEXEC_WITHOUT is a sum of walls that are left out at compile time, in
 * pools that tests and benchmarks make to learn what each is for and what it
 * costs ("make walls").  No product has it, and no switch takes a wall away
 * from one.
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
    int                    fd;             /* O_PATH | O_DIRECTORY */
} pyexec_workspace_t;


/* what one run may do; the descriptors are O_PATH and stay the caller's */

typedef struct {
    unsigned               workspace;      /* index of workspaces[] */
    pyexec_str_t           session;
    pyexec_str_t           run_id;
    int                    session_fd;
    int                    run_fd;
    unsigned               session_write:1;

    uint64_t               max_memory;     /* bytes, beside the zygote's */
    uint64_t               max_file_size;  /* bytes */
    uint32_t               max_open_files;
    uint32_t               max_threads;
    uint32_t               max_cpu;        /* seconds */
} pyexec_confine_t;


typedef struct {
    unsigned               strict:1;       /* refuse to do without any wall */
    uid_t                  uid;            /* what children run as */
    gid_t                  gid;
    const char            *python;         /* absolute prefix, "/usr" */
    pyexec_workspace_t     workspaces[PYEXEC_MAX_WORKSPACES];
    unsigned               nworkspaces;
    pyexec_confine_t       most;           /* the highest limits of any run */

    /* set by pyexec_probe() */

    unsigned               namespaces:1;   /* user, mount, pid, net, ipc, uts,
                                              cgroup: all of them or none */
    int                    landlock;       /* its ABI; 0: none */
    struct sock_fprog      zygote_filter;  /* of seccomp */
    struct sock_fprog      child_filter;   /* and what a child adds to it */
} pyexec_sandbox_t;


#endif /* _PYEXEC_WALLS_H_INCLUDED_ */
