use strict;
use warnings;

# All that the kernel offers.

use lib 't';
use Pyexec::Attack;

Pyexec::Attack::group('kernel', http => 'pyexec_timeout 5s;');

__DATA__

=== personality
--- code
@means@
control(os.uname())
for value in (0, 0x0040000, 0x0400000, 0x0100000, 8):
    call(NR_personality, value) >= 0 and effect("personality", value)
call(NR_arch_prctl, 0x1002, 0) == 0 and effect("arch_prctl")
call(NR_arch_prctl, 0x1012, 0) == 0 and effect("arch_prctl")
--- through: seccomp



=== keys
--- code
@means@
control(os.getpid())
for command in range(0, 33):
    call(NR_keyctl, command, -3, 0, 0, 0) >= 0 and effect("keyctl", command)
for ring in (-1, -2, -3, -4, -5):
    call(NR_add_key, b"user", b"pyexec", b"secret", 6, ring) >= 0 and effect("add_key", ring)
    call(NR_request_key, b"user", b"pyexec", 0, ring) >= 0 and effect("request_key", ring)
--- through: seccomp



=== BPF
--- code
@means@
control(os.getpid())
attributes = (ctypes.c_uint32 * 32)(1, 4, 4, 1)
for command in range(0, 38):
    call(NR_bpf, command, attributes, 128) >= 0 and effect("bpf", command)



=== performance counters
--- code
@means@
control(os.getpid())
for kind in range(0, 6):
    attributes = (ctypes.c_uint32 * 32)(kind, 128)
    attributes[10] = 1 << 5 | 1 << 6    # not of the kernel
    for pid in (0, -1, @pid@):
        call(NR_perf_event_open, attributes, pid, 0 if pid == -1 else -1, -1, 0) >= 0 and effect("perf_event_open", kind, pid)



=== userfaultfd
--- code
@means@
control(os.getpid())
print("tried: userfaultfd", flush=True)
call(NR_userfaultfd, 0) >= 0 and effect("userfaultfd")
call(NR_userfaultfd, 1) >= 0 and effect("userfaultfd")
--- status: error
--- through: seccomp



