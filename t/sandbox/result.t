use strict;
use warnings;

# What a run leaves in its directory, against those who list and keep it.

use lib 't';
use Pyexec::Attack;
use Pyexec::Outside;

Pyexec::Attack::group('result', pool => 'workers=2 preload=none', http => <<'END');
pyexec_timeout 3s;
pyexec_max_files 200;
pyexec_max_disk 32m;
pyexec_max_file_size 16m;
END

__DATA__

=== a FIFO
--- code
import os
open("plain", "w").write("x")
print("control: ok" if os.path.exists("plain") else "control: none")
for make in (lambda: os.mkfifo("fifo"), lambda: os.mknod("fifo", 0o10666),
             lambda: os.mknod("fifo", 0o10666, dir_fd=os.open(".", os.O_RDONLY))):
    try:
        make()
        print("effect: made")
    except OSError as e:
        print("tried:", e)
--- status: ok
--- effect
Pyexec::Outside::odd($w)
--- through: landlock+seccomp



=== devices
--- code
import ctypes, os
open("plain", "w").write("x")
print("control: ok" if os.path.exists("plain") else "control: none")
for kind, number in ((0o20666, os.makedev(1, 3)), (0o60666, os.makedev(8, 0)), (0o20666, 0)):
    try:
        os.mknod("device", kind, number)
        print("effect: made")
    except OSError as e:
        print("tried:", e)
libc = ctypes.CDLL(None, use_errno=True)
rc = libc.renameat2(-100, b"plain", -100, b"moved", 4)    # RENAME_WHITEOUT
print("tried: a whiteout", rc, ctypes.get_errno())
--- status: ok
--- effect
Pyexec::Outside::odd($w)
--- through: seccomp



=== a socket
--- code
import ctypes, os, socket
a, b = socket.socketpair()
a.send(b"x")
print("control: ok" if b.recv(1) == b"x" else "control: none")
for make in (lambda: os.mknod("s", 0o140666), lambda: socket.socket(socket.AF_UNIX).bind("s"),
             lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].bind("s")):
    try:
        make()
        print("effect: made")
    except OSError as e:
        print("tried:", e)
--- status: ok
--- effect
Pyexec::Outside::odd($w)
--- through: landlock+seccomp



=== symbolic links
--- code
import os
open("plain", "w").write("x")
print("control: ok" if os.readlink("session") == "../.." else "control: none")
for target in ("/etc/passwd", "..", "../runs.jsonl", "plain", "/proc/self/fd/0"):
    try:
        os.symlink(target, "link")
        print("effect: made")
    except OSError as e:
        print("tried:", target, e)
try:
    os.rename("session", "stolen")
except OSError as e:
    print("tried:", e)
--- status: ok
--- effect
(grep { -l } Pyexec::Outside::files($w)) != 1
    || join(' ', map { $_->{path} =~ m{([^/]+)$} } @{ $answer->{created_files} }) ne 'plain'
--- through: landlock



=== hard links
--- code
import os
open("plain", "w").write("x")
print("control: ok" if os.stat("plain").st_nlink == 1 else "control: none")
for target in ("plain", "main.py", "session/uploads/canary", "session/code_exec/runs.jsonl", "/etc/passwd",
               "/usr/bin/python3", "/dev/null"):
    for make in (lambda: os.link(target, "link"), lambda: os.link(target, "link", follow_symlinks=False)):
        try:
            make()
            print("effect: made", target)
        except OSError as e:
            print("tried:", target, e)
--- status: ok
--- effect
grep { -f && (lstat)[3] != (m{/result\.json$} ? 2 : 1) } Pyexec::Outside::files($w)
--- through: seccomp



=== a file of a set-user-id
--- code
import os
fd = os.open("plain", os.O_CREAT | os.O_WRONLY, 0o755)
print("control: ok" if os.fstat(fd).st_mode & 0o100 else "control: none")
for mode in (0o4755, 0o2755, 0o6777):
    for make in (lambda: os.open("s", os.O_CREAT | os.O_WRONLY, mode), lambda: os.mkdir("d", mode),
                 lambda: os.chmod("plain", mode), lambda: os.fchmod(fd, mode)):
        try:
            make()
            print("tried: said to be done")
        except OSError as e:
            print("tried:", e)
os.umask(0)
--- status: ok
--- effect
grep { (lstat)[2] & 06000 } Pyexec::Outside::files($w)
--- through: seccomp



=== attributes beside a file
--- code
import os
open("plain", "w").write("x")
print("control: ok" if os.path.getsize("plain") == 1 else "control: none")
for name in ("user.evil", "security.capability", "trusted.evil", "system.posix_acl_access"):
    try:
        os.setxattr("plain", name, b"x")
        print("effect: set", name)
    except OSError as e:
        print("tried:", name, e)
--- status: ok
--- through: seccomp



