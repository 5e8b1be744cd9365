
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include <linux/prctl.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "sandbox/pyexec_calls.h"


/*
 * Conditions are masked equalities only, one for an argument: libseccomp
 * before 2.6.1 may merge others wrongly (GHSA-4q85-33p6-j5g6).  Of arguments
 * that are int to the kernel, it uses the lower 32 bits only, and so do these.
 */

#define PYEXEC_INT          0xffffffffu
#define PYEXEC_SIGN         0x80000000u

/* O_TMPFILE without O_DIRECTORY, which is part of it */

#define PYEXEC_TMPFILE      (O_TMPFILE & ~O_DIRECTORY)

/* flags of pthread_create() in glibc, which calls clone() if clone3() fails */

#define PYEXEC_THREAD       (CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND      \
                             |CLONE_THREAD|CLONE_SYSVSEM|CLONE_SETTLS         \
                             |CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID)

/* libseccomp 2.5.4 does not know it; 452 on x86-64 and arm64 */

#define PYEXEC_FCHMODAT2    452


typedef struct {
    uint32_t               action;
    const int             *calls;          /* ended by -1 */
} pyexec_calls_t;


typedef struct {
    uint32_t               action;
    const pyexec_rule_t   *rules;
    size_t                 n;
} pyexec_rules_t;


/* calls that Python and its libraries need, and harmless variants of these */

static const int  pyexec_allowed[] = {
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
    SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(preadv),
    SCMP_SYS(pwritev), SCMP_SYS(lseek), SCMP_SYS(close),
    SCMP_SYS(close_range), SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3),
    SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(sendfile),
    SCMP_SYS(copy_file_range),

    SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
    SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd),
    SCMP_SYS(chdir), SCMP_SYS(fchdir), SCMP_SYS(getdents),
    SCMP_SYS(getdents64), SCMP_SYS(statfs), SCMP_SYS(fstatfs),
    SCMP_SYS(rmdir), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename),
    SCMP_SYS(renameat), SCMP_SYS(truncate),
    SCMP_SYS(ftruncate), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
    SCMP_SYS(sync_file_range), SCMP_SYS(readahead), SCMP_SYS(umask),

    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
    SCMP_SYS(msync), SCMP_SYS(membarrier),

    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(futex),
    SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(set_tid_address),
    SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(getppid),
    SCMP_SYS(getpgrp), SCMP_SYS(getuid), SCMP_SYS(geteuid),
    SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getgroups),
    SCMP_SYS(getresuid), SCMP_SYS(getresgid), SCMP_SYS(capget),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_get_priority_min), SCMP_SYS(sched_get_priority_max),
    SCMP_SYS(getcpu), SCMP_SYS(getrlimit), SCMP_SYS(getrusage),
    SCMP_SYS(times), SCMP_SYS(uname), SCMP_SYS(getrandom),
    SCMP_SYS(restart_syscall),

    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(rt_sigsuspend), SCMP_SYS(sigaltstack), SCMP_SYS(pause),
    SCMP_SYS(alarm), SCMP_SYS(setitimer), SCMP_SYS(getitimer),

    SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time),

    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6),
    SCMP_SYS(epoll_create), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2),
    SCMP_SYS(eventfd), SCMP_SYS(eventfd2), SCMP_SYS(timerfd_create),
    SCMP_SYS(timerfd_settime), SCMP_SYS(timerfd_gettime),

    SCMP_SYS(recvfrom), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
    SCMP_SYS(getsockopt), SCMP_SYS(shutdown),
    -1
};


/* fail with EPERM: libraries try these, and Python raises PermissionError */

