use strict;
use warnings;

# More memory, time, threads and descriptors than there is.

use lib 't';
use Pyexec::Attack;
use Pyexec::Outside;

Pyexec::Attack::group('resources', http => <<'END');
pyexec_timeout 9s;
pyexec_max_memory 200m;
pyexec_max_cpu 2s;
pyexec_max_open_files 48;
pyexec_max_threads 16;
END

__DATA__

=== memory, by bytes
--- code
kept = [bytearray(8 << 20)]
print("control: ok")
print("tried: 8 GB of bytes", flush=True)
for i in range(1000):
    kept.append(bytearray(8 << 20))
print("effect: they are there")
--- status: error
--- limit: memory
--- watch
Pyexec::Outside::memory($w)
--- effect
!$w->{memory} || $w->{memory} > 500 << 20
--- through: rlimits



=== memory, by shared anonymous mappings
--- code
import mmap
small = mmap.mmap(-1, 1 << 20)
small.write(b"x" * (1 << 20))
print("control: ok")
print("tried: maps of 64 MB", flush=True)
kept = []
for i in range(100):
    m = mmap.mmap(-1, 64 << 20)
    for page in range(0, 64 << 20, 4096):
        m[page] = 1
    kept.append(m)
print("effect: they are there")
--- status: error
--- limit: memory
--- watch
Pyexec::Outside::memory($w)
--- effect
!$w->{memory} || $w->{memory} > 500 << 20
--- through: rlimits



=== memory, by a file that is mapped again and again
--- code
import mmap
with open("f", "wb") as f:
    f.truncate(4 << 20)
f = open("f", "r+b")
kept = [mmap.mmap(f.fileno(), 0)]
print("control: ok")
print("tried: 4 GB of maps of one file", flush=True)
for i in range(1000):
    m = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_COPY)
    m[:] = b"x" * len(m)
    kept.append(m)
    f = open("f", "r+b") if i % 8 == 0 else f
print("effect: they are there")
--- status: error
--- watch
Pyexec::Outside::memory($w)
--- effect
!$w->{memory} || $w->{memory} > 500 << 20



=== memory, by numpy
--- code
import numpy
kept = [numpy.ones(1 << 17)]
print("control: ok")
print("tried: 8 GB of ones", flush=True)
for i in range(1000):
    kept.append(numpy.ones(1 << 20))
print("effect: they are there")
--- status: error
--- limit: memory
--- watch
Pyexec::Outside::memory($w)
--- effect
!$w->{memory} || $w->{memory} > 500 << 20
--- through: rlimits



=== memory, by malloc() and sbrk() of the C library
--- code
import ctypes
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.sbrk.restype = libc.mremap.restype = ctypes.c_void_p
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
p = libc.malloc(ctypes.c_size_t(1 << 20))
libc.memset(p, 1, 1 << 20)
print("control: ok" if ctypes.string_at(p, 1) == b"\1" else "control: none")
got = 0
while p := libc.malloc(ctypes.c_size_t(16 << 20)):
    libc.memset(p, 1, 16 << 20)
    got += 16
print("tried: malloc() gave", got, "MB")
more = libc.sbrk(ctypes.c_ssize_t(1 << 30))
print("tried: sbrk() gave", more)
if got > 250 or more != ctypes.c_void_p(-1).value:
    print("effect: more than there is")
--- status: ok
--- watch
Pyexec::Outside::memory($w)
--- effect
!$w->{memory} || $w->{memory} > 500 << 20



=== memory, by the stacks of threads
--- code
import threading
threading.stack_size(1 << 20)
t = threading.Thread(target=print, args=("control: ok",))
t.start()
t.join()
gate = threading.Event()
threading.stack_size(100 << 20)
n = 0
try:
    for i in range(10):
        threading.Thread(target=gate.wait).start()
        n += 1
except (RuntimeError, MemoryError) as e:
    print("tried: 10 stacks of 100 MB:", e)
if n > 3:
    print("effect: there are", n)
gate.set()
--- status: ok
--- through: rlimits



=== memory, by recursion without a limit
--- code
import sys
def f(n): return n and f(n - 1)
f(100)
print("control: ok")
print("tried: to recurse for ever", flush=True)
sys.setrecursionlimit(10 ** 9)
def g(): g()
g()
print("effect: it came back")
--- status: error
--- watch
Pyexec::Outside::memory($w)
--- effect
!$w->{memory} || $w->{memory} > 500 << 20



=== the stack, by recursion in C
--- code
def nested(n):
    x = iter([1])
    for i in range(n):
        x = filter(None, x)
    return x
