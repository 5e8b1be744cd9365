use strict;
use warnings;

# Code that turns the interpreter it runs in against the pool and other runs.

use lib 't';
use Pyexec::Attack;
use Pyexec::Outside;

Pyexec::Attack::group('interpreter', pool => 'workers=1 preload=numpy', http => <<'END');
pyexec_timeout 2s;
pyexec_max_memory 300m;
pyexec_max_cpu 2s;
pyexec_max_open_files 64;
END

__DATA__

=== a null pointer
--- code
import ctypes
print("control: ok" if ctypes.string_at(b"x") == b"x" else "control: none")
print("tried: to read at 0", flush=True)
ctypes.string_at(0)
print("effect: read")
--- status: error
--- effect
$answer->{attempts}[0]{error}{message} !~ /SIGSEGV/



=== abort()
--- code
import os, signal
os.kill(os.getpid(), 0)
print("control: ok")
print("tried: abort()", flush=True)
os.abort()
print("effect: it came back")
--- status: error



=== an end by SIGKILL of its own
--- code
import os, signal, time
os.kill(os.getpid(), 0)
print("control: ok")
print("tried: SIGKILL", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
print("the first process of a namespace stays", flush=True)
os._exit(9)
--- status: error



=== an end that says nothing
--- code
import os
print("control: ok")
print("tried: _exit() without a report", flush=True)
raise SystemExit if False else os._exit(7)
--- status: error
--- effect
$answer->{attempts}[0]{error}{message} ne '7'



=== an end that it reports itself, and a fault
--- code
import ctypes, os
print("control: ok")
# a status of 0, in the message that once told it
print("tried:", os.write(3, bytes((1, 21, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0))), flush=True)
ctypes.string_at(0)
--- status: error
--- effect
$answer->{attempts}[0]{error}{message} !~ /SIGSEGV/



=== an end that it reports itself, and another status
--- code
import os
print("control: ok")
print("tried:", os.write(3, bytes((1, 21, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0))), flush=True)
os._exit(9)
--- status: error
--- effect
$answer->{attempts}[0]{error}{message} ne '9'



=== exits that signals interrupt, and a fault
--- code
import ctypes, signal, threading
libc = ctypes.CDLL(None)
signal.signal(signal.SIGUSR1, lambda *args: None)
main = threading.get_ident()
print("control: ok")
print("tried: exit_group(), under signals", flush=True)
def shoot():
    while True:
        signal.pthread_kill(main, signal.SIGUSR1)
threading.Thread(target=shoot, daemon=True).start()
libc.syscall(NR_exit_group, 0)
print("went on", flush=True)
ctypes.string_at(0)
--- effect
$answer->{status} ne 'ok' && $answer->{attempts}[0]{error}{message} !~ /SIGSEGV/
    || $answer->{status} eq 'ok' && $answer->{stdout} =~ /went on/



=== exits of many threads, with as many statuses
--- code
import ctypes, threading
libc = ctypes.CDLL(None)
barrier = threading.Barrier(3)
print("control: ok")
print("tried: three", flush=True)
def leave(status):
    barrier.wait()
    libc.syscall(NR_exit_group, status)
for status in range(11, 14):
    threading.Thread(target=leave, args=(status,)).start()
--- status: error
--- effect
$answer->{attempts}[0]{error}{message} !~ /^1[1-3]$/



=== a free()d object
--- code
import ctypes, sys
x = ctypes.create_string_buffer(8)
print("control: ok" if ctypes.sizeof(x) == 8 else "control: none")
print("tried: to take None's references", flush=True)
ctypes.c_ssize_t.from_address(id(None)).value = 1
ctypes.memset(id(type(x)), 0x41, 64)
del x
--- effect
$answer->{status} !~ /^(ok|error)$/



=== machine code, in memory of its own
--- code
import ctypes, mmap
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
libc.pkey_mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int]
none = ctypes.c_void_p(-1).value
data = libc.mmap(0, 4096, 3, 0x22, -1, 0)
ctypes.memmove(data, b"\xb8\x2a\x00\x00\x00\xc3", 6)
print("control: ok" if data != none and libc.mprotect(data, 4096, 1) == 0 else "control: none")
libc.mprotect(data, 4096, 3)
ways = {
    "mprotect": lambda: libc.mprotect(data, 4096, 5) == 0 and data,
    "mprotect, all": lambda: libc.mprotect(data, 4096, 7) == 0 and data,
    "pkey_mprotect": lambda: libc.pkey_mprotect(data, 4096, 5, -1) == 0 and data,
    "mmap": lambda: libc.mmap(0, 4096, 7, 0x22, -1, 0),
    "mmap, shared": lambda: libc.mmap(0, 4096, 5, 0x21, -1, 0),
    "mmap, PROT_GROWSDOWN": lambda: libc.mmap(0, 4096, 0x01000007, 0x122, -1, 0),
}
for name, way in ways.items():
    at = way()
    print("tried:", name, ctypes.get_errno())
    if at and at != none:
        print("effect:", name)
