use strict;
use warnings;

# Other processes, and privileges.

use lib 't';
use Pyexec::Attack;
use Pyexec::Outside;

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
import posix    # in os they are replaced
for what in (posix.fork, posix.forkpty):
    pid = attempt("fork", what)
    if pid is not None:
        effect("forked", pid)
call(NR_fork) >= 0 and effect("fork")
--- through: seccomp



=== fork, again and again
--- code
@means@
import posix, threading
t = threading.Thread(target=lambda: None); t.start(); t.join()
control(True)
r, w = os.pipe()
for n in range(100):
    try:
        pid = posix.fork()
    except OSError as e:
        say("tried: fork", n, e)
        break
    if pid == 0:
        os.close(w)
        os.read(r, 1)
        os._exit(0)
else:
    effect("as many processes as it wants")
--- through: seccomp+rlimits



=== vfork
--- code
@means@
control(os.getpid())
pid = call.libc.syscall(ctypes.c_long(NR_vfork))
if pid == 0:
    leave()
print("tried: vfork", pid)
pid > 0 and effect("vfork")
--- status: ok
--- through: seccomp



=== clone, with all kinds of flags
--- code
@means@
control(os.getpid())
for bit in range(0, 64):
    pid = call.libc.syscall(ctypes.c_long(NR_clone), ctypes.c_long(1 << bit | 17), 0, 0, 0, 0)
    if pid == 0:
        leave()
    pid > 0 and effect("clone", bit)
print("tried: all")
--- through: seccomp



=== clone3
--- code
@means@
control(os.getpid())
for flags in (0, 0x100, 0x10000000, 0x20000000, 0x40000000, 0x80000000, 0x1000, 0x200000000):
    args = (ctypes.c_uint64 * 11)(flags, 0, 0, 0, 17)
    for size in (64, 80, 88):
        pid = call.libc.syscall(ctypes.c_long(NR_clone3), args, size)
        if pid == 0:
            leave()
        pid > 0 and effect("clone3", hex(flags))
print("tried: all")
--- through: seccomp



=== programs
--- code
@means@
import subprocess
control(os.access("/usr/bin/env", os.R_OK))
for path in ("/usr/bin/env", "/bin/sh", "/usr/bin/python3", "./main.py"):
    attempt("spawn", os.posix_spawn, path, [path], {}) and effect("spawned")
    attempt("run", subprocess.run, [path]) and effect("ran")
    attempt("execv", os.execv, path, [path, "echo", "effect: executed"])
attempt("system", os.system, "true") in (0, True) and effect("system")
attempt("popen", lambda: os.popen("echo x").read() or "nothing") == "x\n" and effect("popen")
arguments = (ctypes.c_char_p * 3)(b"echo", b"effect: executed", None)
call(NR_execve, b"/usr/bin/echo", arguments, 0)
call(NR_execveat, os.open("/usr/bin/echo", os.O_RDONLY), b"", arguments, 0, 0x1000)
--- through: landlock+seccomp



=== programs of its own
--- code
@means@
with open("/usr/bin/env", "rb") as f, open(os.open("env", os.O_WRONLY | os.O_CREAT, 0o755), "wb") as t:
    t.write(f.read())
control(os.path.getsize("env") > 1000 and os.stat("env").st_mode & 0o100)
call(NR_memfd_create, b"x", 0) >= 0 and effect("memfd_create")
fd = os.open("env", os.O_RDONLY)
attempt("execv", os.execv, "./env", ["env", "echo", "effect: executed"])
attempt("execve", os.execve, fd, ["env", "echo", "effect: executed"], {})
call(NR_execveat, fd, b"", (ctypes.c_char_p * 4)(b"env", b"echo", b"effect: executed", None), 0, 0x1000)
--- through: seccomp



