use strict;
use warnings;

# Other processes, privileges, and all that the kernel offers.

use lib 't';
use Pyexec::Attack;

Pyexec::Attack::group('processes', pool => 'workers=4 preload=numpy', http => <<'END');
pyexec_timeout 5s;
pyexec_max_threads 32;
END

__DATA__

=== fork
--- code
@means@
import threading
t = threading.Thread(target=lambda: None); t.start(); t.join()
control(True)
pid = attempt("fork", os.fork)
if pid is not None:
    effect("forked", pid)
attempt("forkpty", os.forkpty) and effect("forked")
call(57) >= 0 and effect("fork")
--- through: seccomp+rlimits



=== vfork
--- code
@means@
control(os.getpid())
pid = call.libc.syscall(ctypes.c_long(58))
if pid == 0:
    os._exit(7)
print("tried: vfork", pid)
pid > 0 and effect("vfork")



=== clone, with all kinds of flags
--- code
@means@
control(os.getpid())
for bit in range(0, 64):
    pid = call.libc.syscall(ctypes.c_long(56), ctypes.c_long(1 << bit | 17), 0, 0, 0, 0)
    if pid == 0:
        os._exit(7)
    pid > 0 and effect("clone", bit)
print("tried: all")



=== clone3
--- code
@means@
control(os.getpid())
for flags in (0, 0x100, 0x10000000, 0x20000000, 0x40000000, 0x80000000, 0x1000, 0x200000000):
    args = (ctypes.c_uint64 * 11)(flags, 0, 0, 0, 17)
    for size in (64, 80, 88):
        pid = call.libc.syscall(ctypes.c_long(435), args, size)
        if pid == 0:
            os._exit(7)
        pid > 0 and effect("clone3", hex(flags))
print("tried: all")



=== programs
--- code
@means@
import subprocess
control(os.access("/usr/bin/env", os.R_OK))
for path in ("/usr/bin/env", "/bin/sh", "/usr/bin/python3", "./main.py"):
    attempt("execv", os.execv, path, [path]) and effect("executed")
    attempt("spawn", os.posix_spawn, path, [path], {}) and effect("spawned")
    attempt("run", subprocess.run, [path]) and effect("ran")
attempt("system", os.system, "true") in (0, True) and effect("system")
attempt("popen", lambda: os.popen("echo x").read() or "nothing") == "x\n" and effect("popen")
call(59, b"/usr/bin/env", 0, 0)
call(322, os.open("/usr/bin/env", os.O_RDONLY), b"", 0, 0, 0x1000)



=== programs of its own
--- code
@means@
import shutil
shutil.copyfile("/usr/bin/env", "env")
control(os.path.getsize("env") > 1000)
os.chmod("env", 0o755)
attempt("execv", os.execv, "./env", ["env"]) and effect("executed")
fd = os.open("env", os.O_RDONLY)
call(322, fd, b"", 0, 0, 0x1000)
attempt("execve", os.execve, fd, ["env"], {}) and effect("executed")
call(319, b"x", 0) >= 0 and effect("memfd_create")



=== ptrace
--- code
@means@
control(os.getpid())
for request, pid in ((0, 0), (16, 1), (0x4206, 1), (16, @pid@), (0x4206, @pid@), (16, os.getppid())):
    call(101, request, pid, 0, 0) == 0 and effect("ptrace", request, pid)



=== the memory of others
--- code
@means@
control(ctypes.string_at(id(call), 8))
mine = ctypes.create_string_buffer(64)
local = (ctypes.c_void_p * 2)(ctypes.addressof(mine), 64)
remote = (ctypes.c_void_p * 2)(0x400000, 64)
for pid in (1, os.getpid(), os.getppid(), @pid@):
    call(310, pid, local, 1, remote, 1, 0) > 0 and effect("process_vm_readv", pid)
    call(311, pid, local, 1, remote, 1, 0) > 0 and effect("process_vm_writev", pid)
    call(312, pid, pid, 0, 0, 0) >= 0 and effect("kcmp", pid)
    call(440, pid, remote, 1, 21, 0) >= 0 and effect("process_madvise", pid)
    call(448, pid, 0) >= 0 and effect("process_mrelease", pid)