--- status: ok
--- through: seccomp



=== machine code, in what READ_IMPLIES_EXEC makes executable
--- code
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
print("control: ok" if libc.getpid() else "control: none")
was = libc.personality(0xffffffff)
rc = libc.personality(0x0400000)
print("tried: personality()", was, rc)
if rc != -1:
    print("effect: it is set")
--- status: ok
--- through: seccomp



=== machine code, over the interpreter's own
--- code
import ctypes
f = ctypes.pythonapi.PyLong_AsLong
at = ctypes.cast(f, ctypes.c_void_p).value
print("control: ok" if len(ctypes.string_at(at, 16)) == 16 else "control: none")
print("tried: to write over PyLong_AsLong()", flush=True)
ctypes.memset(at, 0xcc, 16)
print("effect: written")
--- status: error



=== machine code, by a library that the code has written
--- code
import ctypes, shutil, sysconfig
lib = "/usr/lib/%s/libm.so.6" % sysconfig.get_config_var("MULTIARCH")
print("control: ok" if ctypes.CDLL(lib).abs else "control: none")
shutil.copy(lib, "mine.so")
print("tried: to load mine.so")
try:
    ctypes.CDLL("./mine.so")
    print("effect: loaded")
except OSError as e:
    print("tried:", e)
--- namespaces
--- status: ok
--- through: mount



=== builtins, for the next run
--- code
import builtins
real = print
def other(*a, **k):
    real("evil", *a, **k)
builtins.print = other
builtins.len = lambda x: -1
builtins.open = builtins.__import__ = None
real("control: ok" if len("x") == -1 else "control: none")
real("tried: to change print(), len(), open()")
--- status: ok
--- effect
$w->{daemon}->post("print(len('x'), open)")->{stdout} !~ /\A1 <built-in function open>/



=== modules, for the next run
--- code
import sys, json, math, ast, io, os
json.dumps = json.loads = ast.parse = lambda *a, **k: "evil"
io.StringIO = None
math.pi = 3
sys.path.insert(0, "/evil")
sys.modules["random"] = sys
os.environ["EVIL"] = "1"
print("control: ok" if json.dumps(1) == "evil" else "control: none")
print("tried: json, ast, io, math, sys, os")
--- status: ok
--- effect
$w->{daemon}->post(<<'END')->{stdout} ne "1 3.14 random True False False\n";
import ast, io, json, math, os, random, sys
print(json.dumps(1), str(math.pi)[:4], random.__name__, bool(ast.parse("1").body and io.StringIO),
      "EVIL" in os.environ, "/evil" in sys.path)
END



=== integers and types, for the next run
--- code
import ctypes
proxy = str.__dict__
d = ctypes.py_object.from_address(id(proxy) + 16).value
upper = d["upper"]
d["upper"] = lambda s: "evil"
ctypes.pythonapi.PyType_Modified(ctypes.py_object(str))
x = ctypes.c_uint32.from_address(id(200) + 24)
x.value = 4711
print("control: ok" if 100 + 100 == 4711 and "x".upper() == "evil" else "control: none")
print("tried: 200 and str.upper()", flush=True)
x.value = 200
d["upper"] = upper
y = ctypes.c_uint32.from_address(id(199) + 24)
y.value = 4711
--- effect
$w->{daemon}->post("print(100 + 99, 'x'.upper())")->{stdout} ne "199 X\n"



=== numpy, for the next run
--- code
import numpy, ctypes
numpy.sum = lambda *a: "evil"
one = numpy.array([1.0])
numpy.random.seed(1)
numpy.seterr(all="raise")
print("control: ok" if numpy.sum(one) == "evil" else "control: none")
print("tried: numpy.sum and its state")
--- status: ok
--- effect
$w->{daemon}->post(<<'END')->{stdout} ne "2.0 warn False\n";
import numpy
print(numpy.sum(numpy.ones(2)), numpy.geterr()["divide"],
      numpy.random.random() == 0.417022004702574)
END



=== the process's state, for the next run
--- code
import os, signal, locale, decimal, warnings, sys, time, gc
os.umask(0o777)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
os.environ["TZ"] = "Asia/Tokyo"
time.tzset()
decimal.getcontext().prec = 3
warnings.simplefilter("error")
sys.setrecursionlimit(50)
gc.disable()
os.chdir("/usr")
print("control: ok" if os.getcwd() == "/usr" else "control: none")
print("tried: mask, signals, zone, precision, filters, limits, directory")
--- status: ok
--- effect
$w->{daemon}->post(<<'END')->{stdout} ne "0 False UTC 28 1000 True True\n";
import os, signal, decimal, sys, time, gc
open("f", "w").close()
print(signal.getsignal(signal.SIGTERM), bool(signal.pthread_sigmask(0, [])), time.tzname[0],
      decimal.getcontext().prec, sys.getrecursionlimit(), gc.isenabled(),
      bool(os.stat("f").st_mode & 0o600))
END



