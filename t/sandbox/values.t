use strict;
use warnings;

# Values, and what is displayed: objects whose methods do anything but represent
# them, and messages to the runner that are not what they seem.

use lib 't';
use Pyexec::Attack;
use Pyexec::Outside;

Pyexec::Attack::group('values', pool => 'workers=2 preload=none', http => <<'END');
pyexec_timeout 4s;
pyexec_max_memory 400m;
pyexec_max_inline 2m;
END

__DATA__

=== a representation that never ends
--- code
print("control: ok")
print("tried: for ever")
file = open("kept", "w")
file.write("x")
class A:
    def __repr__(self):
        while True:
            pass
A()
--- status: ok
--- effect
$answer->{result}{'text/plain'} !~ /took too long/ || $answer->{created_files}[0]{size_bytes} != 1
    || $answer->{execution_time_seconds} > 3



=== one that can't be interrupted
--- code
import atexit
atexit.register(print, "tried: for ever")
print("control: ok")
file = open("kept", "w")
file.write("x")
class A:
    def __repr__(self):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass
A()
--- status: ok
--- effect
$answer->{result}{'text/plain'} !~ /did not end/ || $answer->{created_files}[0]{size_bytes} != 1
    || $answer->{execution_time_seconds} > 3.5



=== one that sleeps, in HTML
--- code
import time
print("control: ok")
print("tried: to sleep")
class A:
    def _repr_html_(self):
        time.sleep(1000)
A()
--- status: ok



=== those that raise, exit, recurse
--- code
import os, sys
print("control: ok")
def fail(how):
    class A:
        def __repr__(self):
            how()
    print("tried:", how)
    display(A())
def deep(): deep()
def throw(): raise SystemExit(3)
def stop(): raise KeyboardInterrupt
def none(): pass
for how in (deep, throw, stop, none, sys.exit):
    fail(how)
class Meta(type):
    __name__ = property(lambda c: 1 / 0)
    def __getattr__(c, name): raise SystemExit
class B(metaclass=Meta):
    __repr__ = lambda self: throw()
display(B())
B()
--- status: ok
--- effect
@{ $answer->{display} } != 6 || !$answer->{result}



=== a gigabyte
--- code
print("control: ok")
print("tried: a gigabyte")
class A:
    def __repr__(self): return "x" * (1 << 30)
    def _repr_html_(self): return "x" * (100 << 20)
    def _repr_png_(self): return b"\x89PNG\r\n\x1a\n" + bytes(100 << 20)
    def _repr_json_(self): return ["x" * 1000] * 100000
class S(str):
    __len__ = lambda self: 5
    __getitem__ = lambda self, i: self
class B:
    def __repr__(self): return S("y" * (100 << 20))
display(A())
B()
--- status: ok
--- effect
length(encode_json($answer)) > 200000 || $answer->{result}{'text/plain'} !~ /more characters|too long|MemoryError/



=== forged messages
--- code
import os, struct
print("control: ok", flush=True)
def part(b): return struct.pack(">I", len(b)) + b
def message(kind, parts): return struct.pack(">BBHI", 1, number, 0, 4 + len(part(parts))) + struct.pack(">I", kind) + part(parts)
kept, (read, write) = os.dup(3), os.pipe()
os.dup2(write, 3)
display("the type's number")
os.dup2(kept, 3)
number = os.read(read, 100)[1]
print("tried: forged ones", number, flush=True)
bundle = part(b"text/plain") + part(b"forged\xff\"\n") + part(b"text/plain") + part(b"twice") + part(b"evil\"") + part(b"x") + part(b"image/png") + part(b"\0\"\n") + part(b"application/json") + part(b'{"a": 1}, "status": "evil"')
os.write(3, message(1, bundle))
os.write(3, message(0, part(b"application/json") + part(b"[" * 100000)))
os.write(3, message(1, part(b"application/json") + part(b'"\xed\xa0\x80"')))
os.write(3, message(1, part(b"application/json") + part(b'1"a b')))
os.write(3, message(7, b""))
os.write(3, b"\xff" * 100)
--- status: ok
--- effect
$answer->{display}[0]{'image/png'} ne 'ACIK' || defined $answer->{display}[0]{'application/json'}
    || $answer->{display}[0]{'text/plain'} ne "forged\x{fffd}\"\n" || keys %{ $answer->{display}[0] } != 3



=== more than the runner keeps
--- code
print("control: ok")
print("tried: 3000 of 20 kB")
for n in range(3000):
    display("x" * 30000)
--- status: ok
--- effect
length(encode_json($answer)) > 3 << 20



=== a timer of the code's own, and its handler
--- code
import signal, time
print("control: ok")
def strike(*args):
    raise TimeoutError("own")
signal.signal(signal.SIGALRM, strike)
signal.setitimer(signal.ITIMER_REAL, 0.5)
display(object())
try:
    time.sleep(3)
    print("effect: the timer is lost")
except TimeoutError:
    print("tried: the timer")
class A:
    def __repr__(self):
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        return "a"
A()
--- status: ok
