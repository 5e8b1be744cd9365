use strict;
use warnings;

# Code that reports of itself what is not true, or not what can be understood.

use lib 't';
use Pyexec::Attack;
use Pyexec::Outside;

Pyexec::Attack::group('report', pool => 'workers=1 preload=numpy', http => <<'END');
pyexec_timeout 2s;
pyexec_max_memory 300m;
pyexec_max_cpu 2s;
pyexec_max_open_files 64;
END

__DATA__

=== the functions that report, replaced
--- code
import sys
names = [n for n in sys.modules if n.startswith("_pyexec")]
print("control: ok" if "_pyexec_startup" in names else "control: none")
def forged(*a):
    return ("LimitExceeded", "evil", "main.py", 1, "evil", "numpy", 12)
for n in names:
    for f in list(vars(sys.modules[n])):
        if callable(vars(sys.modules[n])[f]):
            setattr(sys.modules[n], f, forged)
print("tried: to replace", names, flush=True)
raise ValueError
--- fields
{"auto_correct": true, "max_attempts": 3}
--- effect
$answer->{status} ne 'error' || @{ $answer->{attempts} } > 3
    || $answer->{validation}{status} ne 'ok'



=== the modules that report, broken
--- code
import sys, builtins, traceback, linecache, io, atexit
linecache.getline = traceback.TracebackException = io.StringIO = None
atexit._run_exitfuncs = lambda: 1 / 0
sys.stdout.flush()
print("control: ok")
print("tried: traceback, linecache, io, atexit", flush=True)
sys.excepthook = lambda *a: 1 / 0
builtins.str = builtins.isinstance = builtins.type = None
raise ValueError("x")
--- status: error
--- effect
@{ $answer->{attempts} } != 1



=== an exception of a class that is not what it seems
--- code
class Meta(type):
    __name__ = property(lambda c: 1 / 0)
    def __instancecheck__(c, x): return True
    def __getattribute__(c, n): return type.__getattribute__(c, n) if n[:2] == "__" else 1 / 0
class E(Exception, metaclass=Meta):
    def __str__(self): return "\ud800\0\n{\"status\": \"ok\"}" * 10
    errno = property(lambda s: 2 ** 70)
try:
    raise E
except Exception as e:
    print("control: ok" if str(e) else "control: none")
print("tried: to report what cannot be said", flush=True)
E.__qualname__ = "x\n{\"run_id\": 1}"
raise E("x")
--- status: error
--- effect
!Pyexec::Outside::is_sound($w)



=== an exit status that does not fit
--- code
import sys
print("control: ok")
print("tried: 2 ** 70 and 256", flush=True)
import atexit
atexit.register(lambda: sys.exit(0))
sys.exit(2 ** 70 + 256 * 3)
--- status: error



=== forged frames: checked, failed, corrected, before the end
--- code
import os, struct
def s(x): return struct.pack(">I", len(x)) + x
def frame(kind, payload): return struct.pack(">BBHI", 1, kind, 0, len(payload)) + payload
failed = frame(70, s(b"Evil") + s(b"x\n{}") + s(b"/etc/passwd") + struct.pack(">I", 4711)
               + s(b"raw") + s(b"") + struct.pack(">I", 0))
r, w = os.pipe()
print("control: ok" if os.write(w, failed) == len(failed) else "control: none")
checked = frame(68, s(b"blocked") + s(s(b"evil")) + s(s(b"evil")) + s(b"") + s(b""))
corrected = frame(67, s(b"heuristic_import_evil") + s(b"print('evil')"))
for name, forged in (("failed", failed), ("checked", checked), ("corrected", corrected)):
    print("tried:", name, os.write(3, forged), flush=True)
os._exit(0)
--- status: ok
--- effect
$answer->{validation}{status} ne 'ok' || @{ $answer->{validation}{imports} } != 2
    || @{ $answer->{attempts} } != 1 || $answer->{attempts}[0]{error}{type}
    || !Pyexec::Outside::is_sound($w)



=== forged frames: a wall that fell, ready, a job, a run's result
--- code
import os, struct
def s(x): return struct.pack(">I", len(x)) + x
def frame(kind, payload): return struct.pack(">BBHI", 1, kind, 0, len(payload)) + payload
r, w = os.pipe()
print("control: ok" if os.write(w, b"x") == 1 else "control: none")
evil = b"\n2026/01/01 00:00:00 [alert] evil"
for kind in list(range(1, 72)) + [255]:
    for payload in (b"", struct.pack(">I", 4), s(evil) + struct.pack(">I", 5), s(evil) * 4):
        try:
            n = os.write(3, frame(kind, payload))
        except OSError as e:
            n = e
    print("tried:", kind, n)
--- status: ok
--- effect
$w->{daemon}->log =~ /evil|failed in a child/



=== forged frames: a failure that asks for a correction, each time
--- code
import os, struct
def s(x): return struct.pack(">I", len(x)) + x
payload = (s(b"NameError") + s(b"x") + s(b"main.py") + struct.pack(">I", 1) + s(b"raw") + s(b"np")
           + struct.pack(">I", 0))
print("control: ok")
print("tried: to be corrected for ever", flush=True)
os.write(3, struct.pack(">BBHI", 1, 70, 0, len(payload)) + payload)
os._exit(1)
--- fields
{"auto_correct": true, "max_attempts": 3}
--- status: error
--- effect
@{ $answer->{attempts} } > 3 || !Pyexec::Outside::is_sound($w)



