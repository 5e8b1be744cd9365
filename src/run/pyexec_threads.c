
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include <sys/resource.h>

#include "run/pyexec_threads.h"


/* the greatest nice value, by which 68 threads weigh as much as one of 0 */

#define PYEXEC_MAX_NICE     19


static unsigned pyexec_threads_running(long pid);
static int pyexec_thread_runs(long pid, const char *tid);
static long pyexec_threads_field(const char *path, const char *form);


long
pyexec_threads_pid(int pidfd)
{
    long  pid;
    char  path[64];

    (void) snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
    pid = pyexec_threads_field(path, "Pid: %ld");

    return pid > 0 ? pid : 0;
}


long
pyexec_threads_watch(long pid)
{
    int   nice;
    long  n;
    char  path[64];

    (void) snprintf(path, sizeof(path), "/proc/%ld/status", pid);
    n = pyexec_threads_field(path, "Threads: %ld");

    if (n > 1) {
        nice = pyexec_threads_nice(pyexec_threads_running(pid));

        /*
         * Its process group is its own.  This fails if it is dead, and for
         * threads that have a greater value.
         */

        if (nice > 0) {
            (void) setpriority(PRIO_PGRP, pid,
                               getpriority(PRIO_PROCESS, 0) + nice);
        }
    }

    return n;
}


int
pyexec_threads_nice(unsigned n)
{
    int     nice;
    double  load;

    /* each step makes a thread weigh a fifth less */

    for (nice = 0, load = n; load > 1 && nice < PYEXEC_MAX_NICE; nice++) {
        load /= 1.25;
    }

    return nice;
}


static unsigned
pyexec_threads_running(long pid)
{
    DIR            *dir;
    char            path[64];
    unsigned        n;
    struct dirent  *de;

    (void) snprintf(path, sizeof(path), "/proc/%ld/task", pid);
    dir = opendir(path);

    if (dir == NULL) {
        return 0;
    }

    n = 0;

    while ((de = readdir(dir)) != NULL) {
        n += de->d_name[0] != '.' && pyexec_thread_runs(pid, de->d_name);
    }

    (void) closedir(dir);

    return n;
}


/* the state follows the name, which is in parentheses and may have others */

static int
pyexec_thread_runs(long pid, const char *tid)
{
    char   path[320], line[256], *state;
    FILE  *f;

    (void) snprintf(path, sizeof(path), "/proc/%ld/task/%s/stat", pid, tid);
    f = fopen(path, "re");

    if (f == NULL) {
        return 0;
    }

    state = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
    (void) fclose(f);

    return state && strncmp(state, ") R", 3) == 0;
}


/* returns the number in the first line that matches form, or 0 */

static long
pyexec_threads_field(const char *path, const char *form)
{
    char   line[256];
    FILE  *f;
    long   number;

    number = 0;
    f = fopen(path, "re");

    if (f == NULL) {
        return 0;
    }

    while (fgets(line, sizeof(line), f) && sscanf(line, form, &number) != 1) {
        /* void */
    }

    (void) fclose(f);

    return number;
}