=== ptrace
--- code
@means@
control(os.getpid())
for request, pid in ((0, 0), (16, 1), (0x4206, 1), (16, @pid@), (0x4206, @pid@), (16, os.getppid())):
    call(NR_ptrace, request, pid, 0, 0) == 0 and effect("ptrace", request, pid)
--- through: seccomp



=== the memory of others
--- code
@means@
control(ctypes.string_at(id(call), 8))
mine = ctypes.create_string_buffer(64)
local = (ctypes.c_void_p * 2)(ctypes.addressof(mine), 64)
remote = (ctypes.c_void_p * 2)(0x400000, 64)
for pid in (1, os.getpid(), os.getppid(), @pid@):
    call(NR_process_vm_readv, pid, local, 1, remote, 1, 0) > 0 and effect("process_vm_readv", pid)
    call(NR_process_vm_writev, pid, local, 1, remote, 1, 0) > 0 and effect("process_vm_writev", pid)
    call(NR_kcmp, pid, pid, 0, 0, 0) >= 0 and effect("kcmp", pid)
    call(NR_process_madvise, pid, remote, 1, 21, 0) >= 0 and effect("process_madvise", pid)
    call(NR_process_mrelease, pid, 0) >= 0 and effect("process_mrelease", pid)
--- through: seccomp



=== descriptors of processes
--- code
@means@
control(os.dup(1) > 2)
for pid in (1, os.getpid(), os.getppid(), @pid@):
    fd = call(NR_pidfd_open, pid, 0)
    if fd >= 0:
        effect("pidfd_open", pid)
        call(NR_pidfd_send_signal, fd, 9, 0, 0) == 0 and effect("pidfd_send_signal")
        call(NR_pidfd_getfd, fd, 0, 0) >= 0 and effect("pidfd_getfd")
for fd in range(0, 16):
    call(NR_pidfd_getfd, fd, 0, 0) >= 0 and effect("pidfd_getfd", fd)
--- through: seccomp



=== signals to everything
--- code
@means@
import signal
got = []
signal.signal(signal.SIGUSR1, lambda *args: got.append(1))
os.kill(os.getpid(), signal.SIGUSR1)
control(got)
for pid in [-1, 0, -os.getpid(), @pid@, -@pid@, @neighbour@, 2, 3] + list(range(2, 3000)):
    if pid == os.getpid():
        continue
    for number in (0, 9):
        if call.libc.syscall(ctypes.c_long(NR_kill), ctypes.c_long(pid), number) == 0:
            effect("kill", pid, number)
print("tried: all")



=== signals by other calls
--- code
@means@
control(os.getpid())
info = ctypes.create_string_buffer(128)
for pid in (0, 2, 3, @pid@, @pid@ + 1, @neighbour@, -1):
    call(NR_tkill, pid, 9) == 0 and effect("tkill", pid)
    call(NR_tgkill, pid, pid, 9) == 0 and effect("tgkill", pid)
    call(NR_rt_sigqueueinfo, pid, 9, info) == 0 and effect("rt_sigqueueinfo", pid)
    call(NR_rt_tgsigqueueinfo, pid, pid, 9, info) == 0 and effect("rt_tgsigqueueinfo", pid)
fd = os.pipe()[0]
import fcntl
for command, value in ((8, -1), (8, @pid@), (10, 9), (15, 1), (1024, 0), (1026, 1)):
    attempt("fcntl", fcntl.fcntl, fd, command, value) is not None and effect("fcntl", command)



=== another run, at the same time
--- code
@means@
control(os.getpid())
for pid in range(0, 5000):
    if pid != os.getpid() and call.libc.syscall(ctypes.c_long(NR_kill), ctypes.c_long(pid), 9) == 0:
        effect("killed", pid)
for group in (0, 1, os.getpid()):
    if group != os.getpid():
        attempt("killpg", os.killpg, group, 9) and effect("killed")
print("tried: all")
--- before
Pyexec::Outside::beside($w, 'pass');
--- effect
!Pyexec::Outside::beside_lives($w)



