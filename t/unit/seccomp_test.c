
/*
 * The filters, run by a simulator of its own: neither libseccomp nor the pool
 * is asked what it has built.
 */

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "sandbox/pyexec_calls.h"
#include "sandbox/pyexec_seccomp.h"


#if defined(__x86_64__)
#define ARCH            AUDIT_ARCH_X86_64
#define OTHER_ARCH      AUDIT_ARCH_AARCH64
#elif defined(__aarch64__)
#define ARCH            AUDIT_ARCH_AARCH64
#define OTHER_ARCH      AUDIT_ARCH_X86_64
#endif

#define X32             0x40000000
#define ALLOW           SECCOMP_RET_ALLOW
#define KILL            SECCOMP_RET_KILL_PROCESS
#define ERR(n)          (SECCOMP_RET_ERRNO | (n))

/* a thread, as glibc makes it */

#define THREAD          0x3d0f00


static struct sock_fprog  zygote, child, whole;


static uint32_t
run_one(const struct sock_fprog *prog, const struct seccomp_data *data)
{
    uint32_t                   a, at;
    const struct sock_filter  *f;

    a = 0;

    for (at = 0; at < prog->len; at++) {

        f = &prog->filter[at];

        switch (f->code) {

        case BPF_LD|BPF_W|BPF_ABS:
            assert_true(f->k % 4 == 0 && f->k < sizeof(*data));
            memcpy(&a, (const char *) data + f->k, 4);
            break;

        case BPF_ALU|BPF_AND|BPF_K:
            a &= f->k;
            break;

        case BPF_JMP|BPF_JA:
            at += f->k;
            break;

        case BPF_JMP|BPF_JEQ|BPF_K:
            at += a == f->k ? f->jt : f->jf;
            break;

        case BPF_JMP|BPF_JGE|BPF_K:
            at += a >= f->k ? f->jt : f->jf;
            break;

        case BPF_JMP|BPF_JGT|BPF_K:
            at += a > f->k ? f->jt : f->jf;
            break;

        case BPF_RET|BPF_K:
            return f->k;

        default:
            fail_msg("instruction %u: unknown code 0x%x", at, f->code);
        }
    }

    fail_msg("the program runs over its end");
    return 0;
}


/*
 * What the kernel makes of both: the lower action, where KILL_PROCESS is below
 * 0; of equal ones the later filter's.  As one filter would have it.
 */

static uint32_t
run(const struct seccomp_data *data)
{
    uint32_t  first, last, rc;

    first = run_one(&zygote, data);
    last = run_one(&child, data);

    rc = (int32_t) (first & SECCOMP_RET_ACTION_FULL)
         < (int32_t) (last & SECCOMP_RET_ACTION_FULL) ? first : last;

    assert_int_equal(rc, run_one(&whole, data));

    return rc;
}


static uint32_t
call(uint32_t nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
    uint64_t a4)
{
    struct seccomp_data  data = { nr, ARCH, 0,
                                  { a0, a1, a2, a3, a4, 0 } };

    return run(&data);
}