=== forged frames: half of one, then silence
--- code
import os, struct, time
print("control: ok")
print("tried: 7 bytes, and a length that never comes", flush=True)
os.write(3, struct.pack(">BBHI", 1, 70, 0, 1000)[:7])
time.sleep(0.2)
os.write(3, b"\x10" + b"x" * 10)
--- status: ok
--- effect
$answer->{execution_time_seconds} > 1.5



=== forged frames: lengths of all sizes
--- code
import os, struct
print("control: ok")
for size in (0, 1, 2 ** 16, 2 ** 20, 2 ** 24, 2 ** 27, 2 ** 27 + 1, 2 ** 31, 2 ** 32 - 1):
    try:
        print("tried:", size, os.write(3, struct.pack(">BBHI", 1, 70, 0, size) + b"x" * 100), flush=True)
    except OSError as e:
        print("tried:", size, e)
--- status: ok
--- watch
Pyexec::Outside::runners($w)
--- effect
!$w->{runners} || $w->{runners} > 100 << 20



=== forged frames: garbage without an end
--- code
import os, random
print("control: ok")
print("tried: random bytes", flush=True)
n = 0
try:
    while True:
        n += os.write(3, random.randbytes(65536))
except OSError as e:
    print("tried:", n, e)
--- watch
Pyexec::Outside::runners($w)
--- effect
$answer->{status} !~ /^(ok|timeout|error)$/ || !$w->{runners} || $w->{runners} > 100 << 20



=== forged frames: a report as long as it may be
--- code
import os, struct
def s(x): return struct.pack(">I", len(x)) + x
payload = (s(b"T\n" * 100_000) + s(b"\xff" * 300_000) + s(b"\0../\"" * 1000)
           + struct.pack(">I", 2 ** 32 - 1) + s(b"\xed\xa0\x80" * 50_000) + s(b"")
           + struct.pack(">I", 2 ** 32 - 1))
print("control: ok")
print("tried:", len(payload), flush=True)
view = memoryview(struct.pack(">BBHI", 1, 70, 0, len(payload)) + payload)
while view:
    view = view[os.write(3, view):]
os._exit(1)
--- status: error
--- effect
!Pyexec::Outside::is_sound($w) || length(Pyexec::Outside::stored($w)) > 4 << 20



=== forged frames: the end, long before it
--- code
import os, struct, time
print("control: ok", flush=True)
print("tried:", os.write(3, struct.pack(">BBHII", 1, 20, 0, 4, 0)), flush=True)
time.sleep(0.5)
open("late.txt", "w").write("x" * 77)
print("late")
--- status: ok
--- effect
$answer->{stdout} !~ /^late$/m || $answer->{execution_time_seconds} < 0.5
    || Pyexec::Outside::stored($w) !~ /late\.txt/ || !Pyexec::Outside::is_sound($w)



=== forged frames: the end, and no end
--- code
import os, struct, time
print("control: ok")
print("tried:", os.write(3, struct.pack(">BBHII", 1, 20, 0, 4, 0)), flush=True)
time.sleep(60)
--- status: timeout
--- effect
$answer->{execution_time_seconds} > 4 || Pyexec::Outside::running($w)



=== frames and results, to every descriptor
--- code
import os, struct
r, w = os.pipe()
result = b'{"run_id": "evil", "status": "ok", "stdout": "evil"}\n'
print("control: ok" if os.write(w, result) else "control: none", flush=True)
done = []
for fd in range(3, 1024):
    if fd in (r, w):
        continue
    for kind in (12, 13, 14, 17):
        try:
            os.write(fd, struct.pack(">BBHI", 1, kind, 0, len(result) + 4)
                     + struct.pack(">I", len(result)) + result)
            done.append(fd)
        except OSError:
            pass
print("tried:", sorted(set(done)))
if set(done) - {3}:
    print("effect: there are others to write to")
--- status: ok
--- effect
!Pyexec::Outside::is_sound($w)
--- through: descriptors



=== every descriptor closed
--- code
import os
print("control: ok")
print("tried: to close all", flush=True)
os.closerange(0, 1024)
--- effect
$answer->{status} !~ /^(ok|error)$/ || !Pyexec::Outside::is_sound($w)



=== every descriptor closed, and time passes
--- code
import os, time
print("control: ok")
print("tried: to be forgotten", flush=True)
os.closerange(0, 1024)
time.sleep(60)
--- status: timeout
--- effect
$answer->{execution_time_seconds} > 4 || Pyexec::Outside::running($w)



=== descriptors made into one another
--- code
import os
print("control: ok")
print("tried: output to the report, the report to the output", flush=True)
os.dup2(1, 2)
os.dup2(3, 1)
os.write(1, b"x" * 1000)
os.dup2(2, 3)
os.write(3, b"control: twice\n")
--- effect
$answer->{status} !~ /^(ok|error)$/ || !Pyexec::Outside::is_sound($w)



=== the socket to the runner, shut in either way
--- code
import os, socket
s = socket.socket(fileno=os.dup(3))
print("control: ok" if s.getsockname() in ("", b"") else "control: none")
s.setblocking(False)
try:
    print("tried: to read", s.recv(4096))
except OSError as e:
    print("tried: to read", e)
s.shutdown(socket.SHUT_RD)
s.shutdown(socket.SHUT_WR)
print("tried: to shut")
raise ValueError("x")
--- status: error
--- effect
!Pyexec::Outside::is_sound($w)
