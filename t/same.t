use strict;
use warnings;

# Code that ends in many ways, and that looks at itself: what it prints, here
# and when python3 runs it as main.py.  The directory and addresses aside,
# these are the same.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use File::Temp qw(tempdir);
use Test::More;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none', http => 'pyexec_policy off;');
my $python = "$ENV{TEST_NGINX_PYTHON}/bin/python3";

sub plain {
    my ($text, $dir) = @_;
    $text =~ s{\Q$dir\E/main\.py}{main.py}g;
    $text =~ s{\Q$dir\E}{DIR}g;
    $text =~ s{0x[0-9a-f]+}{0x}g;
    return $text;
}

sub outside {
    my ($code) = @_;
    my $dir = tempdir(CLEANUP => 1);
    open my $file, '>', "$dir/main.py" or die;
    print $file $code;
    close $file;
    system("cd $dir && { LANG=C.UTF-8 LC_ALL= $python -B main.py </dev/null | cat >out; } 2>&1 | cat >err") == 0 or die;
    return map { plain(Pyexec::Daemon::slurp("$dir/$_"), $dir) } qw(out err);
}

sub inside {
    my ($code) = @_;
    my $run = $d->post($code);
    my $dir = $run->{run_id} ? "code_exec/$run->{run_id}" : '';
    return map {
        my $text = $run->{$_} // $run->{detail} // '';
        utf8::encode($text);
        my ($path) = $text =~ m{(/\S*?/\Q$dir\E)};
        plain($text, $path // 'nowhere');
    } qw(stdout stderr);
}

my @cases = split /^=== (.*)\n/m, do { local $/; <DATA> };
shift @cases;

while (my ($name, $code) = splice @cases, 0, 2) {
    my @want = outside($code);
    my @have = inside($code);
    is_deeply(\@have, \@want, $name);
}

unlike($d->log, qr/\[(?:alert|emerg)\]/, 'nothing is wrong with the pool');
done_testing();

__DATA__
=== in a function that C calls
def key(x):
    return 1 / x
print(sorted([1, 0], key=key))
=== in a thread
import threading
def work():
    raise ValueError("in a thread")
t = threading.Thread(target=work, name="worker")
t.start()
t.join()
print("on")
=== threading.excepthook
import threading
def hook(args):
    print("hook", args.exc_type.__name__, args.thread.name)
threading.excepthook = hook
t = threading.Thread(target=lambda: 1 / 0, name="w")
t.start()
t.join()
=== in a generator
def numbers():
    try:
        yield 1
        raise KeyError("second")
    finally:
        print("closing")
for n in numbers():
    print(n)
=== when a generator is closed
def g():
    try:
        yield 1
    finally:
        raise OSError("close")
it = g()
next(it)
it.close()
=== at exit
import atexit
def leave():
    print("leaving")
    raise ValueError("at exit")
atexit.register(leave)
atexit.register(print, "registered last")
print("end")
=== before functions at exit
import atexit
def leave():
    print("leaving")
atexit.register(leave)
1 / 0
=== sys.exit at exit
import atexit, sys
atexit.register(lambda: sys.exit(5))
print("x")
=== in __del__
class A:
    def __del__(self):
        raise ValueError("in del")
a = A()
del a
print("on")
=== sys.unraisablehook
import sys
class A:
    def __del__(self):
        1 / 0
def hook(u):
    print("hook", u.exc_type.__name__, u.err_msg, type(u.object).__name__)
sys.unraisablehook = hook
a = A()
del a
=== in a task that nobody waits for
import asyncio
async def bad():
    raise ValueError("task")
async def main():
    t = asyncio.create_task(bad(), name="t1")
    await asyncio.sleep(0.01)
    print("main")
asyncio.run(main())
=== in tasks
import asyncio
async def bad():
    await asyncio.sleep(0)
    raise ValueError("task")
async def main():
    await asyncio.gather(bad(), bad())
asyncio.run(main())
=== in a task group
import asyncio
async def bad(n):
    await asyncio.sleep(0)
    raise ValueError(n)
async def main():
    async with asyncio.TaskGroup() as tg:
        tg.create_task(bad(1))
        tg.create_task(bad(2))
asyncio.run(main())
=== a group
def f():
    try:
        1 / 0
    except ZeroDivisionError as e:
        raise ExceptionGroup("several", [ValueError(1), e, ExceptionGroup("inner", [TypeError("x")])])
f()
=== except*
try:
    raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
except* ValueError as e:
    print(repr(e))
=== recursion without an end
def f(n):
    return f(n + 1)
f(0)
=== recursion in an attribute
class A:
    def __getattr__(self, n):
        return self.other
A().x
=== KeyboardInterrupt
def f():
    raise KeyboardInterrupt("stop")
f()
=== exit with a text
import sys
print("a")
sys.exit("text")
=== exit with an object
import sys
sys.exit([1, "x"])
=== exit with a number
raise SystemExit(3)
=== exit
raise SystemExit
=== in __repr__
class A:
    def __repr__(self):
        raise ValueError("repr")
print([A()])
=== in its own __str__
class E(Exception):
    def __str__(self):
        raise ValueError("str")
raise E(1)
=== a cause
try:
    int("x")
except ValueError as e:
    raise RuntimeError("outer") from e
=== a context
try:
    int("x")
except ValueError:
    {}["k"]
=== no context
try:
    int("x")
except ValueError:
    raise KeyError("k") from None
=== a note
e = ValueError("v")
e.add_note("one\ntwo")
raise e
=== a message of several lines
raise ValueError("a\nb\nc")
=== no message
raise ValueError
=== an assertion
x = 3
assert x == 4, f"x is {x}"
=== a suggestion, of an attribute
import math
math.sqr(2)
=== of a name
value = 1
print(valeu)
=== of an import
from math import sqr
=== of self
class A:
    def __init__(self):
        self.alpha = 1
    def f(self):
        return alpha
A().f()
=== a syntax error of exec
exec("def f(:\n  pass")
=== of another file
compile("a b", "other.py", "exec")
=== warnings
import warnings
def f():
    warnings.warn("careful", DeprecationWarning)
    warnings.warn("careful")
    warnings.warn("up", stacklevel=2)
f()
=== a warning that is an error
import warnings
warnings.simplefilter("error")
warnings.warn("careful")
=== a traceback that is printed
import traceback, sys
def f():
    1 / 0
try:
    f()
except Exception:
    traceback.print_exc()
    print(sys.exc_info()[2].tb_lineno, sys.exc_info()[2].tb_frame.f_back, file=sys.stderr)
=== the stack
import traceback, inspect
def f():
    traceback.print_stack()
    print([ (x.function, x.lineno) for x in inspect.stack()])
f()
=== sys.excepthook
import sys
def hook(t, v, tb):
    print("hook", t.__name__, v, tb.tb_lineno, tb.tb_frame.f_code.co_name)
sys.excepthook = hook
1 / 0
=== an error in sys.excepthook
import sys
def hook(t, v, tb):
    raise RuntimeError("in hook")
sys.excepthook = hook
1 / 0
=== no sys.excepthook
import sys
sys.excepthook = None
1 / 0
=== in __exit__
class C:
    def __enter__(self):
        return self
    def __exit__(self, *a):
        raise ValueError("exit")
with C():
    1 / 0
=== in a pool of threads
from concurrent.futures import ThreadPoolExecutor
def f(x):
    return 1 / x
with ThreadPoolExecutor(2) as p:
    print(list(p.map(f, [1, 0])))
=== sys.exit in a thread
import threading, sys
t = threading.Thread(target=lambda: sys.exit("from thread"))
t.start(); t.join()
print("on")
=== in a thread, after the end
import threading, time
def late():
    time.sleep(0.05)
    print("late")
    1 / 0
threading.Thread(target=late).start()
print("end")
=== a surrogate
raise ValueError("\udce4")
=== causes of causes
def f(n):
    if n == 0:
        raise ValueError("base")
    try:
        f(n - 1)
    except Exception as e:
        raise TypeError(n) from e
f(3)
=== a cause that goes in a circle
e = ValueError(1)
e.__context__ = e
try:
    raise e
except ValueError as x:
    y = TypeError(2)
    y.__cause__ = x
    x.__cause__ = y
    raise y
=== a class of another module
class E(Exception):
    pass
E.__module__ = "my.mod"
raise E("x")
=== a class that can't be named
class M(type):
    def __str__(cls): raise ValueError
    __repr__ = __str__
class E(Exception, metaclass=M): pass
raise E("x")
=== an error of the system
open("/nope/x")
=== a call of several lines
def f(a, b):
    return a / b
f(
    1,
    0,
)
=== a coroutine that nobody awaits
async def f(): pass
f()
print("end")
=== a file that is not closed
import warnings
warnings.simplefilter("always")
def f():
    open("main.py")
f()
print("x")
=== names at the end
import sys
class A:
    def __del__(self):
        print("A gone", sys is not None)
x = A()
_y = A()
print("end")
=== in exec
code = "def f():\n    return 1 / 0\n"
exec(code)
f()
=== a closed stdout
import sys
sys.stdout.close()
print("x")
=== no stderr
import sys
sys.stderr = None
1 / 0
=== a syntax error in a module of its own
open("helper.py", "w").write("def f(:\n    pass\n")
import helper
=== in a module of its own
open("helper2.py", "w").write("def f(x):\n    return g(x)\ndef g(x):\n    raise RuntimeError('helper')\n")
import helper2
helper2.f(1)
=== names at the beginning
print(sorted(globals()), list(globals()))
=== the module
import sys
m = sys.modules["__main__"]
print(m.__name__, m.__doc__, m.__package__, m.__spec__, m.__cached__, m.__file__)
print(type(m.__loader__), getattr(m.__loader__, "name", None), getattr(m.__loader__, "path", None))
print(type(m), m is sys.modules[__name__], __builtins__, type(__builtins__), m)
=== its text and annotations
"""Doc of main."""
x: int = 1
print(__doc__, __annotations__)
print(vars().keys() == globals().keys())
=== its source
import inspect, sys
def f(a, b=2):
    "doc"
    return a
class C:
    def m(self):
        pass
print(inspect.getsource(f), inspect.getsource(C), inspect.getsource(sys.modules["__main__"]), inspect.getfile(f), inspect.getsourcefile(f), inspect.getmodule(f))
=== its classes, pickled
import pickle, sys
class P:
    def __init__(self, x): self.x = x
p = pickle.loads(pickle.dumps(P(3)))
print(p.x, type(p) is P, P.__module__, P, p.__class__.__qualname__)
=== and made by others
import dataclasses, typing
@dataclasses.dataclass
class D:
    x: int
    y: "list[int]" = None
print(D(1), typing.get_type_hints(D))
=== imported
import __main__
print(__main__.__dict__ is globals(), __main__.__name__)
=== the locale
import locale, sys, os
print(locale.getpreferredencoding(), locale.getlocale(), locale.setlocale(locale.LC_ALL), sys.getfilesystemencoding(), sys.getfilesystemencodeerrors(), sys.getdefaultencoding())
print(locale.localeconv()["decimal_point"], os.get_terminal_size is not None)
=== a cause that was never raised
raise KeyError("a") from ValueError("never raised")
=== files that are not closed
class F:
    def __init__(self, n): self.f = open(n, "w")
    def write(self, s): self.f.write(s)
a = F("a.txt"); a.write("unflushed"); a.me = a
b = open("b.txt", "w"); b.write("x" * 10)
import atexit
atexit.register(lambda: print(open("a.txt").read() == "", "len"))
=== a generator at the end
def g():
    try: yield 1
    finally: print("gen closed")
x = g(); next(x)
print("end")
=== a module that is replaced
import sys
sys.modules["__main__"] = None
print("gone")
=== a module that is removed
import sys
del sys.modules["__main__"]
class A:
    def __del__(self): print("del")
a = A()
=== in a callback of the event loop
import asyncio
async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(lambda: 1/0)
    await asyncio.sleep(0.01)
asyncio.run(main())
=== in a property
class A:
    @property
    def x(self): raise AttributeError("inner")
A().x
=== a warning of the compiler
x = 1 is 1
print(x)
=== another one
assert (1, "x")
=== in an interpreter of its own
import code
code.InteractiveInterpreter({"x": 1}).runsource("1/0")
=== a limit of frames
import sys
sys.tracebacklimit = 1
def f(): g()
def g(): 1/0
f()
=== no frames
import sys
sys.tracebacklimit = 0
1/0