static const int  pyexec_refused[] = {
    SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen),
    SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(sendmsg),
    SCMP_SYS(sendmmsg), SCMP_SYS(recvmsg), SCMP_SYS(recvmmsg),
    SCMP_SYS(setsockopt),

    SCMP_SYS(fork), SCMP_SYS(vfork),
    SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(wait4), SCMP_SYS(waitid),
    SCMP_SYS(tkill), SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo),
    SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_send_signal), SCMP_SYS(pidfd_getfd),
    SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise), SCMP_SYS(process_mrelease), SCMP_SYS(kcmp),

    SCMP_SYS(perf_event_open), SCMP_SYS(bpf), SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
    SCMP_SYS(io_setup), SCMP_SYS(io_submit), SCMP_SYS(io_getevents),
    SCMP_SYS(io_cancel), SCMP_SYS(io_destroy), SCMP_SYS(io_pgetevents),

    SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key),
    SCMP_SYS(memfd_create), SCMP_SYS(memfd_secret),

    SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(mount), SCMP_SYS(umount2),
    SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(open_tree),
    SCMP_SYS(move_mount), SCMP_SYS(fsopen), SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount), SCMP_SYS(fspick), SCMP_SYS(mount_setattr),
    SCMP_SYS(open_by_handle_at), SCMP_SYS(name_to_handle_at),

    SCMP_SYS(chown), SCMP_SYS(fchown), SCMP_SYS(lchown), SCMP_SYS(fchownat),
    SCMP_SYS(setxattr), SCMP_SYS(lsetxattr), SCMP_SYS(fsetxattr),
    SCMP_SYS(removexattr), SCMP_SYS(lremovexattr), SCMP_SYS(fremovexattr),
    SCMP_SYS(link), SCMP_SYS(linkat), SCMP_SYS(symlink), SCMP_SYS(symlinkat),
    SCMP_SYS(mknod), SCMP_SYS(mknodat),

    SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setreuid),
    SCMP_SYS(setregid), SCMP_SYS(setresuid), SCMP_SYS(setresgid),
    SCMP_SYS(setfsuid), SCMP_SYS(setfsgid), SCMP_SYS(setgroups),
    SCMP_SYS(capset), SCMP_SYS(setpgid), SCMP_SYS(setsid),
    SCMP_SYS(setpriority), SCMP_SYS(setrlimit), SCMP_SYS(sched_setparam),
    SCMP_SYS(sched_setscheduler), SCMP_SYS(sched_setaffinity),
    SCMP_SYS(sched_setattr), SCMP_SYS(sched_getattr),
    SCMP_SYS(ioprio_set), SCMP_SYS(mbind), SCMP_SYS(set_mempolicy),
    SCMP_SYS(get_mempolicy), SCMP_SYS(migrate_pages), SCMP_SYS(move_pages),
    SCMP_SYS(mlock), SCMP_SYS(mlock2), SCMP_SYS(mlockall),
    SCMP_SYS(munlock), SCMP_SYS(munlockall),

    SCMP_SYS(personality), SCMP_SYS(arch_prctl), SCMP_SYS(seccomp),
    SCMP_SYS(landlock_create_ruleset), SCMP_SYS(landlock_add_rule),
    SCMP_SYS(landlock_restrict_self), SCMP_SYS(splice), SCMP_SYS(tee),
    SCMP_SYS(vmsplice), SCMP_SYS(shmget), SCMP_SYS(shmat), SCMP_SYS(shmctl),
    SCMP_SYS(shmdt), SCMP_SYS(msgget), SCMP_SYS(msgsnd), SCMP_SYS(msgrcv),
    SCMP_SYS(msgctl), SCMP_SYS(semget), SCMP_SYS(semop), SCMP_SYS(semctl),
    SCMP_SYS(semtimedop), SCMP_SYS(mq_open), SCMP_SYS(mq_unlink),
    SCMP_SYS(mq_timedsend), SCMP_SYS(mq_timedreceive), SCMP_SYS(mq_notify),
    SCMP_SYS(mq_getsetattr), SCMP_SYS(inotify_init), SCMP_SYS(inotify_init1),
    SCMP_SYS(inotify_add_watch), SCMP_SYS(inotify_rm_watch),
    SCMP_SYS(fanotify_init), SCMP_SYS(fanotify_mark), SCMP_SYS(signalfd),
    SCMP_SYS(signalfd4), SCMP_SYS(timer_create), SCMP_SYS(quotactl),
    SCMP_SYS(sysinfo), SCMP_SYS(acct), SCMP_SYS(syslog),
    SCMP_SYS(clock_settime),
    SCMP_SYS(clock_adjtime), SCMP_SYS(settimeofday), SCMP_SYS(adjtimex),
    SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(pkey_alloc),
    SCMP_SYS(pkey_free), SCMP_SYS(pkey_mprotect),
    SCMP_SYS(remap_file_pages), SCMP_SYS(sync), SCMP_SYS(syncfs),
    -1
};