static void
every_number(void **state)
{
    unsigned  nr, n, allowed;
    uint32_t  rc;

    /*
     * What must not be had with any argument; SCMP_SYS() is a negative number
     * where the architecture has no such call.
     */

    static const int  never[] = {
        SYS_socket, SYS_connect, SYS_bind, SYS_accept, SYS_sendmsg,
        SYS_recvmsg, SCMP_SYS(fork), SCMP_SYS(vfork), SYS_clone3, SYS_execve,
        SYS_execveat, SYS_ptrace, SYS_process_vm_readv,
        SYS_process_vm_writev, SYS_pidfd_open, SYS_pidfd_getfd,
        SYS_pidfd_send_signal, SYS_unshare, SYS_setns, SYS_mount,
        SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_open_tree,
        SYS_move_mount, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
        SYS_io_uring_setup, SYS_keyctl, SYS_add_key, SYS_request_key,
        SYS_memfd_create, SYS_memfd_secret, SYS_open_by_handle_at,
        SCMP_SYS(symlink), SYS_symlinkat, SCMP_SYS(link), SYS_linkat,
        SCMP_SYS(mknod), SYS_mknodat, SYS_setuid, SYS_setresuid, SYS_capset,
        SYS_setrlimit,
        SYS_personality, SYS_seccomp, SYS_landlock_restrict_self,
        SYS_shmget, SYS_msgget, SYS_semget, SYS_mq_open, SYS_vmsplice,
        SYS_splice, SYS_openat2, SYS_kexec_load, SYS_init_module,
        SYS_setxattr, SYS_timer_create,
        SYS_tkill, SYS_inotify_init1, SYS_fanotify_init,
        SCMP_SYS(modify_ldt), SCMP_SYS(iopl),
        SYS_sysinfo, SYS_preadv2, SYS_mincore, SYS_fadvise64, SYS_flock,
        SYS_getxattr, SYS_lgetxattr, SYS_fgetxattr, SYS_listxattr,
        SYS_llistxattr, SYS_flistxattr, SYS_fallocate
    };

    (void) state;

    allowed = 0;

    for (nr = 0; nr <= 512; nr++) {
        rc = call(nr, 0, 0, 0, 0, 0);

        assert_true(rc == ALLOW || rc == KILL || rc == ERR(EPERM)
                    || rc == ERR(ENOSYS) || rc == ERR(0)
                    || rc == ERR(EOPNOTSUPP)
                    || rc == ERR(PYEXEC_LOCK) || rc == ERR(PYEXEC_META));

        allowed += rc == ALLOW;

        for (n = 0; n < sizeof(never) / sizeof(never[0]); n++) {
            if (nr == (unsigned) never[n]) {
                assert_true(rc != ALLOW);
                assert_true(call(nr, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull)
                            != ALLOW);
                assert_true(call(nr, 1, 1, 1, 1, 1) != ALLOW);
            }
        }

        /* numbers of today's future */

        if (nr > 462) {
            assert_int_equal(rc, ERR(ENOSYS));
        }
    }

    print_message("%u numbers are allowed with arguments of 0\n", allowed);
    assert_true(allowed > 100 && allowed < 200);
    assert_int_equal(call(UINT32_MAX, 0, 0, 0, 0, 0), ERR(ENOSYS));
}


/* what children are made and confined with, and what differs in them */

static void
a_zygote_has_a_little_more(void **state)
{
    unsigned             nr, n;
    struct seccomp_data  data;

    static const int  more[] = {
        SYS_sendmsg, SYS_recvmsg, SYS_clone, SYS_wait4, SYS_unshare,
        SYS_setns, SYS_pidfd_open, SYS_signalfd4, SYS_setsid, SYS_prctl,
        SYS_openat2, SYS_open_tree, SYS_mount_setattr, SYS_move_mount,
        SYS_landlock_create_ruleset, SYS_landlock_add_rule,
        SYS_landlock_restrict_self, SYS_prlimit64, SYS_capset, SYS_seccomp,
        SYS_kill, SYS_tgkill, SYS_getpgid, SYS_getsid, SYS_sched_getaffinity,
        SYS_sched_getscheduler, SYS_sched_getparam, SYS_get_robust_list,
        SYS_fcntl, SYS_flock
    };

    (void) state;

    /* nothing in it depends on the child */

    for (n = 0; n < zygote.len; n++) {
        assert_true(zygote.filter[n].k != PYEXEC_SELF);
        assert_true(zygote.filter[n].k != ERR(PYEXEC_LOCK));
    }

    memset(&data, 0xff, sizeof(data));
    data.arch = ARCH;

    for (nr = 0; nr <= 512; nr++) {
        data.nr = nr;

        for (n = 0; n < sizeof(more) / sizeof(more[0])
                    && nr != (unsigned) more[n]; n++) { /* void */ }

        if (n == sizeof(more) / sizeof(more[0])) {
            assert_int_equal(run_one(&child, &data), ALLOW);
            assert_int_equal(run_one(&zygote, &data),
                             run_one(&whole, &data));

        } else {
            assert_int_equal(run_one(&zygote, &data), ALLOW);
            assert_true(run_one(&child, &data) != ALLOW);
        }
    }
}


static void
other_architectures_kill(void **state)
{
    unsigned             nr, i;
    struct seccomp_data  data;

    static const uint32_t  archs[] = {
        AUDIT_ARCH_I386, OTHER_ARCH, AUDIT_ARCH_ARM, 0, UINT32_MAX
    };

    (void) state;

    memset(&data, 0, sizeof(data));

    for (nr = 0; nr <= 512; nr++) {
#ifdef __x86_64__
        assert_int_equal(call(X32 | nr, 0, 0, 0, 0, 0), KILL);
#endif

        for (i = 0; i < sizeof(archs) / sizeof(archs[0]); i++) {
            data.nr = nr;
            data.arch = archs[i];
            assert_int_equal(run(&data), KILL);
        }
    }
}


