use strict;
use warnings;

# More output, disk and files than there are.

use lib 't';
use Pyexec::Attack;
use Pyexec::Outside;

Pyexec::Attack::group('output', http => <<'END');
pyexec_timeout 9s;
pyexec_max_cpu 2s;
pyexec_max_file_size 4m;
pyexec_max_disk 16m;
pyexec_max_files 100;
pyexec_max_output 1000 flood=4m;
pyexec_max_open_files 48;
END

__DATA__

=== 100 GB to standard output
--- code
import os
print("control: ok", flush=True)
print("tried: 100 GB", flush=True)
for i in range(100 << 14):
    os.write(1, b"x" * 65536)
print("effect: written")
--- status: error
--- limit: output
--- effect
length($answer->{stdout}) > 1000 || length(Pyexec::Outside::stored($w)) > 100_000



=== 100 GB to both outputs, by threads
--- code
import os, threading
print("control: ok", flush=True)
print("tried: 100 GB", flush=True)
def flood(fd):
    for i in range(100 << 13):
        os.write(fd, b"\xff" * 65536)
ts = [threading.Thread(target=flood, args=(1 + i % 2,)) for i in range(8)]
[t.start() for t in ts]
[t.join() for t in ts]
print("effect: written")
--- status: error
--- limit: output
--- effect
length($answer->{stderr}) > 1000 || length(Pyexec::Outside::stored($w)) > 100_000



=== 100 GB of output, through copies of the descriptors
--- code
import os
print("control: ok", flush=True)
print("tried: 100 GB by dup() and sendfile()", flush=True)
with open("f", "wb") as f:
    f.write(b"x" * (1 << 20))
out, f = os.dup(1), os.open("f", os.O_RDONLY)
os.set_blocking(out, True)
for i in range(100 << 10):
    os.sendfile(out, f, 0, 1 << 20)
print("effect: written")
--- status: error
--- limit: output
--- effect
length($answer->{stdout}) > 1000



=== a sparse file of 100 GB
--- code
import os
with open("small", "wb") as f:
    f.truncate(1 << 20)
print("control: ok" if os.path.getsize("small") == 1 << 20 else "control: none")
with open("large", "wb") as f:
    for what in (lambda: f.truncate(100 << 30), lambda: os.pwrite(f.fileno(), b"x", 100 << 30),
                 lambda: os.posix_fallocate(f.fileno(), 0, 100 << 30)):
        try:
            what()
            print("effect: done")
        except OSError as e:
            print("tried:", e)
--- status: ok
--- effect
Pyexec::Outside::largest($w) > 4 << 20
--- through: rlimits



=== a real file of 100 GB
--- code
print("control: ok", flush=True)
print("tried: 100 GB", flush=True)
with open("large", "wb", 0) as f:
    while True:
        f.write(bytes(1 << 20))
--- status: error
--- limit: file_size
--- effect
Pyexec::Outside::largest($w) > 4 << 20



=== 100 GB in files of 4 MB
--- code
print("control: ok", flush=True)
print("tried: many large files", flush=True)
n = 0
while True:
    with open(str(n), "wb") as f:
        f.write(bytes(4 << 20))
    n += 1
--- status: error
--- limit: disk
--- effect
Pyexec::Outside::disk($w) > 1 << 20



=== space that is taken, and not written
--- code
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_long, ctypes.c_long]
fd = os.open("small", os.O_CREAT | os.O_RDWR)
os.posix_fallocate(fd, 0, 1 << 20)
taken = os.stat("small")
print("control: ok" if taken.st_size == 1 << 20 and taken.st_blocks << 9 >= 1 << 20 else "control: none")
for n in range(20):
    fd = os.open(str(n), os.O_CREAT | os.O_WRONLY)
    for mode in 0, 1:    # FALLOC_FL_KEEP_SIZE
        if libc.fallocate(fd, mode, 0, 3 << 20) == 0:
            print("effect: taken in mode", mode)
        else:
            print("tried:", os.strerror(ctypes.get_errno()))
--- status: ok
--- effect
Pyexec::Outside::disk($w) > 2 << 20
--- through: seccomp



=== disk, in a directory by the name of the link to the session
--- code
import os, time
os.unlink("session")
os.mkdir("session")
print("control: ok", flush=True)
print("tried: files where none are expected", flush=True)
for n in range(20):
    with open("session/%d" % n, "wb") as f:
        f.write(bytes(4 << 20))
time.sleep(60)
print("effect: they stayed")
--- status: error
--- limit: disk
--- effect
Pyexec::Outside::disk($w) > 1 << 20



=== disk, in files by the names of the results
--- code
import time
for name in ("main.py", "result.json", "attempts.jsonl"):
    with open(name, "wb") as f:
        f.write(bytes(4 << 20))
print("control: ok", flush=True)
print("tried: 8 MB more", flush=True)
for n in range(2):
    with open(str(n), "wb") as f:
        f.write(bytes(4 << 20))
time.sleep(60)
print("effect: they stayed")
--- status: error
--- limit: disk
--- effect
Pyexec::Outside::disk($w) > 1 << 20



=== disk, in files that are deleted and held open
--- code
import time
kept = []
open("control", "w").write("x")
print("control: ok")
print("tried: to hold on to what is deleted")
try:
    while True:
        f = open("held", "wb", 0)
        f.write(bytes(1 << 20))
        import os
        os.unlink("held")
        kept.append(f)
except OSError as e:
    print("tried:", len(kept), "MB:", e)
if len(kept) >= 48:
    print("effect: more files than descriptors")
--- status: error
--- limit: disk
--- effect
Pyexec::Outside::disk($w) > 1 << 20



=== a million files
--- code
print("control: ok", flush=True)
print("tried: a million files", flush=True)
for n in range(10 ** 6):
    open(str(n), "w").close()
print("effect: made")
--- status: error
--- limit: files
--- effect
Pyexec::Outside::entries($w) > 10



=== a million directories in one another
--- code
import os
print("control: ok", flush=True)
print("tried: a million directories", flush=True)
for n in range(10 ** 6):
    os.mkdir("d")
    os.chdir("d")
print("effect: made")
--- status: error
--- limit: files
--- effect
Pyexec::Outside::entries($w) > 10



=== files that are moved about while they are counted
--- code
import os, threading
os.mkdir("a")
os.mkdir("a/b")
print("control: ok", flush=True)
print("tried: to hide files by moving them", flush=True)
def move():
    while True:
        try:
            os.rename("a", "c")
            os.rename("c", "a")
        except OSError:
            pass
threading.Thread(target=move, daemon=True).start()
n = 0
while n < 10 ** 6:
    try:
        open("a/b/%d" % n, "w").close()
        n += 1
    except OSError:
        pass
print("effect: made")
--- status: error
--- limit: files
--- effect
Pyexec::Outside::entries($w) > 10



=== many files, each removed again
--- code
import os
made = 0
for n in range(300):
    open("f%d" % n, "w").close()
    os.unlink("f%d" % n)
    made += 1
print("control: ok" if made == 300 else "control: none")
print("tried: 300 names")
--- status: ok
--- effect
Pyexec::Outside::entries($w) > 10
