use strict;
use warnings;

# Files that are not the run's.

use lib 't';
use Pyexec::Attack;
use Pyexec::Outside;

Pyexec::Attack::group('files', http => 'pyexec_timeout 5s;');

__DATA__

=== another session's file, by its paths
--- code
@means@
control(open("main.py").read())
for path in ("@victim@/secret.txt", "@workspace@/victim/uploads", "/workspace/victim", "/workspace/0/victim"):
    read(path)
    read(path + "/secret.txt")
--- through: landlock+mount



=== another session's file, by ..
--- code
@means@
control(os.listdir("../../code_exec"))
for depth in range(1, 12):
    for name in ("victim/code_exec", "@victim@/secret.txt", "workspace/0/victim", "workspace/victim"):
        path = "../" * depth + name.lstrip("/")
        if attempt("list", os.listdir, path):
            effect("listed", path)
        attempt("read", lambda p: print(open(p).read()), path)
--- through: landlock+mount



=== another session is not known to be there
--- namespaces
--- code
@means@
control(os.stat("main.py").st_size)
for path in ("@victim@", "@workspace@", "@workspace@/victim", "@dir@", "/workspace/0/victim", "../../../victim"):
    if attempt("stat", os.stat, path):
        effect("is there", path)
    if attempt("access", os.access, path, os.F_OK):
        effect("is there", path)
--- through: mount



=== another session's file: written
--- code
@means@
control(open("x", "w").write("x"))
write("@victim@/secret.txt")
write("/workspace/0/victim/secret.txt")
create("@victim@/evil")
create("@workspace@/evil")
create("@workspace@/victim/evil")
--- effect
-e "$w->{victim}/evil" || -e "$w->{workspace}/evil" || -e "$w->{workspace}/victim/evil"
--- through: landlock+mount



=== another session's file: moved, removed, truncated
--- code
@means@
open("x", "w").write("x")
os.rename("x", "y")
os.truncate("y", 0)
control(os.path.exists("y"))
for path in ("@victim@/secret.txt", "@victim@", "@workspace@/victim"):
    for what in (lambda p: os.rename(p, "mine"), lambda p: os.rename("y", p), os.unlink, os.rmdir,
                 lambda p: os.truncate(p, 0)):
        if attempt("change", what, path):
            effect("changed", path)
--- through: landlock+mount



=== another session's file: mode, owner, times, attributes
--- code
@means@
control(os.stat("main.py").st_mode)
import shutil
for path in ("@victim@/secret.txt", "@victim@", "@workspace@/victim"):
    attempt("chmod", os.chmod, path, 0o777)
    attempt("chown", os.chown, path, os.getuid(), os.getgid())
    attempt("utime", os.utime, path, (1, 1))
    call(NR_utimensat, -100, path.encode(), None, 0)
    call(NR_fchmodat, -100, path.encode(), 0o700)
    call(452, -100, path.encode(), 0o700, 0)
    attempt("setxattr", os.setxattr, path, "user.x", b"x")
--- through: mount+seccomp
--- before
$w->{mode} = join ' ', map { (stat $_)[2, 4, 5, 9] } "$w->{victim}/secret.txt", $w->{victim};
--- effect
$w->{mode} ne join ' ', map { (stat $_)[2, 4, 5, 9] } "$w->{victim}/secret.txt", $w->{victim};



=== another run's file in its session: mode and times
--- code
@means@
import glob
control(os.stat("main.py").st_mode)
for path in ["session", "session/code_exec", *glob.glob("session/code_exec/*"), *glob.glob("session/code_exec/*/*")]:
    if os.path.samefile(path, ".") or os.path.dirname(path) == "session/code_exec/" + os.path.basename(os.getcwd()):
        continue
    before = os.stat(path)
    attempt("chmod", os.chmod, path, 0o701)
    attempt("utime", os.utime, path, (1, 1))
    try:
        fd = os.open(path, os.O_RDONLY)
        attempt("fchmod", os.fchmod, fd, 0o701)
        attempt("futimens", os.utime, fd, (1, 1))
    except OSError as e:
        say("tried: open", path, e)
    after = os.stat(path)
    if (before.st_mode, before.st_mtime) != (after.st_mode, after.st_mtime):
        effect("changed", path)