/*
 * Returns 0 and does nothing: it could drop libraries from the page cache,
 * which slows all other runs down.
 */

static const int  pyexec_pretended[] = {
    SCMP_SYS(fadvise64),
    -1
};


/*
 * Landlock does not restrict the times and modes of files.  With mounts, all
 * files that a run may not write to are read-only; without, these calls fail
 * with EPERM.
 */

static const int  pyexec_times[] = {
    SCMP_SYS(utime), SCMP_SYS(utimes), SCMP_SYS(futimesat),
    SCMP_SYS(utimensat),
    -1
};


/*
 * Fail with EOPNOTSUPP, as on a file system that has no such thing.  shutil
 * takes that for a file without extended attributes, which Landlock does not
 * protect.  posix_fallocate() of glibc then writes to each block instead, so
 * that disk space is not taken faster than it can be written.
 */

static const int  pyexec_unsupported[] = {
    SCMP_SYS(getxattr), SCMP_SYS(lgetxattr), SCMP_SYS(fgetxattr),
    SCMP_SYS(listxattr), SCMP_SYS(llistxattr), SCMP_SYS(flistxattr),
    SCMP_SYS(fallocate),
    -1
};


/* kill the process: no library ever calls these, only an attack does */

static const int  pyexec_fatal[] = {
    SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(iopl),
    SCMP_SYS(ioperm), SCMP_SYS(modify_ldt), SCMP_SYS(userfaultfd),
    SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff),
    -1
};


static const pyexec_calls_t  pyexec_lists[] = {
    { SCMP_ACT_ALLOW, pyexec_allowed },
    { SCMP_ACT_ERRNO(EPERM), pyexec_refused },
    { SCMP_ACT_ERRNO(0), pyexec_pretended },
    { SCMP_ACT_ERRNO(PYEXEC_META), pyexec_times },
    { SCMP_ACT_ERRNO(EOPNOTSUPP), pyexec_unsupported },
    { SCMP_ACT_KILL_PROCESS, pyexec_fatal }
};


#define pyexec_when(nr, arg, mask, value)                                     \
    { SCMP_SYS(nr), { { arg, mask, value }, { 0, 0, 0 } } }
#define pyexec_int(nr, arg, value)  pyexec_when(nr, arg, PYEXEC_INT, value)
#define pyexec_own(nr, arg)                                                   \
    pyexec_int(nr, arg, 0), pyexec_int(nr, arg, PYEXEC_SELF)
#define pyexec_both(nr, arg, mask, value, arg2, mask2, value2)                \
    { SCMP_SYS(nr), { { arg, mask, value }, { arg2, mask2, value2 } } }


/* allowed if the conditions hold, else ENOSYS */