=== priorities and schedulers
--- code
@means@
control(os.sched_yield() is None)
for pid in (0, 1, @pid@):
    attempt("setpriority", os.setpriority, os.PRIO_PROCESS, pid, -5) and effect("setpriority", pid)
    attempt("affinity", os.sched_setaffinity, pid, {0}) and effect("affinity", pid)
    attempt("scheduler", os.sched_setscheduler, pid, os.SCHED_FIFO, os.sched_param(1)) and effect("scheduler", pid)
    call(NR_sched_setattr, pid, ctypes.create_string_buffer(b"\x30\0\0\0\x06\0\0\0" + b"\0" * 48), 0) == 0 and effect("sched_setattr")
    call(NR_ioprio_set, 1, pid, 1 << 13) == 0 and effect("ioprio_set")
attempt("nice", os.nice, -1) and effect("nice")
for mode in (1, 2):
    attempt("setpriority", os.setpriority, mode, 0, -5) and effect("setpriority of a group")
--- through: seccomp



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
    call(NR_prlimit64, 0, limit, new, 0) == 0 and effect("prlimit64", limit)
    call(NR_setrlimit, limit, new) == 0 and effect("setrlimit", limit)
--- through: seccomp



=== prctl, all options
--- code
@means@
control(call.libc.prctl(16, ctypes.create_string_buffer(16), 0, 0, 0) == 0)
for option in list(range(0, 80)) + [0x59616d61, 0x53564d41, 0x41555856]:
    if option in (3, 15, 16, 23, 30):
        continue
    for value in (0, 1, 2, 9):
        if call.libc.syscall(ctypes.c_long(NR_prctl), option, value, 0, 0, 0) >= 0:
            effect("prctl", option, value)
print("tried: all")
--- through: seccomp



=== dumpable or not, or with another parent
--- code
@means@
control(call.libc.prctl(16, ctypes.create_string_buffer(16), 0, 0, 0) == 0)
for value in (1, 0):
    call(NR_prctl, 4, value, 0, 0, 0) == 0 and effect("dumpable", value)
call(NR_prctl, 36, 1, 0, 0, 0) == 0 and effect("subreaper")
call(NR_prctl, 1, 0, 0, 0, 0) == 0 and effect("no signal on the parent's death")
call(NR_prctl, 35, 8, 0, 0, 0) == 0 and effect("another program's name")
--- through: seccomp



=== namespaces
--- code
@means@
control(os.getpid())
for bit in range(0, 32):
    call(NR_unshare, 1 << bit) == 0 and effect("unshare", bit)
call(NR_unshare, 0x10000000 | 0x20000) == 0 and effect("unshare(CLONE_NEWUSER|CLONE_NEWNS)")
for fd in range(0, 16):
    call(NR_setns, fd, 0) == 0 and effect("setns", fd)
--- through: seccomp



=== users and groups
--- code
@means@
control(os.getuid() != 0)
for name, args in (("setuid", (0,)), ("setgid", (0,)), ("setreuid", (0, 0)), ("setresuid", (0, 0, 0)), ("seteuid", (0,)),
                   ("setresgid", (0, 0, 0)), ("setgroups", ([0],)), ("setuid", (os.getuid(),)), ("setregid", (0, 0))):
    attempt(name, getattr(os, name), *args) and effect(name, args)
call(NR_setfsuid, 0)
call(NR_setfsgid, 0)
if 0 in (os.getuid(), os.geteuid(), os.getgid()) or 0 in os.getgroups():
    effect("is root")
--- through: seccomp



=== capabilities
--- code
@means@
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
sets = (ctypes.c_uint32 * 6)()
control(call.libc.syscall(ctypes.c_long(NR_capget), header, sets) == 0)
print("tried: capget", list(sets))
any(sets) and effect("has capabilities", list(sets))
full = (ctypes.c_uint32 * 6)(*[0xffffffff] * 6)
call(NR_capset, header, full) == 0 and effect("capset")
call(NR_prctl, 47, 2, 0, 0, 0) == 0 and effect("ambient")
call(NR_prctl, 28, 0, 0, 0, 0) == 0 and effect("securebits")
--- through: capabilities



