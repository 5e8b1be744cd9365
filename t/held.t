use strict;
use warnings;

# Disk space of files that have no name any more: a run holds them, and no listing has them.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none',
                            http => 'pyexec_policy off; pyexec_max_disk 16m; pyexec_max_file_size 6m; pyexec_max_open_files 64; pyexec_timeout 30s;'
                                    . 'pyexec_min_free 0;',
                            more => 'location = /api/write { pyexec_execute default; pyexec_session_access write; }');

my $means = <<'END';
import ctypes, mmap, os, tempfile, threading, time

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
kept = []

def hold(n, size=5 << 20):
    f = open("f", "w+b", 0)
    os.unlink("f")
    f.write(bytes(size))
    kept.append(f)

def map(n, prot=mmap.PROT_READ, flags=mmap.MAP_PRIVATE, page=0):
    f = open("f", "w+b", 0)
    f.write(bytes(5 << 20))
    assert libc.mmap(None, 4096, prot, flags, f.fileno(), page) != ctypes.c_void_p(-1).value
    os.unlink("f")

def each(how, *args):
    for n in range(12):
        how(n, *args)
    print("it has them", flush=True)
    time.sleep(25)

END

# each holds 60 MB

my @held = (
    ['open', 'each(hold)'],
    ['open, with nothing else in the directory', 'os.unlink("main.py"); os.unlink("session"); each(hold)'],
    ['open, for reading only', <<'END'],
def read(n):
    with open("f", "wb", 0) as f:
        f.write(bytes(5 << 20))
        kept.append(open("f", "rb"))
    os.unlink("f")
each(read)
END
    ['open as O_PATH', <<'END'],
def path(n):
    with open("f", "wb", 0) as f:
        f.write(bytes(5 << 20))
        kept.append(os.open("f", os.O_PATH))
    os.unlink("f")
each(path)
END
    ['replaced by another', <<'END'],
def replace(n):
    f = open("f", "wb", 0)
    f.write(bytes(5 << 20))
    kept.append(f)
    open("new", "wb").close()
    os.replace("new", "f")
each(replace)
END
    ['in a directory that goes too', <<'END'],
def inner(n):
    os.makedirs("a/b/c")
    f = open("a/b/c/f", "wb", 0)
    os.rename("a/b/c", "c")
    f.write(bytes(5 << 20))
    kept.append(f)
    os.unlink("c/f")
    os.rmdir("c")
    os.removedirs("a/b")
each(inner)
END
    ['temporary', <<'END'],
def temporary(n):
    kept.append(tempfile.TemporaryFile(buffering=0, dir="."))
    kept[-1].write(bytes(5 << 20))
each(temporary)
END
    ['written by a mapping', <<'END'],
def sparse(n):
    f = open("f", "w+b", 0)
    os.unlink("f")
    f.truncate(5 << 20)
    m = mmap.mmap(f.fileno(), 0)
    for page in range(0, 5 << 20, 4096):
        m[page] = 1
    kept.append(m)
each(sparse)
END
    ['mapped, one page of each', 'each(map)'],
    ['mapped without access', 'each(map, 0)'],
    ['mapped, shared', 'each(map, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_SHARED)'],
    ['open, by a process whose first thread has ended', <<'END'],
def later():
    time.sleep(.5)
    each(hold)
threading.Thread(target=later).start()
libc.syscall(ctypes.c_long({ "x86_64": 60 }.get(os.uname().machine, 93)), ctypes.c_long(0))
END
    ['mapped, by a process whose first thread has ended', <<'END'],
def later():
    time.sleep(.5)
    each(map)
threading.Thread(target=later).start()
libc.syscall(ctypes.c_long({ "x86_64": 60 }.get(os.uname().machine, 93)), ctypes.c_long(0))
END
    ['open, its descriptor moved all the time', <<'END'],
for n in range(12):
    hold(n)
def move():
    while True:
        for f in kept:
            fd = os.dup2(f.fileno(), 50)
            os.close(f.fileno())
            os.dup2(50, f.fileno())
            os.close(50)
threading.Thread(target=move).start()
END
);

for (@held) {
    my ($what, $code) = @$_;
    my $r = $d->post($means . $code);
    is(join(' ', map { $_ // '-' } $r->{status}, $r->{limit}, $r->{attempts}[0]{error}{type}), 'error disk LimitExceeded', "deleted files, $what");
}

mkdir "$d->{workspace}/$_" or die "mkdir: $!" for 'uploads', 'uploads/uploads';
chmod 0777, map { "$d->{workspace}/$_" } 'uploads', 'uploads/uploads';
my $r = $d->http('POST', '/api/write', JSON::PP::encode_json({ code => $means . <<'END', session_id => 'uploads' }))->{json};
def upload(n):
    f = open("session/uploads/f", "wb", 0)
    os.unlink("session/uploads/f")
    f.write(bytes(5 << 20))
    kept.append(f)
each(upload)
END
is($r->{limit}, 'disk', 'deleted files of the session');

# what it no longer holds does not count

my @free = (
    ['as many as there may be', <<'END'],
hold(0)
map(1)
time.sleep(.5)
print("ok")
END
    ['one after the other', <<'END'],
for n in range(40):
    hold(n)
    kept.pop().close()
    time.sleep(.02)
print("ok")
END
    ['one of 12 MB, that was listed before', <<'END'],
with open("f", "wb", 0) as f, open("g", "wb", 0) as g:
    f.write(bytes(6 << 20))
    g.write(bytes(6 << 20))
    time.sleep(.3)
    os.unlink("f")
    os.unlink("g")
    time.sleep(.5)
print("ok")
END
    ['memory that is shared', <<'END'],
kept = [mmap.mmap(-1, 1 << 20) for n in range(40)]
for m in kept:
    m.write(bytes(1 << 20))
open("f", "wb").close()
os.unlink("f")
time.sleep(.5)
print("ok")
END
    ['a file that is mapped often', <<'END'],
with open("f", "w+b", 0) as f:
    f.write(bytes(1 << 20))
    os.unlink("f")
    kept = [mmap.mmap(f.fileno(), 0) for n in range(20)]
    time.sleep(.5)
print("ok")
END
);

for (@free) {
    my ($what, $code) = @$_;
    my $r = $d->post($means . $code);
    is($r->{stdout}, "ok\n", "deleted files, $what");
}

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer|counting/, 'the log has no alert');
undef $d;
done_testing();