static const pyexec_rule_t  pyexec_conditions[] = {

    /*
     * No memory is ever both writable and executable.  Libraries are mapped
     * from files, privately: mremap() can duplicate a shared mapping, and
     * then one copy could be written while the other is executed.
     */

    pyexec_when(mmap, 2, PROT_EXEC, 0),
    pyexec_both(mmap, 2, PROT_WRITE|PROT_EXEC, PROT_EXEC,
                3, MAP_ANONYMOUS|MAP_TYPE, MAP_PRIVATE),
    pyexec_when(mprotect, 2, PROT_EXEC, 0),

    pyexec_int(clone, 0, PYEXEC_THREAD),

    /* on the calling process only */

    pyexec_int(kill, 0, PYEXEC_SELF),
    pyexec_int(tgkill, 0, PYEXEC_SELF),
    pyexec_own(getpgid, 0),
    pyexec_own(getsid, 0),
    pyexec_own(sched_getaffinity, 0),
    pyexec_own(sched_getscheduler, 0),
    pyexec_own(sched_getparam, 0),
    pyexec_own(get_robust_list, 0),
    pyexec_both(getpriority, 0, PYEXEC_INT, PRIO_PROCESS, 1, PYEXEC_INT, 0),
    pyexec_both(prlimit64, 0, PYEXEC_INT, 0, 2, UINT64_MAX, 0),

    /* a negative clock id is the CPU-time clock of some process or thread */

    pyexec_when(clock_gettime, 0, PYEXEC_SIGN, 0),
    pyexec_when(clock_getres, 0, PYEXEC_SIGN, 0),
    pyexec_when(clock_nanosleep, 0, PYEXEC_SIGN, 0),

    /* no set-user-ID or set-group-ID files */

    pyexec_both(open, 1, PYEXEC_TMPFILE, 0, 2, S_ISUID|S_ISGID, 0),
    pyexec_both(openat, 2, PYEXEC_TMPFILE, 0, 3, S_ISUID|S_ISGID, 0),
    pyexec_when(creat, 1, S_ISUID|S_ISGID, 0),
    pyexec_when(mkdir, 1, S_ISUID|S_ISGID, 0),
    pyexec_when(mkdirat, 2, S_ISUID|S_ISGID, 0),

    /* RENAME_WHITEOUT makes a character device */

    pyexec_when(renameat2, 4, RENAME_WHITEOUT, 0),

    /*
     * asyncio wakes itself by a socketpair; send() is a sendto() without an
     * address, which reaches the peer only.
     */

    pyexec_int(socketpair, 0, AF_UNIX),
    pyexec_when(sendto, 4, UINT64_MAX, 0),

    pyexec_int(fcntl, 1, F_DUPFD),
    pyexec_int(fcntl, 1, F_DUPFD_CLOEXEC),
    pyexec_int(fcntl, 1, F_GETFD),
    pyexec_int(fcntl, 1, F_SETFD),
    pyexec_int(fcntl, 1, F_GETFL),
    pyexec_int(fcntl, 1, F_SETFL),
    pyexec_int(fcntl, 1, F_GETLK),
    pyexec_int(fcntl, 1, F_OFD_GETLK),

    pyexec_int(ioctl, 1, TCGETS),
    pyexec_int(ioctl, 1, TIOCGWINSZ),
    pyexec_int(ioctl, 1, FIONREAD),
    pyexec_int(ioctl, 1, FIONBIO),
    pyexec_int(ioctl, 1, FIOCLEX),
    pyexec_int(ioctl, 1, FIONCLEX),

    pyexec_int(prctl, 0, PR_SET_NAME),
    pyexec_int(prctl, 0, PR_GET_NAME),
    pyexec_int(prctl, 0, PR_GET_DUMPABLE),
    pyexec_int(prctl, 0, PR_CAPBSET_READ),
    pyexec_int(prctl, 0, PR_GET_TIMERSLACK)
};


/*
 * File locks return 0 and lock nothing: runs could otherwise signal to each
 * other by locks on files that all of them can read.  A run's own files are
 * written by nobody else, so that it needs no real locks, except with
 * pyexec_session_access write, where they are allowed.
 */

static const pyexec_rule_t  pyexec_locks[] = {
    pyexec_when(flock, 0, 0, 0),
    pyexec_int(fcntl, 1, F_SETLK),
    pyexec_int(fcntl, 1, F_SETLKW),
    pyexec_int(fcntl, 1, F_OFD_SETLK),
    pyexec_int(fcntl, 1, F_OFD_SETLKW)
};


/* modes: as pyexec_times; not those of set-user-ID and set-group-ID files */

#define pyexec_mode(nr, arg)                                                  \
    { nr, { { arg, S_ISUID|S_ISGID, 0 }, { 0, 0, 0 } } }

static const pyexec_rule_t  pyexec_modes[] = {
    pyexec_mode(SCMP_SYS(chmod), 1),
    pyexec_mode(SCMP_SYS(fchmod), 1),
    pyexec_mode(SCMP_SYS(fchmodat), 2),
    pyexec_mode(PYEXEC_FCHMODAT2, 2)
};


#define pyexec_set_id(nr, arg)                                                \
    { nr, { { arg, S_ISUID, S_ISUID }, { 0, 0, 0 } } },                       \
    { nr, { { arg, S_ISUID|S_ISGID, S_ISGID }, { 0, 0, 0 } } }