print("control: ok" if next(nested(100)) == 1 else "control: none")
print("tried: half a million iterators of iterators", flush=True)
next(nested(500_000))
print("effect: it came back")
--- status: error
--- watch
Pyexec::Outside::memory($w)
--- effect
!$w->{memory} || $w->{memory} > 500 << 20



=== memory, by what gzip made small
--- code
import gzip
part = gzip.compress(bytes(8 << 20))
print("control: ok" if len(gzip.decompress(part)) == 8 << 20 else "control: none")
print("tried: 1 GB from", len(part) * 128, "bytes", flush=True)
x = gzip.decompress(part * 128)
print("effect: it is there")
--- status: error
--- watch
Pyexec::Outside::memory($w)
--- effect
!$w->{memory} || $w->{memory} > 500 << 20



=== the limits themselves, by raising them
--- code
import resource, ctypes
libc = ctypes.CDLL(None, use_errno=True)
names = [n for n in dir(resource) if n.startswith("RLIMIT_")]
before = {n: resource.getrlimit(getattr(resource, n)) for n in names}
print("control: ok" if before["RLIMIT_AS"][1] > 0 else "control: none")
most = (ctypes.c_uint64 * 2)(2 ** 64 - 1, 2 ** 64 - 1)
for n in names:
    try:
        resource.setrlimit(getattr(resource, n), (-1, -1))
    except (OSError, ValueError) as e:
        print("tried:", n, e)
    libc.prlimit(0, getattr(resource, n), most, None)
after = {n: resource.getrlimit(getattr(resource, n)) for n in names}
if after != before:
    print("effect:", after)
--- status: ok



=== memory that cannot be swapped
--- code
import ctypes, mmap
libc = ctypes.CDLL(None, use_errno=True)
m = mmap.mmap(-1, 1 << 20)
m[:] = b"x" * (1 << 20)
at = ctypes.addressof(ctypes.c_char.from_buffer(m))
libc.madvise.argtypes = libc.mlock2.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
libc.mlock.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
print("control: ok" if libc.madvise(at, 4096, 4) == 0 else "control: none")
for what, rc in (("mlock", libc.mlock(at, 4096)), ("mlock2", libc.mlock2(at, 4096, 1)),
                 ("mlockall", libc.mlockall(7))):
    print("tried:", what, rc)
    if rc == 0:
        print("effect:", what)
--- status: ok
--- watch
Pyexec::Outside::locked($w)
--- effect
$w->{locked}



=== CPU time, in C code that never returns
--- code
import hashlib
hashlib.pbkdf2_hmac("sha256", b"x", b"y", 1000)
print("control: ok")
print("tried: a thousand million rounds", flush=True)
hashlib.pbkdf2_hmac("sha256", b"x", b"y", 10 ** 9)
print("effect: it came back")
--- status: error
--- limit: cpu
--- through: rlimits



=== CPU time, in threads that hold no lock
--- code
import hashlib, threading
hashlib.pbkdf2_hmac("sha256", b"x", b"y", 1000)
print("control: ok")
print("tried: four of it", flush=True)
ts = [threading.Thread(target=hashlib.pbkdf2_hmac, args=("sha256", b"x", b"y", 10 ** 9))
      for i in range(4)]
[t.start() for t in ts]
[t.join() for t in ts]
print("effect: they came back")
--- status: error
--- limit: cpu



=== the processors, a share for each thread
--- code
import hashlib, os, threading, time
def nice():
    return os.getpriority(os.PRIO_PROCESS, 0)
least = min(nice() + 4, 19)
print("control: ok" if hashlib.sha256(b"").digest() else "control: none")
print("tried: four threads", flush=True)
seen = []
def work():
    while nice() < least and time.process_time() < 1.5:
        hashlib.sha256(bytes(1 << 20))
    for what in (lambda: os.setpriority(os.PRIO_PROCESS, 0, 0), lambda: os.nice(-5),
                 lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))):
        try:
            what()
        except OSError as e:
            print("tried:", e)
    late = threading.Thread(target=lambda: seen.append(nice()))
    late.start()
    late.join()
    seen.append(nice())
ts = [threading.Thread(target=work) for i in range(4)]
[t.start() for t in ts]
[t.join() for t in ts]
if len(seen) != 8 or min(seen) < least:
    print("effect: nice values", seen)
--- status: ok



=== the processors, with threads that wait
--- code
import os, threading, time
nice = os.getpriority(os.PRIO_PROCESS, 0)
done = threading.Event()
ts = [threading.Thread(target=done.wait) for i in range(8)]
[t.start() for t in ts]
print("control: ok" if threading.active_count() == 9 else "control: none")
print("tried: one thread that runs")
end = time.monotonic() + 0.5
while time.monotonic() < end:
    pass