=== another session's file: attributes, read
--- code
@means@
import shutil
open("mine", "w").write("x")
shutil.copytree(".", "copy", ignore=shutil.ignore_patterns("copy", "session"))
control(open("copy/mine").read() == "x" and shutil.copy2("mine", "again"))
secret, some = b"@victim@/secret.txt", ctypes.create_string_buffer(100)
for name in (b"user.pyexec", b"user.none"):
    for number in (NR_getxattr, NR_lgetxattr):
        if call(number, secret, name, some, 100) > 0 or ctypes.get_errno() == errno.ENODATA:
            effect("an attribute", some.value)
for number in (NR_listxattr, NR_llistxattr):
    if call(number, secret, some, 100) >= 0:
        effect("attributes", some.value)
--- before
my ($path, $name, $value) = ("$w->{victim}/secret.txt", 'user.pyexec', $w->{secret});
syscall NR_setxattr, $path, $name, $value, length $value, 0;
--- status: ok
--- through: mount+seccomp



=== another session's link: its target
--- code
@means@
control(os.readlink("session") == "../..")
target = attempt("readlink", os.readlink, "@victim@/link")
if target is not None:
    effect("a link to", target)
--- before
symlink $w->{secret}, "$w->{victim}/link";
--- status: ok
--- namespaces
--- through: mount



=== the file system of another session
--- code
@means@
control(os.statvfs(".").f_blocks)
if attempt("statvfs", os.statvfs, "@victim@") is not None:
    effect("how large and how full it is")
--- status: ok
--- namespaces
--- through: mount



=== a session made beside
--- code
@means@
os.mkdir("d")
control(os.path.isdir("d"))
for path in ("@workspace@/evil", "/workspace/evil", "../../../evil", "../../../../evil"):
    if attempt("mkdir", os.mkdir, path):
        effect("made", path)
--- effect
-e "$w->{workspace}/evil"
--- through: landlock+mount



=== the history of its own session
--- code
@means@
control(open("../runs.jsonl").read() is not None)
for name in ("../runs.jsonl", "session/code_exec/runs.jsonl"):
    write(name)
    attempt("truncate", os.truncate, name, 0) and effect("truncated")
    attempt("unlink", os.unlink, name) and effect("unlinked")
    attempt("rename", os.rename, "main.py", name) and effect("replaced")
--- before
$w->{daemon}->post('print(1)', session_id => $w->{session});
$w->{runs} = slurp("$w->{workspace}/$w->{session}/code_exec/runs.jsonl");
--- effect
index(slurp("$w->{workspace}/$w->{session}/code_exec/runs.jsonl"), $w->{runs}) != 0
--- through: landlock+mount



=== an earlier run of its own session
--- code
@means@
runs = [run for run in os.listdir("..") if run.startswith("2") and run != os.path.basename(os.getcwd())]
control(open("../" + runs[0] + "/result.json").read())
for name in ("result.json", "attempts.jsonl", "main.py", "kept"):
    write("../%s/%s" % (runs[0], name))
    attempt("unlink", os.unlink, "../%s/%s" % (runs[0], name)) and effect("unlinked", name)
