use strict;
use warnings;

# Files and standard input that came with the request, and files that are to go
# back in the result: code that makes something else of them.

use lib 't';
use MIME::Base64;
use Pyexec::Attack;
use Pyexec::Outside;

Pyexec::Attack::group('given', pool => 'workers=2 preload=none', http => <<'END');
pyexec_timeout 5s;
pyexec_max_files 200;
client_max_body_size 8m;
END

__DATA__

=== links in place of given files, and of their directories
--- fields: {"files": {"given": "eA==", "d/e/secret.txt": "eA=="}, "return_files": true}
--- code
@means@
control(open("given").read() == "x")
os.remove("given")
attempt("link", os.symlink, "@victim@/secret.txt", "given")
attempt("link", os.symlink, "@dir@/secret.key", "key")
os.rename("d", "old")
attempt("link", os.symlink, "@victim@", "d")
os.mkdir("f")
attempt("link", os.symlink, "@victim@", "f/e")
attempt("link", os.symlink, "/proc/self/environ", "environ")
--- status: ok
--- effect
grep { MIME::Base64::decode_base64($_->{content_base64} // '') =~ /$w->{secret}/ || $_->{path} =~ /secret|given|key|environ/ && $_->{path} !~ /old/ } @{ $answer->{created_files} }



=== a second attempt, whose first one has put links where files go
--- fields: {"files": {"secret.txt": "eA==", "d/secret.txt": "eA=="}, "return_files": ["*"]}
--- code
@means@
control(open("secret.txt").read() == "x" and open("d/secret.txt").read() == "x")
os.remove("secret.txt"), os.remove("d/secret.txt"), os.rmdir("d")
attempt("link", os.symlink, "@victim@", "d")
attempt("link", os.symlink, "@victim@/secret.txt", "secret.txt")
attempt("fifo", os.mkfifo, "fifo")
sys.stdout.flush()
textwrap.dedent("x")
--- status: ok
--- effect
@{ $answer->{attempts} } != 2 || grep { MIME::Base64::decode_base64($_->{content_base64} // '') =~ /$w->{secret}/ } @{ $answer->{created_files} }



=== FIFOs, directories and what is closed in place of files that go back
--- fields: {"files": {"a": "eA==", "b": "eA==", "c/d": "eA=="}, "return_files": true}
--- code
@means@
control(open("a").read() == "x")
os.remove("a"), os.remove("b")
attempt("fifo", os.mkfifo, "a")
os.mkdir("b")
attempt("chmod", os.chmod, "c/d", 0)
attempt("chmod", os.chmod, "c", 0)
os.mkdir("e"); open("e/f", "w").write("x")
attempt("chmod", os.chmod, "e", 0)
--- status: ok
--- effect
grep { $_->{path} =~ m{/[ab]$} } @{ $answer->{created_files} }



=== the descriptor of the standard input
--- fields: {"stdin": "abcdefgh"}
--- code
@means@
import fcntl, mmap
control(os.read(0, 4) == b"abcd")
if attempt("write", os.write, 0, b"x"):
    effect("written to")
for how in (os.O_WRONLY, os.O_RDWR):
    attempt("open", os.open, "/proc/self/fd/0", how)
for protection in (mmap.PROT_READ, mmap.PROT_READ|mmap.PROT_EXEC):
    if attempt("map", mmap.mmap, 0, 4096, mmap.MAP_PRIVATE, protection):
        effect("mapped")
attempt("enlarge", fcntl.fcntl, 0, 1031, 1 << 30)
attempt("shrink", os.ftruncate, 0, 0)
if attempt("seek", os.lseek, 0, 0, 0) is not None:
    effect("seekable")
--- status: ok