if os.getpriority(os.PRIO_PROCESS, 0) != nice:
    print("effect: it has less than its share")
done.set()
--- status: ok



=== CPU time, by a regular expression
--- code
import re
print("control: ok" if re.match(r"(a+)+$", "aaaa") else "control: none")
print("tried: 2 ** 60 ways to match", flush=True)
re.match(r"(a+)+$", "a" * 60 + "b")
print("effect: it came back")
--- status: error
--- limit: cpu
--- through: rlimits



=== CPU time, by the digits of an integer
--- code
import sys
try:
    str(10 ** 5000)
except ValueError as e:
    print("control: ok")
sys.set_int_max_str_digits(0)
print("tried: thirty million digits", flush=True)
str(3 ** (10 ** 8 // 2))
print("effect: it came back")
--- status: error
--- limit: cpu



=== CPU time, with every signal ignored
--- code
import signal, os
for n in signal.valid_signals():
    try:
        signal.signal(n, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
os.kill(os.getpid(), signal.SIGTERM)
os.kill(os.getpid(), signal.SIGXCPU)
print("control: ok")
print("tried: to go on past SIGXCPU", flush=True)
while True:
    pass
--- status: error
--- limit: cpu



=== time, asleep with every signal blocked
--- code
import signal, os, time
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
os.kill(os.getpid(), signal.SIGTERM)
print("control: ok" if signal.SIGTERM in signal.sigpending() else "control: none")
print("tried: to sleep on", flush=True)
time.sleep(60)
print("effect: slept")
--- fields
{"timeout_seconds": 1}
--- status: timeout
--- effect
$answer->{execution_time_seconds} > 3



=== time, stopped by its own signal
--- code
import signal, os, time
os.kill(os.getpid(), 0)
print("control: ok")
print("tried: SIGSTOP", flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
time.sleep(60)
print("effect: slept")
--- fields
{"timeout_seconds": 1}
--- status: timeout
--- effect
$answer->{execution_time_seconds} > 3



=== time, by a storm of timer signals
--- code
import signal, time
n = 0
def tick(*_):
    global n
    n += 1
    if n == 10:
        print("control: ok")
        print("tried: ten thousand signals a second", flush=True)
signal.signal(signal.SIGALRM, tick)
signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)
while True:
    time.sleep(1)
--- fields
{"timeout_seconds": 2}
--- effect
$answer->{status} !~ /^(timeout|error)$/ || $answer->{execution_time_seconds} > 4



=== a destructor that never ends
--- code
import time
class Late:
    def __del__(self, stay=time.sleep):
        print("tried: to outlive the run", flush=True)
        stay(60)
        print("effect: it did")
x = Late()
print("control: ok")
--- fields
{"timeout_seconds": 1}
--- status: timeout
--- effect
$answer->{execution_time_seconds} > 3



=== objects that come back when they are collected
--- code
import gc, time
n = 0
class Again:
    def __del__(self):
        global n, last
        if n == 5:
            print("control: ok\ntried: to come back for ever", flush=True)
        n += 1
        time.sleep(0.01)
        Again().me = None
        gc.collect()
x = Again()
del x
print("effect: it ended")
--- fields
{"timeout_seconds": 1}
--- status: timeout
--- effect
$answer->{execution_time_seconds} > 3



=== garbage collection that never ends
--- code
import gc, time
def hook(phase, info, stay=time.sleep):
    if phase == "stop":
        print("control: ok\ntried: to stay in the collector", flush=True)
        stay(60)
        print("effect: it did")
gc.callbacks.append(hook)
--- fields
{"timeout_seconds": 1}
--- status: timeout
--- effect
$answer->{execution_time_seconds} > 3



=== exit functions that add exit functions
--- code
import atexit, time
n = 0
def again():
    global n
    n += 1
    if n == 3:
        print("control: ok\ntried: to exit for ever", flush=True)
    time.sleep(0.001)
    atexit._run_exitfuncs() if n % 2 else atexit.register(again)
    atexit.register(again)
    atexit._run_exitfuncs()
atexit.register(again)
--- fields
{"timeout_seconds": 1}
--- effect
$answer->{status} eq 'timeout' ? $answer->{execution_time_seconds} > 3
    : $answer->{stderr} !~ /RecursionError/ && $answer->{status} ne 'error'



=== a thread that is never joined
--- code
import threading, time
def stay():
    print("tried: to be waited for", flush=True)
    time.sleep(60)
    print("effect: it was")
print("control: ok")
threading.Thread(target=stay).start()
--- fields
{"timeout_seconds": 1}
--- status: timeout
--- effect
$answer->{execution_time_seconds} > 3



=== a thread that goes on when the code has ended
--- code
import threading, os, time
open("before", "w").close()
def stay():
    while True:
        time.sleep(0.01)
        open("alive-%f" % time.time(), "w").close()
print("control: ok")
threading.Thread(target=stay, daemon=True).start()
print("tried: to write on")
--- status: ok
--- effect
Pyexec::Outside::still_changes($w)



=== an exception whose text never ends
--- code
import time
class E(Exception):
    def __str__(self):
        print("tried: to hold up the report", flush=True)
        time.sleep(60)
        return "effect"
print("control: ok")
raise E
--- fields
{"timeout_seconds": 1}
--- status: timeout
--- effect
$answer->{execution_time_seconds} > 3



=== an exception of ten megabytes, in a chain of a thousand
--- code
print("control: ok")
print("tried: to flood the report", flush=True)
e = None
for i in range(1000):
    n = Exception("x" * 1000)
    n.__cause__, e = e, n
e.args = ("x" * (10 << 20),)
raise e
--- status: error
--- effect
length(Pyexec::Outside::stored($w)) > 1 << 20



=== thousands of threads
--- code
import threading, time
t = threading.Thread(target=print, args=("control: ok",), kwargs={"flush": True})
t.start()
t.join()
print("tried: 2000 threads", flush=True)
threading.stack_size(65536)
for i in range(2000):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
print("effect: started")
--- status: error
--- limit: processes
--- watch
Pyexec::Outside::threads($w)
--- effect
!$w->{threads} || $w->{namespaces} && $w->{threads} > 16
--- through: rlimits



=== threads that start threads
--- code
import threading, time
t = threading.Thread(target=print, args=("control: ok",), kwargs={"flush": True})
t.start()
t.join()
print("tried: two for each", flush=True)
threading.stack_size(65536)
threading.excepthook = lambda *_: None
def more():
    for i in range(2):
        threading.Thread(target=more).start()
    time.sleep(60)
more()
--- fields
{"timeout_seconds": 1}
--- effect
$answer->{status} !~ /^(error|timeout)$/ || !$w->{threads}
    || $w->{namespaces} && $w->{threads} > 16
--- watch
Pyexec::Outside::threads($w)



=== descriptors
--- code
kept = [open("main.py")]
print("control: ok", flush=True)
print("tried: a thousand files", flush=True)
kept += [open("main.py") for i in range(1000)]
print("effect: open")
--- status: error
--- limit: open_files
--- watch
Pyexec::Outside::descriptors($w)
--- effect
($w->{descriptors} || 0) > 48
--- through: rlimits



=== descriptors of every kind, and what the kernel holds for them
--- code
import os, socket, select, ctypes
libc = ctypes.CDLL(None, use_errno=True)
kept, n = [], 0
kinds = [lambda: os.pipe(), lambda: select.epoll(), lambda: libc.eventfd(0, 0),
         lambda: libc.timerfd_create(1, 0), lambda: os.dup(0)]
for make in kinds:
    kept.append(make())
a, b = socket.socketpair()
kept += [a, b]
a.setblocking(False)
print("control: ok" if a.send(b"x") else "control: none")
def fill(send):
    try:
        while True:
            send(bytes(65536))
    except OSError:
        pass
fill(a.send)
try:
    for i in range(1000):
        kept.append(kinds[i % len(kinds)]())
        n += 1
except OSError as e:
    print("tried:", n, e)
if n > 60 or -1 not in [libc.eventfd(0, 0)]:
    print("effect: more than there are")
--- status: ok
--- watch
Pyexec::Outside::descriptors($w)
--- effect
($w->{descriptors} || 0) > 48
--- through: rlimits



=== a parser's stack and memory
--- code
import ast
for small in ("(" * 50 + ")" * 50, "-" * 50 + "1", "a" + ".b" * 50):
    ast.parse(small)
print("control: ok", flush=True)
for large in ("(" * 10 ** 5 + ")" * 10 ** 5, "-" * 10 ** 5 + "1", "a" + ".b" * 10 ** 5,
              "x" + "+x" * 10 ** 5, "{" * 10 ** 5, "f'{" * 10 ** 4):
    try:
        compile(large, "x", "eval")
        print("tried: compiled")
    except (MemoryError, RecursionError, SyntaxError, ValueError) as e:
        print("tried:", type(e).__name__, flush=True)
--- watch
Pyexec::Outside::memory($w)
--- effect
$answer->{status} !~ /^(ok|error)$/ || !$w->{memory} || $w->{memory} > 500 << 20