create("../%s/new" % runs[0])
attempt("rename", os.rename, "../" + runs[0], "../moved") and effect("moved")
attempt("rmdir", os.rmdir, "../" + runs[0]) and effect("removed")
--- before
$w->{daemon}->post("open('kept', 'w').write('kept')", session_id => $w->{session});
--- effect
slurp((glob "$w->{workspace}/$w->{session}/code_exec/2*/kept")[0] // '') ne 'kept'
--- through: landlock+mount



=== notes of runs that are under way
--- code
@means@
control(os.listdir(".."))
others = [name for name in os.listdir("../.running") if not name.startswith(os.path.basename(os.getcwd()))]
for name in others:
    attempt("unlink", os.unlink, "../.running/" + name) and effect("unlinked", name)
for name in ("../.running", "../.running/20000101T000000-000000000000"):
    attempt("mkdir", os.mkdir, name + "x") and effect("made")
attempt("rmdir", os.rmdir, "../.running") and effect("removed")
--- before
Pyexec::Outside::beside($w, 'pass', session_id => $w->{session});
--- effect
my $noted = grep { $_->{status} eq 'running' } @{ $w->{daemon}->list($w->{session}) };
my $lives = Pyexec::Outside::beside_lives($w);
$w->{daemon}->hang_up($w->{beside});
!$noted || !$lives;
--- through: landlock+mount



=== its own directory, renamed, removed, replaced
--- code
@means@
os.mkdir("d"); os.rename("d", "e"); os.rmdir("e")
control(not os.path.exists("e"))
me = os.getcwd()
attempt("rename", os.rename, me, me + "-moved") and effect("moved")
attempt("rename", os.rename, ".", "../evil") and effect("moved")
attempt("rmdir", os.rmdir, me) and effect("removed")
attempt("mkdir", os.mkdir, me + "x") and effect("made")
--- through: landlock+mount



=== uploads, without access to write
--- code
@means@
control(open("session/uploads/mine.csv").read() == "data")
write("session/uploads/mine.csv")
create("session/uploads/new")
create("session/new")
attempt("unlink", os.unlink, "session/uploads/mine.csv") and effect("unlinked")
attempt("rename", os.rename, "session/uploads", "session/x") and effect("moved")
--- before
make_path("$w->{workspace}/$w->{session}/uploads");
spew("$w->{workspace}/$w->{session}/uploads/mine.csv", 'data');
--- effect
slurp("$w->{workspace}/$w->{session}/uploads/mine.csv") ne 'data'
--- through: landlock+mount



=== nginx's configuration, logs and keys
--- code
@means@
control(open("main.py").read())
for path in ("@dir@/nginx.conf", "@dir@/logs/error.log", "@dir@/secret.key", "@dir@/nginx.pid",
             "/etc/nginx/nginx.conf", "/var/log/nginx/error.log", "/etc/ssl/private"):
    read(path)
    write(path)
--- through: landlock+mount



=== the users of the host
--- code
@means@
control(open("main.py").read())
for path in ("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/hostname", "/etc/machine-id", "/etc/resolv.conf",
             "/etc/hosts", "/etc/ssh/ssh_host_rsa_key", "/root/.ssh/id_rsa", "/root/.bashrc", "/root/.bash_history",
             "/var/spool/cron/crontabs/root", "/run/secrets/kubernetes.io/serviceaccount/token", "/.dockerenv"):
    read(path)
--- through: landlock+mount



=== directories of the host
--- code
@means@
control(os.listdir("."))
for path in ("/root", "/home", "/var", "/var/log", "/run", "/boot", "/srv", "/opt", "/mnt", "/media", "@dir@",
             "/proc", "/sys", "/sys/kernel", "/etc/ssl", "/tmp/..", "/dev/shm"):
    names = attempt("list", os.listdir, path)
    if names and "@dir@".split("/")[1] not in path and path != "/tmp/..":
        effect("listed", path, names[:5])
--- through: landlock



=== the host's /tmp
--- code
@means@
import tempfile
control(tempfile.TemporaryFile().write(b"x"))
read("@tmp@")
attempt("write", lambda p: open(p, "r+b").write(b"x"), "@tmp@") and effect("wrote")
attempt("create", open, "/tmp/@evil@", "xb")    # with mounts, in its own /tmp
create("/var/tmp/@evil@")
attempt("unlink", os.unlink, "@tmp@")
--- effect
-e "/tmp/$w->{evil}" || -e "/var/tmp/$w->{evil}"
--- through: landlock+mount



=== the host's /dev/shm
--- code
@means@
control(open("x", "w").write("x"))
read("@shm@")
write("@shm@")
create("/dev/shm/@evil@")
shm_open = ctypes.CDLL(None).shm_open
say("shm_open")
shm_open(b"/@evil@", os.O_CREAT | os.O_RDWR, 0o600) >= 0 and effect("made")
shm_open(b"/" + os.path.basename(b"@shm@"), os.O_RDWR, 0) >= 0 and effect("opened")
--- effect
-e "/dev/shm/$w->{evil}"
--- through: landlock+mount



=== links of its own making
--- code
@means@
os.rename("main.py", "m"); os.rename("m", "main.py")
control(True)
for target in ("@victim@/secret.txt", "@dir@/secret.key", "/etc/passwd", "../../../victim"):
    attempt("symlink", os.symlink, target, "link") and effect("made a link")
    attempt("link", os.link, target, "hard") and effect("made a hard link")
    attempt("link", os.link, "session/uploads", "hard2") and effect("made a hard link")
attempt("link", os.link, os.__file__, "library") and effect("made a hard link")
call(NR_link, b"/usr/bin/env", b"e") == 0 and effect("link")
call(NR_symlink, b"/etc/passwd", b"s") == 0 and effect("symlink")
call(NR_linkat, -100, b"/usr/bin/env", -100, b"e2", 0) == 0 and effect("linkat")
call(NR_symlinkat, b"/etc/passwd", -100, b"s2") == 0 and effect("symlinkat")
--- through: landlock+seccomp



=== links that were planted in the session
--- code
@means@
control(open("session/uploads/fine").read() == "fine")
for name in ("file", "dir/secret.txt", "key", "up", "proc/environ"):
    read("session/uploads/" + name)
    write("session/uploads/" + name)
--- before
make_path("$w->{workspace}/$w->{session}/uploads");
my $up = "$w->{workspace}/$w->{session}/uploads";
spew("$up/fine", 'fine');
symlink "$w->{victim}/secret.txt", "$up/file";
symlink $w->{victim}, "$up/dir";
symlink "$w->{dir}/secret.key", "$up/key";
symlink '../../victim', "$up/up";
symlink '/proc/self', "$up/proc";
--- through: landlock+mount



=== links that were planted in an earlier run
--- code
@means@
run = [r for r in os.listdir("..") if os.path.exists("../" + r + "/fine")][0]
control(open("../" + run + "/fine").read() == "fine")
for name in ("file", "key", "root/etc/passwd"):
    read("../" + run + "/" + name)
    write("../" + run + "/" + name)
--- before
my $id = $w->{daemon}->post('print(1)', session_id => $w->{session})->{run_id};
my $run = "$w->{workspace}/$w->{session}/code_exec/$id";
spew("$run/fine", 'fine');
symlink "$w->{victim}/secret.txt", "$run/file";
symlink "$w->{dir}/secret.key", "$run/key";
symlink '/', "$run/root";
--- through: landlock+mount



=== /proc, itself
--- code
@means@
control(open("main.py").read())
for name in ("mem", "environ", "maps", "cmdline", "status", "root/etc/passwd", "fd/3", "exe", "task/1/mem",
             "net/tcp", "ns/net", "mountinfo", "auxv", "stack", "pagemap"):
    for who in ("self", "thread-self", "1", str(os.getpid()), str(os.getppid())):
        read("/proc/%s/%s" % (who, name))
--- through: landlock+mount



=== what is its own, by links of /proc
--- namespaces
--- code
@means@
control(open("main.py").read())
for path in ("/proc/self/fd/0", "/proc/self/cwd/main.py", "/dev/fd/0", "/dev/stdin"):
    read(path)
--- through: mount



=== /proc, others
--- code
@means@
control(open("main.py").read())
for pid in (["@pid@"] + list(range(1, 400))):
    for name in ("environ", "cmdline"):
        if attempt("read", lambda p: open(p, "rb").read(50), "/proc/%s/%s" % (pid, name)) is not None:
            effect("read", pid, name)
for path in ("/proc/kcore", "/proc/keys", "/proc/kallsyms", "/proc/version", "/proc/cmdline", "/proc/mounts",
             "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/loadavg", "/proc/net/unix"):
    read(path)
    write(path)
--- through: landlock+mount



=== /sys
--- code
@means@
control(open("main.py").read())
for path in ("/sys/kernel/security/lsm", "/sys/class/net/lo/address", "/sys/fs/cgroup/cgroup.procs",
             "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/power/state", "/sys/firmware/dmi/tables/DMI",
             "/sys/kernel/uevent_helper", "/sys/devices/system/cpu/vulnerabilities/meltdown"):
    read(path)
    write(path)
--- through: landlock+mount



=== /dev
--- code
@means@
control(open("/dev/zero", "rb").read(1) == b"\0")
for name in ("mem", "kmem", "port", "kmsg", "tty", "console", "ptmx", "fuse", "kvm", "loop-control", "vda", "sda",
             "net/tun", "input/event0", "userfaultfd", "hwrng", "cpu_dma_latency", "pts/0"):
    for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR):
        attempt("open", os.open, "/dev/" + name, flags | os.O_NONBLOCK | os.O_NOCTTY) and effect("opened", name)