=== directories by the names of the results
--- code
import os, shutil
os.unlink("main.py")
os.unlink("session")
for name in ("main.py", "session", "result.json", "attempts.jsonl", "result.json.new", "attempts.jsonl.new",
             "main.py.new"):
    os.makedirs(name + "/deep/deeper")
    open(name + "/deep/file", "w").write("evil")
print("control: ok" if os.path.isdir("result.json") else "control: none")
print("tried: directories")
--- status: ok
--- effect
!Pyexec::Outside::is_sound($w) || @{ $answer->{created_files} } != 7



=== directories that cannot be read, by the names of the results
--- code
import os
for name in ("result.json", "attempts.jsonl", "d"):
    os.mkdir(name, 0o300)
    os.mkdir(name + "/deep", 0o300)
    open(name + "/deep/file", "w").close()
print("control: ok" if os.path.exists("d/deep/file") else "control: none")
print("tried: mode 0300")
--- status: ok
--- effect
!Pyexec::Outside::is_sound($w)
    || join(' ', map { $_->{path} =~ m{([^/.]+)[^/]*/deep/file$} } @{ $answer->{created_files} }) ne 'attempts d result'



=== results of its own
--- code
import json, os
mine = json.dumps({"run_id": "evil", "status": "ok", "created_files": [{"path": "/etc/passwd"}]})
for name in ("result.json", "attempts.jsonl", "main.py", "result.json.new", "runs.jsonl"):
    with open(name, "w") as f:
        f.write(mine * 100)
print("control: ok" if "evil" in open("result.json").read() else "control: none")
print("tried: to write the result")
--- status: ok
--- effect
!Pyexec::Outside::is_sound($w)



=== results held open, and written when they are there
--- code
import os, threading, time
fd = os.open("result.json", os.O_CREAT | os.O_RDWR)
tmp = os.open("result.json.new", os.O_CREAT | os.O_RDWR)
print("control: ok" if os.write(fd, b"evil") == 4 else "control: none")
print("tried: to write on when the run has ended")
def on():
    while True:
        for f in (fd, tmp):
            os.pwrite(f, b"evil" * 100, 0)
        try:
            os.rename("result.json.new", "result.json")
            tmp2 = os.open("result.json.new", os.O_CREAT | os.O_RDWR)
        except OSError:
            pass
threading.Thread(target=on, daemon=True).start()
time.sleep(0.1)
--- status: ok
--- effect
!Pyexec::Outside::is_sound($w)



=== the history of the session
--- code
import os
runs = "session/code_exec/runs.jsonl"
try:
    seen = open(runs).read()
except OSError as e:
    seen = ""
print("control: ok" if os.path.exists("session") else "control: none")
line = '{"run_id": "evil", "status": "ok"}\n'
for what in (lambda: open(runs, "a").write(line), lambda: open(runs, "w").write(line),
             lambda: os.truncate(runs, 0), lambda: os.unlink(runs), lambda: os.rename("main.py", runs),
             lambda: os.rename(runs, "mine"), lambda: os.mkdir("session/code_exec/evil"),
             lambda: os.open(runs, os.O_RDONLY | os.O_TRUNC)):
    try:
        what()
        print("effect: done")
    except OSError as e:
        print("tried:", e)
--- status: ok
--- effect
!Pyexec::Outside::is_sound($w) || grep { $_->{run_id} eq 'evil' } @{ $w->{daemon}->list($answer->{session_id}) }



=== its own directory, removed and renamed
--- code
import os
here = os.getcwd()
name = os.path.basename(here)
os.mkdir("d")
os.rmdir("d")
print("control: ok" if not os.path.exists("d") else "control: none")
os.unlink("main.py")
os.unlink("session")
for what in (lambda: os.rmdir(here), lambda: os.rename(here, here + "x"), lambda: os.rename("../" + name, "../evil"),
             lambda: os.rmdir("../" + name), lambda: os.rename(".", "x"), lambda: os.mkdir("../evil")):
    try:
        what()
        print("effect: done")
    except OSError as e:
        print("tried:", e)
--- status: ok
--- effect
!Pyexec::Outside::is_sound($w)



=== names that are not UTF-8, nor words
--- code
import os
names = [b"\xff\xfe", b"\xc0\xaf", b"a\nb", b"a\rb", b"\"", b"\\", b"'; drop", b"<script>", b" ", b"\x01\x1b[31m",
         "\u202egnp.exe".encode(), b"%2e%2e", b"...", b"-rf", b"a" * 255, "\u2028".encode(), b"\xed\xa0\x80",
         b"{\"path\":1}", b"x\x7f", b"~", b".new"]
for n in names:
    with open(n, "wb") as f:
        f.write(n)
print("control: ok" if len(os.listdir(b".")) == len(names) + 2 else "control: none")
print("tried:", len(names), "names")
--- status: ok
--- effect
@{ $answer->{created_files} } != 21 || !Pyexec::Outside::is_sound($w)
    || grep { $_->{path} !~ m{^code_exec/\Q$answer->{run_id}\E/} } @{ $answer->{created_files} }