=== descriptors of processes
--- code
@means@
control(os.dup(1) > 2)
for pid in (1, os.getpid(), os.getppid(), @pid@):
    fd = call(434, pid, 0)
    if fd >= 0:
        effect("pidfd_open", pid)
        call(424, fd, 9, 0, 0) == 0 and effect("pidfd_send_signal")
        call(438, fd, 0, 0) >= 0 and effect("pidfd_getfd")
for fd in range(0, 16):
    call(438, fd, 0, 0) >= 0 and effect("pidfd_getfd", fd)



=== signals to everything
--- code
@means@
import signal
got = []
signal.signal(signal.SIGUSR1, lambda *args: got.append(1))
os.kill(os.getpid(), signal.SIGUSR1)
control(got)
for pid in [-1, 0, -os.getpid(), @pid@, -@pid@, 2, 3] + list(range(2, 3000)):
    for number in (0, 9):
        if call.libc.syscall(ctypes.c_long(62), ctypes.c_long(pid), number) == 0:
            effect("kill", pid, number)
print("tried: all")



=== signals by other calls
--- code
@means@
control(os.getpid())
info = ctypes.create_string_buffer(128)
for pid in (0, 2, 3, @pid@, @pid@ + 1, -1):
    call(200, pid, 9) == 0 and effect("tkill", pid)
    call(234, pid, pid, 9) == 0 and effect("tgkill", pid)
    call(129, pid, 9, info) == 0 and effect("rt_sigqueueinfo", pid)
    call(297, pid, pid, 9, info) == 0 and effect("rt_tgsigqueueinfo", pid)
fd = os.pipe()[0]
import fcntl
for command, value in ((8, -1), (8, @pid@), (10, 9), (15, 1), (1024, 0), (1026, 1)):
    attempt("fcntl", fcntl.fcntl, fd, command, value) is not None and effect("fcntl", command)



=== another run, at the same time
--- code
@means@
control(os.getpid())
for pid in range(0, 5000):
    if pid != os.getpid() and call.libc.syscall(ctypes.c_long(62), ctypes.c_long(pid), 9) == 0:
        effect("killed", pid)
for group in (0, 1, os.getpid()):
    if group != os.getpid():
        attempt("killpg", os.killpg, group, 9) and effect("killed")
print("tried: all")
--- before
$w->{beside} = $w->{daemon}->post_in_background("import time\nopen('x','w')\ntime.sleep(1)\nprint('lived')", session_id => 'beside');
--- effect
$w->{daemon}->wait_for($w->{beside})->{stdout} ne "lived\n"



=== priorities and schedulers
--- code
@means@
control(os.sched_yield() is None)
for pid in (0, 1, @pid@):
    attempt("setpriority", os.setpriority, os.PRIO_PROCESS, pid, -5) and effect("setpriority", pid)
    attempt("affinity", os.sched_setaffinity, pid, {0}) and effect("affinity", pid)
    attempt("scheduler", os.sched_setscheduler, pid, os.SCHED_FIFO, os.sched_param(1)) and effect("scheduler", pid)
    call(314, pid, ctypes.create_string_buffer(b"\x30\0\0\0\x06\0\0\0" + b"\0" * 48), 0) == 0 and effect("sched_setattr")
    call(251, 1, pid, 1 << 13) == 0 and effect("ioprio_set")
attempt("nice", os.nice, -1) and effect("nice")
for mode in (1, 2):
    attempt("setpriority", os.setpriority, mode, 0, -5) and effect("setpriority of a group")



=== limits, raised or of others
--- code
@means@
import resource
control(resource.getrlimit(resource.RLIMIT_NOFILE))
for limit in range(0, 16):
    attempt("setrlimit", resource.setrlimit, limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)) and effect("raised", limit)
    for pid in (1, 2, @pid@):
        if pid != os.getpid():
            attempt("prlimit", resource.prlimit, pid, limit) and effect("saw", pid, limit)
new = (ctypes.c_uint64 * 2)(1 << 62, 1 << 62)
for limit in range(0, 16):
    call(302, 0, limit, new, 0) == 0 and effect("prlimit64", limit)
    call(160, limit, new) == 0 and effect("setrlimit", limit)
--- through: seccomp