static const pyexec_rule_t  pyexec_set_ids[] = {
    pyexec_set_id(SCMP_SYS(chmod), 1),
    pyexec_set_id(SCMP_SYS(fchmod), 1),
    pyexec_set_id(SCMP_SYS(fchmodat), 2),
    pyexec_set_id(PYEXEC_FCHMODAT2, 2)
};


/*
 * Files without a name fail with EOPNOTSUPP, as on a file system that has none:
 * tempfile then makes one with a name and deletes it, which a watch on the
 * run's directories notices.
 */

#define pyexec_nameless(nr, arg)                                              \
    pyexec_when(nr, arg, PYEXEC_TMPFILE, PYEXEC_TMPFILE)

static const pyexec_rule_t  pyexec_no_tmpfile[] = {
    pyexec_nameless(open, 1),
    pyexec_nameless(openat, 2)
};


/* os.fork() fails with EPERM: after EAGAIN, code would try again */

static const pyexec_rule_t  pyexec_no_fork[] = {
    pyexec_when(clone, 0, CLONE_THREAD, 0)
};


#define pyexec_rules(rules)  rules, sizeof(rules) / sizeof(rules[0])


static const pyexec_rules_t  pyexec_tables[] = {
    { SCMP_ACT_ALLOW, pyexec_rules(pyexec_conditions) },
    { SCMP_ACT_ERRNO(PYEXEC_LOCK), pyexec_rules(pyexec_locks) },
    { SCMP_ACT_ERRNO(PYEXEC_META), pyexec_rules(pyexec_modes) },
    { SCMP_ACT_ERRNO(EPERM), pyexec_rules(pyexec_set_ids) },
    { SCMP_ACT_ERRNO(EOPNOTSUPP), pyexec_rules(pyexec_no_tmpfile) },
    { SCMP_ACT_ERRNO(EPERM), pyexec_rules(pyexec_no_fork) }
};


/*
 * Calls that the zygote's filter allows and the child's decides on: those that
 * a zygote serves requests with; those that prepare and confine put walls up
 * with; those whose rules depend on the run, by its pid or its locks.
 */

static const int  pyexec_later[] = {
    SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(clone), SCMP_SYS(wait4),
    SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(pidfd_open),
    SCMP_SYS(signalfd4),

    SCMP_SYS(setsid), SCMP_SYS(prctl), SCMP_SYS(openat2),
    SCMP_SYS(open_tree), SCMP_SYS(mount_setattr), SCMP_SYS(move_mount),
    SCMP_SYS(landlock_create_ruleset), SCMP_SYS(landlock_add_rule),
    SCMP_SYS(landlock_restrict_self), SCMP_SYS(prlimit64),
    SCMP_SYS(capset), SCMP_SYS(seccomp),

    SCMP_SYS(kill), SCMP_SYS(tgkill), SCMP_SYS(getpgid), SCMP_SYS(getsid),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_getscheduler),
    SCMP_SYS(sched_getparam), SCMP_SYS(get_robust_list),
    SCMP_SYS(fcntl), SCMP_SYS(flock),
    -1
};


int
pyexec_calls_each(pyexec_rule_pt add, void *data)
{
    int                    rc;
    size_t                 i, j;
    const int             *nr;
    pyexec_rule_t          bare;
    const pyexec_rules_t  *t;

    rc = 0;
    memset(&bare, 0, sizeof(pyexec_rule_t));

    for (i = 0; i < sizeof(pyexec_lists) / sizeof(pyexec_lists[0]); i++) {
        for (nr = pyexec_lists[i].calls; *nr != -1 && rc == 0; nr++) {
            bare.nr = *nr;
            rc = add(data, pyexec_lists[i].action, &bare);
        }
    }

    for (i = 0; i < sizeof(pyexec_tables) / sizeof(pyexec_tables[0]); i++) {
        t = &pyexec_tables[i];

        for (j = 0; j < t->n && rc == 0; j++) {
            rc = add(data, t->action, &t->rules[j]);
        }
    }

    return rc;
}


int
pyexec_calls_later(int nr)
{
    const int  *p;

    for (p = pyexec_later; *p != -1 && *p != nr; p++) { /* void */ }

    return *p != -1;
}