for name in ("null", "zero"):
    attempt("unlink", os.unlink, "/dev/" + name) and effect("unlinked")
create("/dev/new")
--- through: landlock+mount



=== mounts
--- code
@means@
os.mkdir("m")
control(os.path.isdir("m"))
for source, kind, flags in ((b"/", b"", 4096), (b"none", b"tmpfs", 0), (b"none", b"proc", 0), (b"none", b"sysfs", 0),
                            (b"/", b"", 32 | 4096), (b"@workspace@", b"", 4096)):
    call(NR_mount, source, b"m", kind, flags, 0) == 0 and effect("mount")
for path in (b"/usr", b"/workspace", b"/workspace/0", b"/"):
    call(NR_umount2, path, 2) == 0 and effect("umount2")
    call(NR_mount, b"none", path, b"", 32, 0) == 0 and effect("remount")
call(NR_pivot_root, b"m", b"m") == 0 and effect("pivot_root")
call(NR_unshare, 0x10000000 | 0x20000) == 0 and call(NR_mount, b"none", b"m", b"tmpfs", 0, 0) == 0 and effect("mount")
call(NR_open_tree, -100, b"/", 1) >= 0 and effect("open_tree")
call(NR_move_mount, -100, b"m", -100, b"m", 0) == 0 and effect("move_mount")
call(NR_fsopen, b"tmpfs", 0) >= 0 and effect("fsopen")
call(NR_fspick, -100, b"/", 0) >= 0 and effect("fspick")
call(NR_mount_setattr, -100, b"/usr", 0, ctypes.create_string_buffer(32), 32) == 0 and effect("mount_setattr")
--- through: landlock+seccomp