/*
 * The kernel takes most arguments as int: garbage above must not change the
 * verdict.  What is a pointer must not be NULL by half.
 */

static void
upper_halves(void **state)
{
    unsigned  nr, arg, i;
    uint32_t  rc;
    uint64_t  a[5];

    static const uint64_t  garbage[] = {
        1ull << 32, 1ull << 63, 0xdeadbeef00000000ull, 0xffffffff00000000ull
    };

    static const uint32_t  values[] = {
        0, 1, 2, 3, 4, 5, 6, 7, 15, 16, 36, 37, 38, 1030, 0x5401, 0x5421,
        02777, 04777, THREAD, PYEXEC_SELF, UINT32_MAX
    };

    (void) state;

    for (nr = 0; nr <= 512; nr++) {
        for (arg = 0; arg < 5; arg++) {
            for (i = 0; i < sizeof(values) / sizeof(values[0])
                            * (sizeof(garbage) / sizeof(garbage[0])); i++)
            {
                memset(a, 0, sizeof(a));
                a[arg] = values[i / 4];
                rc = call(nr, a[0], a[1], a[2], a[3], a[4]);

                a[arg] |= garbage[i % 4];

                if ((nr == SYS_prlimit64 && arg == 2)
                    || (nr == SYS_sendto && arg == 4))
                {
                    rc = ERR(ENOSYS);
                }

                assert_int_equal(call(nr, a[0], a[1], a[2], a[3], a[4]), rc);
            }
        }
    }
}


static void
memory_is_not_made_executable(void **state)
{
    unsigned  prot, i;
    uint64_t  high;

    (void) state;

    for (prot = 0; prot < 8; prot++) {
        for (i = 0; i < 2; i++) {
            high = i ? 0xdeadbeef00000000ull : 0;

            assert_int_equal(call(SYS_mprotect, 0, 0, high | prot, 0, 0)
                             == ALLOW, !(prot & PROT_EXEC));
            assert_int_equal(call(SYS_mmap, 0, 0, high | prot,
                                  high | MAP_PRIVATE|MAP_ANONYMOUS, 0)
                             == ALLOW, !(prot & PROT_EXEC));

            /* a file, shared with who may write it */

            assert_int_equal(call(SYS_mmap, 0, 0, high | prot,
                                  high | MAP_SHARED, 0)
                             == ALLOW, !(prot & PROT_EXEC));
            assert_int_equal(call(SYS_mmap, 0, 0, high | prot,
                                  high | MAP_SHARED_VALIDATE, 0)
                             == ALLOW, !(prot & PROT_EXEC));

            /* a library, from its file */

            assert_int_equal(call(SYS_mmap, 0, 0, high | prot,
                                  high | MAP_PRIVATE, 0)
                             == ALLOW,
                             (prot & (PROT_WRITE|PROT_EXEC))
                             != (PROT_WRITE|PROT_EXEC));
        }
    }
}


static void
threads_but_no_processes(void **state)
{
    unsigned  bit;
    uint64_t  high = 0xffffffff00000000ull;

    (void) state;

    assert_int_equal(call(SYS_clone, THREAD, 0, 0, 0, 0), ALLOW);
    assert_int_equal(call(SYS_clone, high | THREAD, 0, 0, 0, 0), ALLOW);
    assert_int_equal(call(SYS_clone, 17, 0, 0, 0, 0), ERR(EPERM));
    assert_int_equal(call(SYS_clone, 0, 0, 0, 0, 0), ERR(EPERM));

    for (bit = 0; bit < 32; bit++) {
        assert_true(call(SYS_clone, THREAD ^ 1ull << bit, 0, 0, 0, 0)
                    != ALLOW);
        assert_true(call(SYS_clone, 1ull << bit, 0, 0, 0, 0) != ALLOW);
    }
}