=== prctl, all options
--- code
@means@
control(call.libc.prctl(16, ctypes.create_string_buffer(16), 0, 0, 0) == 0)
for option in list(range(0, 80)) + [0x59616d61, 0x53564d41, 0x41555856]:
    if option in (3, 15, 16, 23, 30):
        continue
    for value in (0, 1, 2, 9):
        if call.libc.syscall(ctypes.c_long(157), option, value, 0, 0, 0) >= 0:
            effect("prctl", option, value)
print("tried: all")
--- through: seccomp



=== dumpable again, or with another parent
--- code
@means@
control(call.libc.prctl(16, ctypes.create_string_buffer(16), 0, 0, 0) == 0)
call(157, 4, 1, 0, 0, 0) == 0 and effect("dumpable")
call(157, 36, 1, 0, 0, 0) == 0 and effect("subreaper")
call(157, 1, 0, 0, 0, 0) == 0 and effect("no signal on the parent's death")
call(157, 35, 8, 0, 0, 0) == 0 and effect("another program's name")
if call.libc.prctl(3, 0, 0, 0, 0) != 0:
    effect("it is dumpable")
--- through: capabilities



=== personality
--- code
@means@
control(os.uname())
for value in (0, 0x0040000, 0x0400000, 0x0100000, 8):
    call(135, value) >= 0 and effect("personality", value)
call(158, 0x1002, 0) == 0 and effect("arch_prctl")
call(158, 0x1012, 0) == 0 and effect("arch_prctl")



=== keys
--- code
@means@
control(os.getpid())
for command in range(0, 33):
    call(250, command, -3, 0, 0, 0) >= 0 and effect("keyctl", command)
for ring in (-1, -2, -3, -4, -5):
    call(248, b"user", b"pyexec", b"secret", 6, ring) >= 0 and effect("add_key", ring)
    call(249, b"user", b"pyexec", 0, ring) >= 0 and effect("request_key", ring)
--- through: seccomp



=== BPF
--- code
@means@
control(os.getpid())
attributes = (ctypes.c_uint32 * 32)(1, 4, 4, 1)
for command in range(0, 38):
    call(321, command, attributes, 128) >= 0 and effect("bpf", command)



=== performance counters
--- code
@means@
control(os.getpid())
for kind in range(0, 6):
    attributes = (ctypes.c_uint32 * 32)(kind, 128)
    for pid in (0, -1, @pid@):
        call(298, attributes, pid, 0 if pid == -1 else -1, -1, 0) >= 0 and effect("perf_event_open", kind, pid)



=== userfaultfd
--- code
@means@
control(os.getpid())
print("tried: userfaultfd", flush=True)
call(323, 0) >= 0 and effect("userfaultfd")
call(323, 1) >= 0 and effect("userfaultfd")
--- status: error



=== namespaces
--- code
@means@
control(os.getpid())
for bit in range(0, 32):
    call(272, 1 << bit) == 0 and effect("unshare", bit)
call(272, 0x10000000 | 0x20000) == 0 and effect("unshare(CLONE_NEWUSER|CLONE_NEWNS)")
for fd in range(0, 16):
    call(308, fd, 0) == 0 and effect("setns", fd)
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
    call(317, 1, flags, ctypes.byref(program)) >= 0 and effect("seccomp", flags)
call(317, 0, 0, 0) == 0 and effect("strict")
call(157, 22, 2, ctypes.byref(program), 0, 0) == 0 and effect("prctl(PR_SET_SECCOMP)")
call(157, 22, 1, 0, 0, 0) == 0 and effect("strict")



=== Landlock, again
--- code
@means@
control(os.getpid())
attributes = (ctypes.c_uint64 * 3)(0xffff, 0, 0)
fd = call(444, attributes, 8, 0)
fd >= 0 and effect("landlock_create_ruleset")
for fd in range(3, 12):
    call(446, fd, 0) == 0 and effect("landlock_restrict_self", fd)
    call(445, fd, 1, attributes, 0) == 0 and effect("landlock_add_rule", fd)



=== users and groups
--- code
@means@
control(os.getuid() != 0)
for name, args in (("setuid", (0,)), ("setgid", (0,)), ("setreuid", (0, 0)), ("setresuid", (0, 0, 0)), ("seteuid", (0,)),
                   ("setresgid", (0, 0, 0)), ("setgroups", ([0],)), ("setuid", (os.getuid(),)), ("setregid", (0, 0))):
    attempt(name, getattr(os, name), *args) and effect(name, args)