=== memory that processes of the pool share
--- code
import ctypes, os, time
libc = ctypes.CDLL(None, use_errno=True)
r, w = os.pipe()
os.set_blocking(w, False)
os.set_blocking(r, False)
def peek(at):
    n = libc.write(w, ctypes.c_void_p(at), ctypes.c_size_t(4096))
    return os.read(r, n) if n > 0 else None
libc.mmap.restype = ctypes.c_void_p
own = libc.mmap(None, ctypes.c_size_t(8192), 3, 0x21, -1, 0)
ctypes.memmove(own + 4096 + 4, b"numpy ", 6)
near = ctypes.cast(libc.printf, ctypes.c_void_p).value & ~0xfff
end, at, seen, found = time.monotonic() + 1.2, near + (256 << 20), 0, []
def look(at):
    global seen
    page = peek(at)
    seen += page is not None
    if page and page[4:10] == b"numpy " and not any(page[10:300]):
        found.append(at)
look(own + 4096)
print("control: ok" if found == [own + 4096] else "control: none")
while at > near - (1 << 30) and time.monotonic() < end:
    if at != own + 4096:
        look(at)
    at -= 4096
print("tried:", seen, "pages")
for at in found[1:]:
    ctypes.memset(at + 4, 0x41, 4092)
    print("effect: written", hex(at))
--- status: ok
--- effect
$w->{daemon}->post("print(1)")->{stdout} ne "1\n"



=== a trace function that goes on in the interpreter's end
--- code
import sys, os
seen = set()
def trace(frame, event, arg):
    seen.add(frame.f_code.co_name)
    if event == "exception" or frame.f_code.co_name in ("finish", "describe", "exit_code"):
        frame.f_globals.clear()
    return trace
def f(): pass
sys.settrace(trace)
f()
print("control: ok" if "f" in seen else "control: none")
print("tried: to trace the report", flush=True)
1 / 0
--- effect
$answer->{status} ne 'error' || @{ $answer->{attempts} } != 1
    || $answer->{validation}{status} ne 'ok'



=== a profile function in every thread
--- code
import sys, threading
seen = []
def profile(frame, event, arg):
    seen.append(event)
    raise SystemError("evil")
threading.setprofile(profile)
sys.setprofile(None)
t = threading.Thread(target=print)
threading.excepthook = lambda *a: None
t.start()
t.join()
print("control: ok" if seen else "control: none")
print("tried: to break every call", flush=True)
sys.setprofile(profile)
--- effect
$answer->{status} !~ /^(ok|error)$/



=== bytecode built by hand
--- code
def f(): return "a"
c = f.__code__
other = tuple("b" if const == "a" else const for const in c.co_consts)
print("control: ok" if eval(c.replace(co_consts=other)) == "b" else "control: none")
print("tried: a constant that is not there", flush=True)
exec(c.replace(co_code=bytes([151, 0, 100, 255] + [144, 255, 100, 255] * 3 + [83, 0]), co_consts=(),
               co_stacksize=100000))
--- effect
$answer->{status} ne 'error'



=== a walk over all classes
--- code
found = {c.__name__: c for c in ().__class__.__base__.__subclasses__()}
wrap = found["_wrap_close"].__init__.__globals__
wrap = wrap | vars(wrap["sys"].modules["posix"])    # of os, some are replaced
print("control: ok" if wrap["getcwd"]() else "control: none")
for what in ("system", "popen", "fork", "execv"):
    try:
        rc = wrap[what](*(["/bin/true", ["true"]] if what == "execv" else
                          [] if what == "fork" else ["touch /tmp/walked walked"]))
        print("tried:", what, rc)
        if what == "fork":
            print("effect: a process")
            wrap["_exit"](0)
    except OSError as e:
        print("tried:", what, e)
import os
if os.path.exists("walked"):
    print("effect: a program ran")
--- status: ok
--- through: seccomp



=== the directory that it runs in, left
--- code
import os
os.mkdir("deep")
os.chdir("deep")
open("here", "w").write("x")
print("control: ok" if os.path.exists("../deep/here") else "control: none")
for place in ("../..", "../../..", "/", "/workspace", "/usr", "session"):
    try:
        os.chdir(place)
        print("tried:", place)
        open("left", "w").write("x")
        print("effect: written in", os.getcwd())
    except OSError as e:
        print("tried:", place, e)
--- status: ok
--- effect
join(' ', map { $_->{path} =~ m{([^/]+/[^/]+)$} } @{ $answer->{created_files} }) ne 'deep/here'
    || !Pyexec::Outside::is_sound($w)



=== its own source, replaced while it runs
--- code
import os
with open("main.py", "w") as f:
    f.write("print('evil')\n" * 10)
os.rename("main.py", "other.py")
print("control: ok" if "evil" in open("other.py").read() else "control: none")
print("tried: to be somebody else", flush=True)
def f(): raise ValueError("here")
f()
--- status: error
--- effect
$answer->{attempts}[0]{error}{raw} !~ /def f\(\): raise ValueError/
    || $answer->{attempts}[0]{error}{raw} =~ /evil/ || !Pyexec::Outside::is_sound($w)