=== another root
--- code
@means@
os.mkdir("r")
os.chdir("r"); os.chdir("..")
control(os.path.isdir("r"))
attempt("chroot", os.chroot, "r") and effect("chroot")
call(NR_chroot, b".") == 0 and effect("chroot")
for _ in range(40):
    os.chdir("..")
if attempt("up", os.listdir, "@victim@".lstrip("/")):
    effect("out of the root")
--- through: landlock+mount



=== file handles
--- code
@means@
control(os.open("main.py", os.O_RDONLY) > 2)
handle = ctypes.create_string_buffer(b"\x80\0\0\0" + b"\0" * 132)
mount = ctypes.c_int()
call(NR_name_to_handle_at, -100, b"main.py", handle, ctypes.byref(mount), 0) == 0 and effect("name_to_handle_at")
handle = ctypes.create_string_buffer(b"\x08\0\0\0\x01\0\0\0" + b"\x02\0\0\0\0\0\0\0" + b"\0" * 120)
for fd in (-100, os.open(".", os.O_RDONLY)):
    call(NR_open_by_handle_at, fd, handle, 0) >= 0 and effect("open_by_handle_at")
--- through: seccomp



=== openat2, O_PATH and other ways to open
--- code
@means@
control(os.open(".", os.O_PATH) > 2)
how = ctypes.create_string_buffer(24)
for path in (b"/etc/passwd", b"@victim@/secret.txt", b"@dir@/secret.key"):
    call(NR_openat2, -100, path, how, 24) >= 0 and effect("openat2")
    call(NR_open, path, 0) >= 0 and effect("open")
    call(NR_openat, -100, path, 0) >= 0 and effect("openat")