static void
conditions(void **state)
{
    unsigned  i;
    uint64_t  high = 0xabcdef0100000000ull;

    static const int  own[] = {
        SYS_getpgid, SYS_getsid, SYS_sched_getaffinity,
        SYS_sched_getscheduler, SYS_sched_getparam, SYS_get_robust_list
    };

    (void) state;

    assert_int_equal(call(SYS_kill, PYEXEC_SELF, 9, 0, 0, 0), ALLOW);
    assert_true(call(SYS_kill, 1, 9, 0, 0, 0) != ALLOW);
    assert_true(call(SYS_kill, (uint64_t) -1, 9, 0, 0, 0) != ALLOW);
    assert_true(call(SYS_kill, 0, 9, 0, 0, 0) != ALLOW);
    assert_true(call(SYS_tgkill, 1, 1, 9, 0, 0) != ALLOW);

    for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        assert_int_equal(call(own[i], 0, 0, 0, 0, 0), ALLOW);
        assert_int_equal(call(own[i], PYEXEC_SELF, 0, 0, 0, 0), ALLOW);
        assert_true(call(own[i], 1, 0, 0, 0, 0) != ALLOW);
        assert_true(call(own[i], UINT32_MAX, 0, 0, 0, 0) != ALLOW);
    }

    assert_int_equal(call(SYS_getpriority, 0, 0, 0, 0, 0), ALLOW);
    assert_true(call(SYS_getpriority, 0, 1, 0, 0, 0) != ALLOW);
    assert_true(call(SYS_getpriority, 2, 0, 0, 0, 0) != ALLOW);

    /* CLOCK_TAI, and the CPU time of process 1 */

    assert_int_equal(call(SYS_clock_gettime, 11, 0, 0, 0, 0), ALLOW);
    assert_true(call(SYS_clock_gettime, ~1u << 3 | 2, 0, 0, 0, 0)
                != ALLOW);
    assert_true(call(SYS_clock_getres, ~1ull << 3 | 2, 0, 0, 0, 0)
                != ALLOW);
    assert_int_equal(call(SYS_clock_nanosleep, 1, 0, 1, 0, 0), ALLOW);
    assert_true(call(SYS_clock_nanosleep, ~1u << 3 | 2, 0, 1, 0, 0)
                != ALLOW);

    assert_int_equal(call(SYS_prlimit64, 0, 7, 0, 1, 0), ALLOW);
    assert_int_equal(call(SYS_prlimit64, high, 7, 0, 1, 0), ALLOW);
    assert_true(call(SYS_prlimit64, 1, 7, 0, 1, 0) != ALLOW);
    assert_true(call(SYS_prlimit64, 0, 7, 1, 1, 0) != ALLOW);
    assert_true(call(SYS_prlimit64, 0, 7, high, 1, 0) != ALLOW);

    assert_int_equal(call(SYS_socketpair, 1, 1, 0, 0, 0), ALLOW);
    assert_true(call(SYS_socketpair, 2, 1, 0, 0, 0) != ALLOW);
    assert_int_equal(call(SYS_sendto, 1, 1, 1, 0, 0), ALLOW);
    assert_true(call(SYS_sendto, 1, 1, 1, 0, 1) != ALLOW);
    assert_true(call(SYS_sendto, 1, 1, 1, 0, high) != ALLOW);

    assert_int_equal(call(SYS_openat, 0, 0, 0, 0777, 0), ALLOW);
    assert_true(call(SYS_openat, 0, 0, 0, 04777, 0) != ALLOW);
    assert_true(call(SYS_openat, 0, 0, 0, 02777, 0) != ALLOW);
    assert_true(call(SCMP_SYS(open), 0, 0, 06777, 0, 0) != ALLOW);
    assert_int_equal(call(SYS_openat, 0, 0, O_DIRECTORY, 0, 0), ALLOW);
    assert_int_equal(call(SYS_openat, 0, 0, O_TMPFILE|O_RDWR, 0600, 0),
                     ERR(EOPNOTSUPP));
    assert_int_equal(call(SYS_openat, 0, 0, O_TMPFILE, 04600, 0),
                     ERR(EOPNOTSUPP));
    assert_true(call(SCMP_SYS(open), 0, O_TMPFILE|O_RDWR, 0600, 0, 0)
                != ALLOW);
    assert_true(call(SCMP_SYS(mkdir), 0, 02777, 0, 0, 0) != ALLOW);
    assert_int_equal(call(SYS_renameat2, 0, 0, 0, 0, 2), ALLOW);
    assert_true(call(SYS_renameat2, 0, 0, 0, 0, 4) != ALLOW);
    assert_true(call(SYS_renameat2, 0, 0, 0, 0, high | 5) != ALLOW);

    for (i = 0; i < 0x10000; i++) {
        if (call(SYS_ioctl, 0, i, 0, 0, 0) == ALLOW) {
            assert_true(i == 0x5401 || i == 0x5413 || i == 0x541b
                        || i == 0x5421 || i == 0x5450 || i == 0x5451);
            assert_int_equal(call(SYS_ioctl, 0, high | i, 0, 0, 0), ALLOW);
        }
    }

    /* F_SETOWN, F_SETSIG, F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ, F_ADD_SEALS */

    assert_true(call(SYS_fcntl, 0, 8, 0, 0, 0) != ALLOW);
    assert_true(call(SYS_fcntl, 0, 10, 0, 0, 0) != ALLOW);
    assert_true(call(SYS_fcntl, 0, 1024, 0, 0, 0) != ALLOW);
    assert_true(call(SYS_fcntl, 0, 1026, 0, 0, 0) != ALLOW);
    assert_true(call(SYS_fcntl, 0, 1031, 0, 0, 0) != ALLOW);
    assert_true(call(SYS_fcntl, 0, 1033, 0, 0, 0) != ALLOW);
    assert_int_equal(call(SYS_fcntl, 0, 3, 0, 0, 0), ALLOW);

    /* F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW; F_GETLK, F_OFD_GETLK */

    assert_int_equal(call(SYS_flock, 0, 2, 0, 0, 0), ERR(PYEXEC_LOCK));
    assert_int_equal(call(SYS_fcntl, 0, 6, 1, 0, 0), ERR(PYEXEC_LOCK));
    assert_int_equal(call(SYS_fcntl, 0, 7, 1, 0, 0), ERR(PYEXEC_LOCK));
    assert_int_equal(call(SYS_fcntl, 0, 37, 1, 0, 0), ERR(PYEXEC_LOCK));
    assert_int_equal(call(SYS_fcntl, 0, 38, 1, 0, 0), ERR(PYEXEC_LOCK));
    assert_int_equal(call(SYS_fcntl, 0, 5, 1, 0, 0), ALLOW);
    assert_int_equal(call(SYS_fcntl, 0, 36, 1, 0, 0), ALLOW);

    /* modes, but for set-user-ID and set-group-ID; AT_FDCWD first */

    assert_int_equal(call(SYS_fchmod, 0, 0755, 0, 0, 0), ERR(PYEXEC_META));
    assert_int_equal(call(SYS_fchmodat, -100, 1, 0700, 0, 0), ERR(PYEXEC_META));
    assert_int_equal(call(SYS_utimensat, -100, 1, 1, 0, 0), ERR(PYEXEC_META));
    assert_int_equal(call(SYS_fchmod, 0, 04755, 0, 0, 0), ERR(EPERM));
    assert_int_equal(call(SYS_fchmod, 0, 02755, 0, 0, 0), ERR(EPERM));
    assert_int_equal(call(SYS_fchmodat, -100, 1, 06755, 0, 0), ERR(EPERM));
    assert_int_equal(call(452, -100, 1, 04700, 0, 0), ERR(EPERM));

    /* PR_SET_DUMPABLE, PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_MM */

    assert_true(call(SYS_prctl, 4, 1, 0, 0, 0) != ALLOW);
    assert_true(call(SYS_prctl, 1, 0, 0, 0, 0) != ALLOW);
    assert_true(call(SYS_prctl, 38, 1, 0, 0, 0) != ALLOW);
    assert_true(call(SYS_prctl, 35, 1, 0, 0, 0) != ALLOW);
    assert_int_equal(call(SYS_prctl, 15, 1, 0, 0, 0), ALLOW);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(every_number),
        cmocka_unit_test(a_zygote_has_a_little_more),
        cmocka_unit_test(other_architectures_kill),
        cmocka_unit_test(upper_halves),
        cmocka_unit_test(memory_is_not_made_executable),
        cmocka_unit_test(threads_but_no_processes),
        cmocka_unit_test(conditions)
    };

    /* nothing is loaded: what the kernel here knows of does not matter */

    (void) seccomp_api_set(3);

    if (pyexec_seccomp_build(&zygote, &child) != NULL
        || pyexec_seccomp_build(&whole, NULL) != NULL)
    {
        return 1;
    }

    print_message("%u and %u instructions, in one %u\n", zygote.len,
                  child.len, whole.len);

    return cmocka_run_group_tests_name("seccomp", tests, NULL, NULL);
}
