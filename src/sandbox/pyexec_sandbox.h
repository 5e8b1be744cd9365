
/*
 * The walls around a child.  What each stops is in SECURITY.md; the order in
 * which they go up, and why it is that one, is at the head of
 * pyexec_sandbox.c.
 */

#ifndef _PYEXEC_SANDBOX_H_INCLUDED_
#define _PYEXEC_SANDBOX_H_INCLUDED_


#include <stdint.h>

#include <linux/filter.h>
#include <sys/types.h>

#include "wire/pyexec_wire.h"


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


typedef struct {
    unsigned               strict:1;       /* refuse to do without any wall */
    uid_t                  uid;            /* what children run as */
    gid_t                  gid;
    const char            *python;         /* absolute prefix, "/usr" */
    pyexec_workspace_t     workspaces[PYEXEC_MAX_WORKSPACES];
    unsigned               nworkspaces;

    /* set by pyexec_sandbox_probe() */

    unsigned               namespaces:1;   /* user, mount, pid, net, ipc, uts,
                                              cgroup: all of them or none */
    int                    landlock;       /* its ABI; 0: none */
    struct sock_fprog      filter;         /* of seccomp, a zygote's */
    struct sock_fprog      last;           /* and a child's own */
} pyexec_sandbox_t;


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


/*
 * Tries every wall in throw-away processes, as the children will put it up,
 * builds the seccomp programs.  Dies with a sentence where a wall
 * that must not be missing is: seccomp; Landlock and the mount namespace
 * both; with strict, any.  Dies too where a workspace and another one, or the
 * system's or Python's paths, are one in the other.  Run once by the pool's
 * first process, which has one thread and, if it was started by root, is root
 * still.  text gets the walls in force, one line for the log.
 */

void pyexec_sandbox_probe(pyexec_sandbox_t *sb, char *text, size_t size);

/*
 * Forks a zygote, as fork() does: returns its pid to the pool's first
 * process (as seen there: it is that process's child), 0 in the zygote, -1
 * and errno where it failed.  The zygote is in its namespaces, pid 1 of its
 * pid namespace, at a root of its own with the system's libraries, Python
 * and the workspaces and nothing else; its uid is final.  Without namespaces
 * it is an ordinary child with the final uid.  Capabilities in its own user
 * namespace remain, for its children to arrange their mounts with.
 */

pid_t pyexec_sandbox_fork_zygote(pyexec_sandbox_t *sb);

/*
 * What fork_zygote does in between, for the probe: the calling process gets
 * its namespaces, root and uid; its next child is the zygote.  Returns as
 * prepare does.
 */

const char *pyexec_sandbox_enter(pyexec_sandbox_t *sb);

/*
 * Called in the zygote when its libraries are loaded: opens what the
 * children's Landlock rules need and drops what forking does not.  From then
 * on it can make no system calls but a run's, and those that children are
 * made and confined with.  Returns as prepare does.
 */

const char *pyexec_sandbox_zygote_ready(pyexec_sandbox_t *sb);

/* /proc, which is not at its root, O_PATH; until zygote_ready and after */

int pyexec_sandbox_proc(void);

/*
 * Forks a child of the zygote into a pid namespace of its own; returns as
 * fork() does.  PyOS_BeforeFork() and its like are the caller's to call.
 */

pid_t pyexec_sandbox_fork_child(pyexec_sandbox_t *sb);

/*
 * In a child.  prepare puts up what needs no job; confine all the rest, and
 * returns inside: the current directory is the run's, and nothing that the
 * filter refuses can be done any more.  Both return NULL, or the name of the
 * call that failed, with errno; the child must then report it and _exit().
 * Descriptors: those from keep on are closed, whatever they are.
 */

const char *pyexec_sandbox_prepare(pyexec_sandbox_t *sb, int keep);
const char *pyexec_sandbox_confine(pyexec_sandbox_t *sb,
    const pyexec_confine_t *c);


#endif /* _PYEXEC_SANDBOX_H_INCLUDED_ */