call(122, 0)
call(123, 0)
if 0 in (os.getuid(), os.geteuid(), os.getgid()) or 0 in os.getgroups():
    effect("is root")



=== capabilities
--- code
@means@
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
sets = (ctypes.c_uint32 * 6)()
control(call.libc.syscall(ctypes.c_long(125), header, sets) == 0)
print("tried: capget", list(sets))
any(sets) and effect("has capabilities", list(sets))
for cap in range(0, 41):
    call.libc.prctl(23, cap, 0, 0, 0) == 1 and effect("could get capability", cap)
full = (ctypes.c_uint32 * 6)(*[0xffffffff] * 6)
call(126, header, full) == 0 and effect("capset")
call(157, 47, 2, 0, 0, 0) == 0 and effect("ambient")
call(157, 28, 0, 0, 0, 0) == 0 and effect("securebits")
--- namespaces
--- through: capabilities



=== sessions, groups, terminals
--- code
@means@
control(os.getpgrp() >= 0)
attempt("setsid", os.setsid) and effect("setsid")
attempt("setpgid", os.setpgid, 0, 0) and effect("setpgid")
import fcntl, termios
for fd in range(0, 4):
    for request in (0x5412, 0x540e, 0x5410, 0x5422, 0x8901, 0x8902, 0x541c):
        attempt("ioctl", fcntl.ioctl, fd, request, b"\0" * 64) and effect("ioctl", hex(request))



=== modules, kexec, reboot, swap
--- code
@means@
control(os.getpid())
print("tried: to load a module", flush=True)
call(175, 0, 0, b"")
effect("it lives on")
--- status: error



=== the machine's ports
--- code
@means@
control(os.getpid())
print("tried: iopl", flush=True)
call(172, 3)
effect("it lives on")
--- status: error



=== reboot
--- code
@means@
control(os.getpid())
print("tried: reboot", flush=True)
call(169, 0xfee1dead, 672274793, 0, 0)
effect("it lives on")
--- status: error



=== segments of its own
--- code
@means@
control(os.getpid())
print("tried: modify_ldt", flush=True)
call(154, 1, ctypes.create_string_buffer(16), 16)
effect("it lives on")
--- status: error



=== the clock and the host's name
--- code
@means@
import time
control(time.time() > 0)
now = (ctypes.c_long * 2)(1, 0)
call(227, 0, now) == 0 and effect("clock_settime")
call(164, now, 0) == 0 and effect("settimeofday")
call(159, ctypes.create_string_buffer(208)) >= 0 and effect("adjtimex")
call(305, 0, ctypes.create_string_buffer(208)) >= 0 and effect("clock_adjtime")
attempt("sethostname", __import__("socket").sethostname, "evil") and effect("sethostname")
call(171, b"evil", 4) == 0 and effect("setdomainname")
if time.time() < 10:
    effect("the clock is set")



=== timers and signals that others would get
--- code
@means@
import signal
signal.setitimer(signal.ITIMER_REAL, 100); signal.setitimer(signal.ITIMER_REAL, 0)
control(True)
event = (ctypes.c_int * 16)(0, 0, 9, 4, @pid@)
call(222, 0, event, ctypes.byref(ctypes.c_int())) == 0 and effect("timer_create")
call(282, -1, ctypes.create_string_buffer(8), 8) >= 0 and effect("signalfd")
call(289, -1, ctypes.create_string_buffer(8), 8, 0) >= 0 and effect("signalfd4")
call(253) >= 0 and effect("inotify_init")
call(294, 0) >= 0 and effect("inotify_init1")
call(300, 0, 0) >= 0 and effect("fanotify_init")



