use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

# What an ordinary Python does, and code written for it expects here.

# the request that executes this code

sub code {
    my ($code) = @_;
    $code =~ s/(["\\])/\\$1/g;
    $code =~ s/\n/\\n/g;
    return "POST /api/execute-code\n{\"code\": \"$code\"}";
}

# what the answer is like if this is its standard output, and the rest

sub prints {
    my ($out, $rest) = (@_, '');
    $out =~ s/(["\\])/\\$1/g;
    $out =~ s/\n/\\n/g;
    return qr/"stdout":"\Q$out\E"$rest/;
}

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: files are touched; times and modes are kept, or that fails
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
main::code(<<'END')
import os, pathlib, shutil

def attempt(function, *args):
    try:
        function(*args)
    except OSError as e:
        return type(e).__name__, e.errno

pathlib.Path("a").touch()
print(sorted(os.listdir(".")))
mounts = os.getcwd().startswith("/workspace/")
fine = None if mounts else ("PermissionError", 1)
print([attempt(os.utime, "a", (5, 7)) == fine, os.stat("a").st_mtime == 7 or not mounts,
       attempt(os.chmod, "a", 0o741) == fine, os.stat("a").st_mode & 0o777 == 0o741 or not mounts])
shutil.copy("a", "b")
shutil.copy2("a", "c")
print([os.stat("b").st_mode & 0o777 == 0o741 or not mounts, os.stat("c").st_mtime == 7 or not mounts])
print(attempt(os.chmod, "a", 0o4755), attempt(os.chmod, "a", 0o2755))
for name in "/usr", "nope", "session":
    print(name, attempt(os.utime, name, (0, 0)) is not None, attempt(os.chmod, name, 0o600) is not None)
print(mounts and attempt(os.utime, "nope") or ("FileNotFoundError", 2))
END
--- response_body_like eval
main::prints(<<'END')
['a', 'main.py', 'session']
[True, True, True, True]
[True, True]
('PermissionError', 1) ('PermissionError', 1)
/usr True True
nope True True
session True True
('FileNotFoundError', 2)
END



=== TEST 2: no processes, and what to use instead
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
[map { main::code($_) }
 "import os\nos.fork()", "import os\nos.system('ls')", "import subprocess\nsubprocess.run(['ls'])", "import os\nos.popen('ls')",
 "import multiprocessing\nmultiprocessing.Pool(2)",
 "import multiprocessing\nmultiprocessing.get_context('spawn').Process(target=print).start()",
 "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor() as e: e.submit(print)",
 "import ctypes\nctypes.CDLL(None).fork() == -1 and print('none')"]
--- error_code eval
[(200) x 8]
--- response_body_like eval
[(qr/"PermissionError".*ThreadPool".*"limit":"processes"/) x 7, qr/"none\\n"/]



=== TEST 3: multiprocessing with threads
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
main::code(<<'END')
import multiprocessing, multiprocessing.dummy, threading, queue
from multiprocessing.pool import ThreadPool

with ThreadPool(3) as pool:
    print(pool.map(abs, [-1, -2]), pool.apply_async(abs, (-3,)).get(5))
with multiprocessing.dummy.Pool(2) as pool:
    print(pool.map(abs, [-1]))

total = multiprocessing.Value("i", 0)
def add():
    for _ in range(1000):
        with total.get_lock():
            total.value += 1
threads = [threading.Thread(target=add) for _ in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
print(total.value)

q = multiprocessing.Queue(2)
q.put(1)
print(q.get(timeout=5))
for get in (lambda: q.get(block=False), lambda: q.get(timeout=0.01)):
    try:
        get()
    except queue.Empty:
        print("empty")

lock, again, few = multiprocessing.Lock(), multiprocessing.RLock(), multiprocessing.BoundedSemaphore(2)
print(lock.acquire(), lock.acquire(block=False), lock.acquire(timeout=0.01), lock)
lock.release()
print(again.acquire(), again.acquire(), again)
again.release()
again.release()
for release in lock.release, again.release, few.release:
    try:
        release()
    except (ValueError, AssertionError) as e:
        print(e)
event = multiprocessing.Event()
threading.Timer(0.01, event.set).start()
print(event.wait(5), few.get_value())
END
--- response_body_like eval
main::prints(<<'END')
[1, 2] 3
[1]
4000
1
empty
empty
True False False <Lock(owner=MainProcess)>
True True <RLock(MainProcess, 2)>
semaphore or lock released too many times
attempt to release recursive lock not owned by thread
semaphore or lock released too many times
True 2
END



=== TEST 4: /tmp is the run's directory, where there are mounts
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; pyexec_max_disk 1m; }
--- request eval
[main::code(<<'END'),
import os
tmp = "/tmp/" if os.getcwd().startswith("/workspace/") else ""
with open(tmp + "x.txt", "w") as f:
    f.write("kept")
os.makedirs(tmp + "a/b")
os.rename(tmp + "x.txt", tmp + "a/b/x.txt")
print(open(tmp + "a/b/x.txt").read())
END
main::code(<<'END'),
import os, tempfile
print(os.path.exists("/tmp/a"))
print(tempfile.NamedTemporaryFile(suffix=".csv").read())
END
main::code(<<'END')]
import os
with open("/tmp/x" if os.getcwd().startswith("/workspace/") else "x", "wb") as f:
    while True:
        f.write(bytes(100000))
END
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr{"stdout":"kept\\n".*"path":"code_exec/[^/]+/a/b/x.txt"}, qr{"stdout":"False\\nb''\\n"}, qr/"limit":"disk"/]



=== TEST 5: there are no names but localhost
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
main::code(<<'END')
import socket
print([entry[4][0] for entry in socket.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM)])
print(socket.gethostbyname("localhost"), socket.gethostbyname("10.0.0.1"), socket.getaddrinfo("::1", 1)[0][4][0])
for look in (lambda: socket.getaddrinfo("example.com", 443), lambda: socket.gethostbyname("example.com"),
             lambda: socket.create_connection(("example.com", 80))):
    try:
        look()
    except socket.gaierror as e:
        print(e.errno == socket.EAI_NONAME)
END
--- response_body_like eval
main::prints(<<'END')
['::1', '127.0.0.1']
127.0.0.1 10.0.0.1 ::1
True
True
True
END



=== TEST 6: the user of runs is known
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
main::code(<<'END')
import getpass, os, pathlib, pwd
me = pwd.getpwuid(os.getuid())
print(me.pw_name == getpass.getuser() == pathlib.Path("main.py").owner(), me.pw_dir == os.getcwd(), pwd.getpwnam("nobody") == me)
try:
    pwd.getpwuid(4242)
except KeyError as e:
    print(e)
END
--- response_body_like eval
main::prints(<<'END')
True True True
'getpwuid(): uid not found: 4242'
END



=== TEST 7: a server can't listen, and says so
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
main::code(<<'END')
import asyncio
async def main():
    await asyncio.start_server(print, "127.0.0.1", 8000)
asyncio.run(main())
END
--- response_body_like: "status":"error".*PermissionError: \[Errno 1\] Operation not permitted



=== TEST 8: standard output has other encodings, and does not seek
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
main::code(<<'END')
import io, sys
sys.stdout.reconfigure(encoding="latin-1", errors="replace")
print("a\u4e2d", sys.stdout.seekable(), sys.stdout.name)
sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")
print("b\u00e9")
sys.stderr.reconfigure(errors="strict")
END
--- response_body_like eval
main::prints("a? False <stdout>\nb\xc3\xa9\n")



=== TEST 9: modules of the run's directory come last, __file__ is absolute
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
main::code(<<'END')
import os
open("helper.py", "w").write("def f(): return 1\n")
open("csv.py", "w").write("mine = 1\n")
import helper, csv
print(helper.f(), hasattr(csv, "mine"), os.path.isabs(__file__))
print("main.py" in os.listdir(os.path.dirname(__file__)))
END
--- response_body_like eval
main::prints("1 False True\nTrue\n")



=== TEST 10: a missing module ends a run, or none
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
[map { main::code($_) } "print(1)\nimport zzz_a.b", "def f(): import zzz_a\nprint(1)",
 "import contextlib\nwith contextlib.suppress(ImportError): import zzz_a\nprint(1)",
 "import sys\nsys.modules['zzz_a'] = sys\nimport zzz_a\nprint(1)", "print(1)\nimport json.zzz_a"]
--- error_code eval
[(200) x 5]
--- response_body_like eval
[qr/"status":"deps_missing","stdout":"1\\n","stderr":"Traceback.*"missing_dependencies":\["zzz_a"\]/,
 (qr/"status":"ok","stdout":"1\\n"/) x 3, qr/"status":"error"(?!.*missing_dependencies)/]



=== TEST 11: a SyntaxWarning has its line, whether the code imports or not
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
[map { main::code($_) } "x = 3\nif x is 3: pass", "import os\nif os is 3: pass"]
--- error_code eval
[200, 200]
--- response_body_like eval
[map { qr/"stderr":"main.py:2: SyntaxWarning: .{20,60}\\n  \Q$_\E\\n",/ } 'if x is 3: pass', 'if os is 3: pass']



=== TEST 12: shared memory by a name, gone at exit
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
main::code(<<'END')
import atexit, os

from multiprocessing.shared_memory import ShareableList, SharedMemory

def end():
    mine.close()
    mine.unlink()
    print("unlinked")

atexit.register(end)
mine = SharedMemory("mine", create=True, size=100)
mine.buf[:3] = b"abc"
other = SharedMemory("mine")
print(bytes(other.buf[:3]))
other.close()
for attempt in (lambda: SharedMemory("mine", create=True, size=1), lambda: SharedMemory("none")):
    try:
        attempt()
    except OSError as e:
        print(type(e).__name__)
print(ShareableList([1, "a"])[1], SharedMemory(create=True, size=8).size)
END
--- response_body_like eval
main::prints(<<'END', ',"stderr":"",.*"created_files":\[\],')
b'abc'
FileExistsError
FileNotFoundError
a 8
unlinked
END



=== TEST 13: shared memory is a file of the run's
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; pyexec_max_file_size 1m; }
--- request eval
main::code("from multiprocessing.shared_memory import SharedMemory\nSharedMemory(create=True, size=2 << 20)")
--- response_body_like: "status":"error".*"limit":"file_size"



=== TEST 14: no callback is made for C, and that is no want of memory
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
[map { main::code("import ctypes\nlibc = ctypes.CDLL(None)\nkind = ctypes.$_(ctypes.c_int, ctypes.c_int)\n"
                  . "print(libc.abs(-3), kind(('abs', libc))(-4), isinstance(libc.abs, ctypes._CFuncPtr))\nkind(abs)") }
 "CFUNCTYPE", "PYFUNCTYPE"]
--- error_code eval
[200, 200]
--- response_body_like eval
[(qr/"stdout":"3 4 True\\n".*PermissionError: \[Errno 1\] a run can't make a callback from C(?!.*"limit")/) x 2]



=== TEST 15: xlsxwriter, if it is there, which sets times of its files
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
main::code(<<'END')
import os
try:
    import xlsxwriter
except ImportError:
    open("a.xlsx", "w").close()
else:
    with xlsxwriter.Workbook("a.xlsx") as book:
        book.add_worksheet().write(0, 0, 1)
print(sorted(os.listdir()))
END
--- response_body_like eval
main::prints("['a.xlsx', 'main.py', 'session']\n")
