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
    call(135, value) >= 0 and effect("personality", value)
call(158, 0x1002, 0) == 0 and effect("arch_prctl")
call(158, 0x1012, 0) == 0 and effect("arch_prctl")
--- through: seccomp



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
    attributes[10] = 1 << 5 | 1 << 6    # not of the kernel
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
--- through: seccomp



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
--- through: seccomp



=== modules, kexec, reboot, swap
--- code
@means@
control(os.getpid())
print("tried: to load a module", flush=True)
call(175, 0, 0, b"")
effect("it lives on")
--- status: error
--- through: seccomp



=== the machine's ports
--- code
@means@
control(os.getpid())
print("tried: iopl", flush=True)
call(172, 3)
effect("it lives on")
--- status: error
--- through: seccomp



=== reboot
--- code
@means@
control(os.getpid())
print("tried: reboot", flush=True)
call(169, 0xfee1dead, 672274793, 0, 0)
effect("it lives on")
--- status: error
--- through: seccomp



=== segments of its own
--- code
@means@
control(os.getpid())
print("tried: modify_ldt", flush=True)
call(154, 1, ctypes.create_string_buffer(16), 16)
effect("it lives on")
--- status: error
--- through: seccomp



=== calls that only an attack makes, a run for each
--- code
@means@
control(os.getpid())
print("tried: delete_module", flush=True)
call(176, b"", 0)
effect("it lives on")
--- status: error
--- effect
grep {
    my $answer = $w->{daemon}->post("import ctypes\ncall = ctypes.CDLL(None).syscall\nprint(call(39) > 0, flush=True)\n"
                                    . "call($_, 0, 0, 0, 0, 0)\nprint('lives')", session_id => $w->{session});
    $answer->{stdout} ne "True\n" || $answer->{attempts}[0]{error}{message} !~ /SIGSYS/;
} 167, 168, 173, 246, 313, 320
--- through: seccomp



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
--- through: seccomp



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
--- through: seccomp



=== memory of the kernel's or of others' nodes
--- code
@means@
import mmap
m = mmap.mmap(-1, 4096)
control(len(m) == 4096)
call(237, 0, 4096, 2, 0, 0, 0) == 0 and effect("mbind")
call(238, 0, 0, 0) == 0 and effect("set_mempolicy")
call(256, 1, 8, 0, 0) >= 0 and effect("migrate_pages")
call(279, @pid@, 0, 0, 0, 0, 0) >= 0 and effect("move_pages")
call(149, ctypes.addressof(ctypes.c_char.from_buffer(m)), 4096) == 0 and effect("mlock")
call(151, 1) == 0 and effect("mlockall")
call(216, 0, 0, 0, 0, 0) == 0 and effect("remap_file_pages")
call(330, 0, 0) >= 0 and effect("pkey_alloc")
--- through: seccomp



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
def ranges(text):
    return {n for r in text.split() for n in range(int(r.split("-")[0]), int(r.split("-")[-1]) + 1)}

# those that end a run or wait, and those that kill it, which have cases of
# their own; 335 and 336 are of probes, and pass every filter

skipped = ranges("15 34 58 60 231 154 167-169 172 173 175 176 246 313 320 323 335 336")
waiting = ranges("23 270 271")
pretended = ranges("73 90 91 132 221 235 261 268 280 452")
allowed = ranges("0-1 3-8 11-15 17-26 28 32-40 45 48 51-52 55 60 63 74-82 84 87 89 95-98 100 102 104 107-108 "
                 "110-111 115 118 120 125 127-128 130-131 137-138 146-147 186-187 191-196 201-202 213 "
                 "217-219 231-233 262-264 267 269-271 273 277 281 283-287 290-293 295-296 309 318 324 326 "
                 "334 436 439 441") - skipped

# those that depend on an argument, and are allowed with 0

depends = ranges("2 9-10 44 72 83 85 121 124 140 143 145 204 228-230 257-258 274 302 316")

def answers(number, value, *first):
    ctypes.set_errno(0)
    rc = call.libc.syscall(ctypes.c_long(number), *first, *[ctypes.c_long(value)] * (6 - len(first)))
    if rc == 0 and number in (56, 57):
        os._exit(7)
    return rc if rc != -1 else -ctypes.get_errno()

def is_refused(number, rc):
    return rc in (-1, -11, -38) or rc == 0 and number in pretended

def sweep(value, expected):
    for number in range(0, 512):
        if number in skipped or value == 0 and number in waiting:
            continue
        first = [ctypes.c_long(-1), ctypes.c_long(0)] if number == 202 else []
        rc = answers(number, value, *first)
        if is_refused(number, rc) == (number in expected):
            effect("system call", number, "with", value, "answers", rc)
    print("tried: all with", value, flush=True)

control(os.dup2(0, 9) == 9)
mask = os.umask(0)
sweep(-1, allowed)
sweep(0, (allowed | depends) - waiting)
--- through: seccomp



=== system calls of x32
--- code
@means@
control(os.getpid())
print("tried: x32", flush=True)
call.libc.syscall(ctypes.c_long(0x40000000 | 39))
effect("it lives on")
--- status: error
--- through: seccomp



=== system calls of i386
--- code
@means@
import platform

# "int 0x80", wherever a library has these two bytes among its code

names = ("abort", "qsort", "printf", "strtol", "fork", "mmap", "getaddrinfo", "regexec", "memcpy", "syslog")
places = sorted(ctypes.cast(getattr(call.libc, name), ctypes.c_void_p).value for name in names)
code = ctypes.string_at(places[0], places[-1] - places[0])
control(code and platform.machine() == "x86_64")
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
for number in (-1, -2, 1 << 31, 462 + 100, 1000, 4096, (1 << 32) | 57, 0xffffffff):
    call(number, 0, 0, 0) != -1 and effect("system call", number)
--- through: seccomp