=== memory of the kernel's or of others' nodes
--- code
@means@
import mmap
control(mmap.mmap(-1, 4096))
call(237, 0, 4096, 2, 0, 0, 0) == 0 and effect("mbind")
call(238, 2, 0, 0) == 0 and effect("set_mempolicy")
call(256, 1, 8, 0, 0) >= 0 and effect("migrate_pages")
call(279, @pid@, 0, 0, 0, 0, 0) >= 0 and effect("move_pages")
call(149, 0, 4096) == 0 and effect("mlock")
call(151, 1) == 0 and effect("mlockall")
call(216, 0, 0, 0, 0, 0) == 0 and effect("remap_file_pages")
call(330, 0, 0) >= 0 and effect("pkey_alloc")



=== what the kernel tells of itself
--- code
@means@
control(os.uname().sysname == "Linux")
call(103, 3, ctypes.create_string_buffer(100), 100) >= 0 and effect("syslog")
call(103, 10, 0, 0) >= 0 and effect("syslog")
call(163, b"acct") == 0 and effect("acct")
call(179, 0x800700, b"/dev/vda", 0, 0) == 0 and effect("quotactl")
call(212, 0, 0, 0) == 0 and effect("lookup_dcookie")
call(156, 0) == 0 and effect("_sysctl")
if os.uname().nodename == open("/etc/hostname").read().strip() if os.path.exists("/etc/hostname") else False:
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
        a = call(9, 0, 4096, prot, flags, -1, 0)
        a not in (-1, 0) and effect("mapped", prot, hex(flags))
base = ctypes.addressof(ctypes.c_char.from_buffer(m))
call(10, base, 4096, 5) == 0 and effect("mprotect")
call(10, base, 4096, 7) == 0 and effect("mprotect")
call(329, base, 4096, 5, 0) == 0 and effect("pkey_mprotect")
open("code", "wb").write(b"\xc3" * 4096)
fd = os.open("code", os.O_RDWR)
for flags in (1, 3):
    for prot in (7, 6, 5):
        call(9, 0, 4096, prot, flags, fd, 0) not in (-1, 0) and effect("mapped shared", prot)
--- through: seccomp



=== every system call, with arguments of nothing
--- code
@means@
allowed = set()
refused = (1, 11, 38)
skipped = {15, 34, 35, 60, 61, 130, 231, 219, 230}     # they end or wait
skipped |= {154, 169, 167, 168, 172, 173, 175, 176, 246, 313, 320, 323}     # they kill: each has a case
skipped |= {57, 58, 0, 7, 23, 232, 270, 271, 281, 441, 202, 186, 12, 11, 3, 436, 33, 292, 13, 14}
skipped |= {335, 336}   # of probes: the kernel lets them past filters, and kills who has no probe
control(call.libc.syscall(ctypes.c_long(39)) == os.getpid())
for number in range(0, 512):
    if number in skipped:
        continue
    ctypes.set_errno(0)
    rc = call.libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
    if rc != -1 or ctypes.get_errno() not in refused:
        allowed.add(number)
print("tried:", len(allowed), "answered otherwise than by a refusal:", sorted(allowed), flush=True)
never = {41, 42, 43, 44, 46, 47, 49, 50, 54, 56, 59, 61, 62, 86, 88, 101, 105, 106, 113, 114, 116, 117, 119, 126, 133,
         135, 139, 153, 155, 156, 157, 159, 160, 161, 163, 164, 165, 166, 171, 179, 200, 206, 209, 222, 227, 234, 237,
         238, 240, 248, 249, 250, 251, 253, 256, 259, 265, 266, 272, 275, 276, 278, 279, 288, 294, 298, 299, 300, 303,
         304, 305, 307, 308, 310, 311, 312, 314, 317, 319, 321, 322, 329, 424, 425, 426, 427, 428, 429, 430, 431, 432,
         433, 434, 435, 437, 438, 440, 442, 443, 444, 445, 446, 447, 448, 450, 453, 456, 457, 458, 460, 461}
for number in sorted(allowed & (never | set(range(463, 512)))):
    effect("system call", number)
--- through: seccomp



=== system calls of x32
--- code
@means@
control(os.getpid())
print("tried: x32", flush=True)
call.libc.syscall(ctypes.c_long(0x40000000 | 39))
effect("it lives on")
--- status: error



=== numbers that are none
--- code
@means@
control(os.getpid())
for number in (-1, -2, 1 << 31, 462 + 100, 1000, 4096, (1 << 32) | 57, 0xffffffff):
    call(number, 0, 0, 0) != -1 and effect("system call", number)