=== a path that is longer than paths are
--- code
import os
for i in range(30):
    os.mkdir("d" * 250)
    os.chdir("d" * 250)
    if i == 3:    # when there are too many, the run ends
        print("control: ok" if os.getcwd().endswith("d" * 250) else "control: none")
        print("tried: 30 times 250 bytes")
open("f", "w").write("x")
--- status: error
--- limit: files
--- effect
Pyexec::Outside::entries($w) > 10



=== as deep as is allowed, and a name of all its length
--- code
import os
for i in range(50):
    os.mkdir("d")
    os.chdir("d")
open("f" * 255, "w").write("x")
print("control: ok" if os.path.exists("f" * 255) else "control: none")
print("tried: 50 directories")
--- status: ok
--- effect
@{ $answer->{created_files} } != 1 || !Pyexec::Outside::is_sound($w)



=== times of another day
--- code
import os, time
open("f", "w").write("x")
print("control: ok" if abs(os.stat("f").st_mtime - time.time()) < 60 else "control: none")
for stamp in ((0, 0), (-2 ** 40, -2 ** 40), (2 ** 40, 2 ** 40)):
    try:
        os.utime("f", stamp)
        print("tried:", stamp)
    except (OSError, OverflowError) as e:
        print("tried:", stamp, e)
--- status: ok
--- effect
substr($answer->{created_files}[0]{modified_at}, 0, 10) lt substr($answer->{started_at}, 0, 10)
    || substr($answer->{created_files}[0]{modified_at}, 0, 4) > 1 + substr($answer->{started_at}, 0, 4)



=== a directory of its own that is closed to all
--- code
import os
os.mkdir("d")
open("d/f", "w").write("x")
print("control: ok" if os.path.getsize("d/f") == 1 else "control: none")
for path in ("d", "."):
    try:
        os.chmod(path, 0)
        print("tried: chmod", path)
    except OSError as e:
        print("tried:", e)
--- status: ok
--- effect
@{ $answer->{created_files} } != 1 || !Pyexec::Outside::is_sound($w)



=== a file that says it is large
--- code
import os
with open("sparse", "wb") as f:
    f.truncate(16 << 20)
for i in range(50):
    with open("s%d" % i, "wb") as f:
        f.truncate(16 << 20)
print("control: ok" if os.stat("sparse").st_blocks == 0 else "control: none")
print("tried: 800 MB that are none")
--- status: ok
--- effect
@{ $answer->{created_files} } != 51 || Pyexec::Outside::disk($w) > 4 << 20



=== files that come and go while the runner looks
--- code
import os, threading, time
def churn(n):
    end = time.monotonic() + 0.7
    while time.monotonic() < end:
        try:
            os.mkdir("d%d" % n)
            open("d%d/f" % n, "w").close()
            os.rename("d%d" % n, "e%d" % n)
            os.unlink("e%d/f" % n)
            os.rmdir("e%d" % n)
            open("d%d" % n, "w").close()
            os.unlink("d%d" % n)
        except OSError:
            pass
ts = [threading.Thread(target=churn, args=(i % 2,)) for i in range(4)]
[t.start() for t in ts]
[t.join() for t in ts]
open("stays", "w").write("x")
print("control: ok" if os.path.exists("stays") else "control: none")
print("tried: to be in the way of the scan")
--- effect
$answer->{status} ne 'ok' || !grep { $_->{path} =~ /stays$/ } @{ $answer->{created_files} }
    or !Pyexec::Outside::is_sound($w)



=== a directory in the place of the session
--- code
import os, threading, time
print("control: ok" if "code_exec" in os.listdir("session") else "control: none")
os.unlink("session")
os.mkdir("session")
open("session/evil", "w").write("x")
print("tried: a session of its own")
--- status: ok
--- effect
!Pyexec::Outside::is_sound($w) || -e "$w->{workspace}/$answer->{session_id}/evil"
    || join(' ', map { $_->{path} =~ m{/(session/.*)$} } @{ $answer->{created_files} }) ne 'session/evil'



=== what a clean-up must not follow
--- code
import os
os.makedirs("a/b/c")
open("a/b/c/f", "w").write("x")
os.mkdir("locked", 0o300)
open("locked/f", "w").close()
print("control: ok" if os.path.exists("session/uploads/keep") else "control: none")
try:
    os.rename("session", "a/b/out")
except OSError as e:
    print("tried:", e)
print("tried: to leave a way out")
--- before
Pyexec::Outside::make_dir("$w->{workspace}/$w->{session}");
Pyexec::Outside::make_dir("$w->{workspace}/$w->{session}/uploads");
Pyexec::Outside::write_file("$w->{workspace}/$w->{session}/uploads/keep", 'x');
--- status: ok
--- effect
$w->{daemon}->http('DELETE', "/api/code-cleanup/$answer->{session_id}")->{json}{removed_runs} != 1
    || -e Pyexec::Outside::directory($w) || !-e "$w->{workspace}/$answer->{session_id}/uploads/keep"