root = os.open("/", os.O_PATH)
for path in ("etc/passwd", "@victim@/secret.txt".lstrip("/")):
    fd = attempt("openat", os.open, path, os.O_RDONLY, dir_fd=root)
    fd and effect("opened", path)
    fd = attempt("O_PATH", os.open, path, os.O_PATH, dir_fd=root)
    if fd:
        attempt("reopen", lambda: print(open("/proc/self/fd/%d" % fd).read()))
        attempt("read", lambda: print(os.read(fd, 100)))
--- through: landlock+mount



=== files without a name
--- code
@means@
fd = attempt("O_TMPFILE", os.open, ".", os.O_TMPFILE | os.O_RDWR, 0o600)
control(open("x", "w").write("x"))
for path in ("/var/tmp", "/usr", "/workspace", "/dev/shm", "..", "session", "@workspace@", "/"):
    attempt("O_TMPFILE", os.open, path, os.O_TMPFILE | os.O_RDWR, 0o600) and effect("made in", path)
if fd:
    call(NR_linkat, fd, b"", -100, b"../evil", 0x1000) == 0 and effect("linkat")
attempt("memfd", os.memfd_create, "x") and effect("memfd")
call(NR_memfd_secret, 0) >= 0 and effect("memfd_secret")
--- through: seccomp



=== set-user-id files
--- code
@means@
fd = os.open("plain", os.O_CREAT | os.O_WRONLY, 0o755)
control(os.stat("plain").st_mode & 0o777)
attempt("create", os.open, "suid", os.O_CREAT | os.O_WRONLY, 0o6755)
attempt("chmod", os.chmod, "plain", 0o6755)
attempt("fchmod", os.fchmod, fd, 0o6755)
attempt("mkdir", os.mkdir, "d", 0o2777)
call(452, -100, b"plain", 0o4755, 0)
call(NR_mknod, b"dev", 0o20666, 0x103) == 0 and effect("mknod")
for name in os.listdir("."):
    if os.lstat(name).st_mode & 0o6000 and name != "session":
        effect("set-user-id", name)
--- effect
grep { -u $_ || -g $_ } glob "$w->{workspace}/$w->{session}/code_exec/$answer->{run_id}/*"
--- through: seccomp



=== devices, FIFOs, sockets in its directory
--- code
@means@
import stat, socket
control(open("x", "w").write("x"))
for kind in (stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK):
    attempt("mknod", os.mknod, "node%o" % kind, kind | 0o666, os.makedev(1, 1)) and effect("made", kind)
attempt("mkfifo", os.mkfifo, "fifo") and effect("made a FIFO")
attempt("bind", lambda: socket.socket(socket.AF_UNIX).bind("sock")) and effect("bound")
--- effect
grep { !-f $_ && !-d $_ && !-l $_ } glob "$w->{workspace}/$w->{session}/code_exec/$answer->{run_id}/*"
--- through: landlock+seccomp