=== seccomp, again
--- code
@means@
class Program(ctypes.Structure):
    _fields_ = [("n", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
allow = ctypes.create_string_buffer(b"\x06\0\0\0\0\0\xff\x7f")
program = Program(1, ctypes.addressof(allow))
control(os.getpid())
for flags in (0, 1, 2, 4, 8, 16):
    call(NR_seccomp, 1, flags, ctypes.byref(program)) >= 0 and effect("seccomp", flags)
call(NR_seccomp, 0, 0, 0) == 0 and effect("strict")
call(NR_prctl, 22, 2, ctypes.byref(program), 0, 0) == 0 and effect("prctl(PR_SET_SECCOMP)")
call(NR_prctl, 22, 1, 0, 0, 0) == 0 and effect("strict")
--- through: seccomp



=== Landlock, again
--- code
@means@
control(os.getpid())
attributes = (ctypes.c_uint64 * 3)(0xffff, 0, 0)
fd = call(NR_landlock_create_ruleset, attributes, 8, 0)
fd >= 0 and effect("landlock_create_ruleset")
for fd in range(3, 12):
    call(NR_landlock_restrict_self, fd, 0) == 0 and effect("landlock_restrict_self", fd)
    call(NR_landlock_add_rule, fd, 1, attributes, 0) == 0 and effect("landlock_add_rule", fd)
--- through: seccomp



=== modules, kexec, reboot, swap
--- code
@means@
control(os.getpid())
print("tried: to load a module", flush=True)
call(NR_init_module, 0, 0, b"")
effect("it lives on")
--- status: error
--- through: seccomp



=== the machine's ports
--- arch: x86_64
--- code
@means@
control(os.getpid())
print("tried: iopl", flush=True)
call(NR_iopl, 3)
effect("it lives on")
--- status: error
--- through: seccomp



=== reboot
--- code
@means@
control(os.getpid())
print("tried: reboot", flush=True)
call(NR_reboot, 0xfee1dead, 672274793, 0, 0)
effect("it lives on")
--- status: error
--- through: seccomp



=== segments of its own
--- arch: x86_64
--- code
@means@
control(os.getpid())
print("tried: modify_ldt", flush=True)
call(NR_modify_ldt, 1, ctypes.create_string_buffer(16), 16)
effect("it lives on")
--- status: error
--- through: seccomp



=== calls that only an attack makes, a run for each
--- code
@means@
control(os.getpid())
print("tried: delete_module", flush=True)
call(NR_delete_module, b"", 0)
effect("it lives on")
--- status: error
--- effect
grep {
    my $answer = $w->{daemon}->post("import ctypes\ncall = ctypes.CDLL(None).syscall\nprint(call(NR_getpid) > 0, flush=True)\n"
                                    . "call($_, 0, 0, 0, 0, 0)\nprint('lives')", session_id => $w->{session});
    $answer->{stdout} ne "True\n" || $answer->{attempts}[0]{error}{message} !~ /SIGSYS/;
} NR(swapon swapoff ioperm kexec_load finit_module kexec_file_load)
--- through: seccomp



=== the clock and the host's name
--- code
@means@
import time
control(time.time() > 0)
now = (ctypes.c_long * 2)(1, 0)
call(NR_clock_settime, 0, now) == 0 and effect("clock_settime")
call(NR_settimeofday, now, 0) == 0 and effect("settimeofday")
call(NR_adjtimex, ctypes.create_string_buffer(208)) >= 0 and effect("adjtimex")
call(NR_clock_adjtime, 0, ctypes.create_string_buffer(208)) >= 0 and effect("clock_adjtime")
attempt("sethostname", __import__("socket").sethostname, "evil") and effect("sethostname")
call(NR_setdomainname, b"evil", 4) == 0 and effect("setdomainname")
if time.time() < 10:
    effect("the clock is set")
--- through: seccomp



=== timers and signals that others would get
--- code
@means@
import signal
signal.setitimer(signal.ITIMER_REAL, 100); signal.setitimer(signal.ITIMER_REAL, 0)
control(True)
event = (ctypes.c_int * 16)(0, 0, 9, 4, @pid@)
call(NR_timer_create, 0, event, ctypes.byref(ctypes.c_int())) == 0 and effect("timer_create")
call(NR_signalfd, -1, ctypes.create_string_buffer(8), 8) >= 0 and effect("signalfd")
call(NR_signalfd4, -1, ctypes.create_string_buffer(8), 8, 0) >= 0 and effect("signalfd4")
call(NR_inotify_init) >= 0 and effect("inotify_init")
call(NR_inotify_init1, 0) >= 0 and effect("inotify_init1")
call(NR_fanotify_init, 0, 0) >= 0 and effect("fanotify_init")
--- through: seccomp



=== memory of the kernel's or of others' nodes
--- code
@means@
import mmap
m = mmap.mmap(-1, 4096)
control(len(m) == 4096)
call(NR_mbind, 0, 4096, 2, 0, 0, 0) == 0 and effect("mbind")
call(NR_set_mempolicy, 0, 0, 0) == 0 and effect("set_mempolicy")
call(NR_migrate_pages, 1, 8, 0, 0) >= 0 and effect("migrate_pages")
call(NR_move_pages, @pid@, 0, 0, 0, 0, 0) >= 0 and effect("move_pages")
call(NR_mlock, ctypes.addressof(ctypes.c_char.from_buffer(m)), 4096) == 0 and effect("mlock")
call(NR_mlockall, 1) == 0 and effect("mlockall")
call(NR_remap_file_pages, 0, 0, 0, 0, 0) == 0 and effect("remap_file_pages")
call(NR_pkey_alloc, 0, 0) >= 0 and effect("pkey_alloc")
--- through: seccomp



=== what the kernel tells of itself
--- code
@means@
control(os.uname().sysname == "Linux")
call(NR_syslog, 3, ctypes.create_string_buffer(100), 100) >= 0 and effect("syslog")
call(NR_syslog, 10, 0, 0) >= 0 and effect("syslog")
call(NR_acct, b"acct") == 0 and effect("acct")
call(NR_quotactl, 0x800700, b"/dev/vda", 0, 0) == 0 and effect("quotactl")
call(NR_lookup_dcookie, 0, 0, 0) == 0 and effect("lookup_dcookie")
call(NR__sysctl, 0) == 0 and effect("_sysctl")



=== the host's name
--- namespaces
--- before
$w->{hostname} = (POSIX::uname())[1];
--- code
@means@
control(os.uname().sysname == "Linux")
print("tried: uname", os.uname().nodename)
if os.uname().nodename == "@hostname@":
    effect("the host's name")



=== executable memory
--- code
@means@
import mmap
m = mmap.mmap(-1, 4096)
m.write(b"\xb8\x2a\0\0\0\xc3")
control(m[0] == 0xb8)
for prot in (7, 6, 5, 4):
    for flags in (0x22, 0x21, 0x32):
        a = call(NR_mmap, 0, 4096, prot, flags, -1, 0)
        a not in (-1, 0) and effect("mapped", prot, hex(flags))
base = ctypes.addressof(ctypes.c_char.from_buffer(m))
call(NR_mprotect, base, 4096, 5) == 0 and effect("mprotect")
call(NR_mprotect, base, 4096, 7) == 0 and effect("mprotect")
call(NR_pkey_mprotect, base, 4096, 5, 0) == 0 and effect("pkey_mprotect")
open("code", "wb").write(b"\xc3" * 4096)
fd = os.open("code", os.O_RDWR)
for flags in (1, 3):
    for prot in (7, 6, 5):
        call(NR_mmap, 0, 4096, prot, flags, fd, 0) not in (-1, 0) and effect("mapped shared", prot)
--- through: seccomp



=== every system call, with arguments of nothing
--- code
@means@
# those that end a run or wait, and those that kill it, which have cases of
# their own; 335 and 336 are x86-64's for probes, and pass every filter

skipped = {NR(rt_sigreturn pause vfork exit exit_group modify_ldt swapon swapoff reboot iopl ioperm init_module
              delete_module kexec_load finit_module kexec_file_load userfaultfd), 335, 336}
waiting = {NR(select pselect6 ppoll)}
pretended = {NR(flock fadvise64)}

# allowed with namespaces, else EPERM; modes of -1 are set-user-id ones, EPERM

meta = {NR(chmod fchmod utime utimes futimesat fchmodat utimensat), 452}
allowed = {NR(read write close stat fstat lstat poll lseek munmap brk rt_sigaction rt_sigprocmask rt_sigreturn pread64
              pwrite64 readv writev access pipe select sched_yield mremap msync madvise dup dup2 pause nanosleep getitimer
              alarm setitimer getpid sendfile recvfrom shutdown getsockname getpeername getsockopt exit uname fsync
              fdatasync truncate ftruncate getdents getcwd chdir fchdir rename rmdir unlink readlink umask gettimeofday
              getrlimit getrusage times getuid getgid geteuid getegid getppid getpgrp getgroups getresuid getresgid capget
              rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack statfs fstatfs sched_get_priority_max
              sched_get_priority_min gettid readahead time
              futex epoll_create getdents64 set_tid_address restart_syscall exit_group epoll_wait epoll_ctl newfstatat
              unlinkat renameat readlinkat faccessat pselect6 ppoll set_robust_list sync_file_range epoll_pwait
              timerfd_create eventfd timerfd_settime timerfd_gettime eventfd2 epoll_create1 dup3 pipe2 preadv
              pwritev getcpu getrandom membarrier copy_file_range rseq close_range faccessat2 epoll_pwait2)} - skipped

# those that depend on an argument, and are allowed with 0

depends = {NR(open mmap mprotect sendto fcntl mkdir creat getpgid getsid getpriority sched_getparam sched_getscheduler
              sched_getaffinity clock_gettime clock_getres clock_nanosleep openat mkdirat get_robust_list prlimit64
              renameat2)}

def answers(number, value, *first):
    ctypes.set_errno(0)
    rc = call.libc.syscall(ctypes.c_long(number), *first, *[ctypes.c_long(value)] * (6 - len(first)))
    if rc == 0 and number in {NR(clone fork)}:
        leave()
    return rc if rc != -1 else -ctypes.get_errno()

def is_refused(number, rc):
    return rc in (-1, -11, -38, -95) or rc == 0 and number in pretended

def sweep(value, expected):
    for number in range(0, 512):
        if number in skipped or value == 0 and number in waiting:
            continue
        first = [ctypes.c_long(-1), ctypes.c_long(0)] if number == NR_futex else []
        rc = answers(number, value, *first)
        if number in meta and rc != 0:
            continue
        if is_refused(number, rc) == (number in expected):
            effect("system call", number, "with", value, "answers", rc)
    print("tried: all with", value, flush=True)

control(os.dup2(0, 9) == 9)
mask = os.umask(0)
sweep(-1, allowed)
sweep(0, (allowed | depends) - waiting)
--- through: seccomp



=== system calls of x32
--- arch: x86_64
--- code
@means@
control(os.getpid())
print("tried: x32", flush=True)
call.libc.syscall(ctypes.c_long(0x40000000 | NR_getpid))
effect("it lives on")
--- status: error
--- through: seccomp



=== system calls of i386
--- arch: x86_64
--- code
@means@
# "int 0x80", wherever a library has these two bytes among its code

names = ("abort", "qsort", "printf", "strtol", "fork", "mmap", "getaddrinfo", "regexec", "memcpy", "syslog")
places = sorted(ctypes.cast(getattr(call.libc, name), ctypes.c_void_p).value for name in names)
code = ctypes.string_at(places[0], places[-1] - places[0])
control(code)
at = code.index(b"\xcd\x80")
print("tried: int 0x80 at", hex(places[0] + at), flush=True)
ctypes.CFUNCTYPE(ctypes.c_long)(places[0] + at)()
effect("it lives on")
--- status: error
--- effect
$answer->{attempts}[0]{error}{message} !~ /SIGSYS/
--- through: seccomp



=== numbers that are none
--- code
@means@
control(os.getpid())
for number in (-1, -2, 1 << 31, 462 + 100, 1000, 4096, (1 << 32) | NR_fork, 0xffffffff):
    call(number, 0, 0, 0) != -1 and effect("system call", number)
--- through: seccomp