=== capabilities that a program could be given
--- namespaces
--- code
@means@
control(call.libc.prctl(23, 0, 0, 0, 0) >= 0)
for cap in range(0, 41):
    call.libc.prctl(23, cap, 0, 0, 0) == 1 and effect("could get capability", cap)
print("tried: all")
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
--- through: seccomp



=== a process of the same user: signals
--- code
@means@
control(call(NR_kill, os.getpid(), 0) == 0)
for number in (0, 18, 19, 9):
    call(NR_kill, @neighbour@, number) == 0 and effect("kill", number)
    call(NR_tkill, @neighbour@, number) == 0 and effect("tkill", number)
    call(NR_tgkill, @neighbour@, @neighbour@, number) == 0 and effect("tgkill", number)
    call(NR_rt_sigqueueinfo, @neighbour@, number, ctypes.create_string_buffer(128)) == 0 and effect("rt_sigqueueinfo", number)
fd = call(NR_pidfd_open, @neighbour@, 0)
fd >= 0 and call(NR_pidfd_send_signal, fd, 9, 0, 0) == 0 and effect("pidfd_send_signal")
--- through: pid+landlock+seccomp



=== a process of the same user: its memory and its descriptors
--- code
@means@
mine = ctypes.create_string_buffer(1 << 18)
stack = 0x@stack@
control(mine.raw[0] == 0)
local = (ctypes.c_void_p * 2)(ctypes.addressof(mine), 0)
for size in [n << 12 for n in range(64, 0, -1)]:
    local[1] = size
    if call(NR_process_vm_readv, @neighbour@, local, 1, (ctypes.c_void_p * 2)(stack, size), 1, 0) > 0:
        effect("process_vm_readv", bytes(b for b in mine.raw if b)[-2000:])
        break
call(NR_process_vm_writev, @neighbour@, local, 1, (ctypes.c_void_p * 2)(stack, 8), 1, 0) > 0 and effect("process_vm_writev")
for name in ("environ", "mem", "fd/0", "root/etc/passwd", "cwd", "maps"):
    read("/proc/@neighbour@/" + name)
call(NR_kcmp, @neighbour@, os.getpid(), 0, 0, 0) >= 0 and effect("kcmp")
fd = call(NR_pidfd_open, @neighbour@, 0)
fd >= 0 and call(NR_pidfd_getfd, fd, 0, 0) >= 0 and effect("pidfd_getfd")
call(NR_ptrace, 0x4206, @neighbour@, 0, 0) == 0 and effect("ptrace")



=== a process of the same user: priority, processors, limits
--- code
@means@
control(os.sched_getaffinity(0))
new = (ctypes.c_uint64 * 2)(0, 0)
call(NR_setpriority, 0, @neighbour@, 19) == 0 and effect("setpriority")
call(NR_sched_setaffinity, @neighbour@, 8, b"\1\0\0\0\0\0\0\0") == 0 and effect("sched_setaffinity")
call(NR_sched_setscheduler, @neighbour@, 3, ctypes.create_string_buffer(8)) == 0 and effect("sched_setscheduler")
call(NR_ioprio_set, 1, @neighbour@, 3 << 13) == 0 and effect("ioprio_set")
call(NR_prlimit64, @neighbour@, 7, new, 0) == 0 and effect("prlimit64")
call(NR_prlimit64, @neighbour@, 7, 0, new) == 0 and effect("prlimit64", list(new))
call(NR_migrate_pages, @neighbour@, 8, b"\1\0\0\0\0\0\0\0", b"\1\0\0\0\0\0\0\0") >= 0 and effect("migrate_pages")
--- through: pid+seccomp