=== Python's libraries
--- code
@means@
import json, sys
control(json.dumps(1))
for path in (json.__file__, os.__file__, sys.executable, "/usr/lib/os-release", "/etc/ld.so.cache"):
    write(path)
    attempt("truncate", os.truncate, path, 0) and effect("truncated", path)
    attempt("unlink", os.unlink, path) and effect("unlinked", path)
create(os.path.dirname(json.__file__) + "/evil.py")
create(sys.prefix + "/evil")
create("/usr/lib/evil.so")



=== a library of its own, mapped to be executed
--- namespaces
--- code
@means@
import shutil, sysconfig
library = "/usr/lib/%s/libm.so.6" % sysconfig.get_config_var("MULTIARCH")
control(ctypes.CDLL(library).abs(-1) == 1)
shutil.copyfile(library, "mine.so")
attempt("dlopen", ctypes.CDLL, "./mine.so") and effect("executed what it has written")
import mmap
f = open("mine.so", "rb")
attempt("mmap", mmap.mmap, f.fileno(), 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC) and effect("mapped")
--- through: mount



=== what can be read, changed by other means
--- code
@means@
import json, mmap
control(open(json.__file__).read())
fd = os.open(json.__file__, os.O_RDONLY)
attempt("mmap", mmap.mmap, fd, 4096, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE) and effect("mapped")
attempt("ftruncate", os.ftruncate, fd, 0) and effect("truncated")
attempt("pwrite", os.pwrite, fd, b"x", 0) and effect("written")
attempt("fallocate", os.posix_fallocate, fd, os.fstat(fd).st_size, 4096) and effect("allocated")
call(NR_fallocate, fd, 3, 0, 4096) == 0 and effect("punched a hole")
attempt("copy", os.copy_file_range, os.open("main.py", 0), fd, 10) and effect("copied")
attempt("sendfile", os.sendfile, fd, os.open("main.py", 0), 0, 10) and effect("sent")
call(NR_splice, os.open("main.py", 0), 0, fd, 0, 10, 0) > 0 and effect("spliced")



=== descriptors that were left
--- code
@means@
control(os.fstat(1) is not None)
import stat
for fd in range(3, 4096):
    try:
        mode = os.fstat(fd).st_mode
    except OSError:
        continue
    print("tried:", fd, oct(mode))
    if fd != 3:
        effect("has descriptor", fd, oct(mode))
    if stat.S_ISDIR(mode):
        attempt("openat", lambda: print(os.listdir(fd))) and effect("a directory")
print("tried: all")
--- through: descriptors



=== paths that are strange
--- code
@means@
control(open("./././main.py").read())
for path in ("/" * 4000 + "etc/passwd", "a/" * 3000, "@victim@/./secret.txt", "//@victim@//secret.txt",
             "/workspace/../etc/passwd", "session/../../victim", "main.py/../../../../victim", "/dev/fd/3/../",
             "session/session/session/../../../../../../etc/passwd"):
    read(path)
for path in ("/etc/passwd\0", "main.py\0/../../etc/passwd"):
    attempt("nul", open, path) and effect("opened")
--- through: landlock+mount



=== renames across the run's border
--- code
@means@
os.mkdir("a"); open("a/f", "w").write("f"); os.rename("a/f", "f")
control(os.path.exists("f"))
for target in ("../f", "session/f", "session/uploads/f", "/workspace/f", "../../f", "/tmp/f", "../runs.jsonl"):
    attempt("rename", os.rename, "f", target) and effect("renamed to", target)
    call(NR_renameat2, -100, b"f", -100, target.encode(), 2) == 0 and effect("exchanged with", target)
runs = [r for r in os.listdir("..") if r.startswith("2") and r != os.path.basename(os.getcwd())]
for run in runs:
    attempt("rename", os.rename, "../" + run, "stolen") and effect("took", run)
--- before
$w->{daemon}->post('print(1)', session_id => $w->{session});
--- through: landlock+mount
