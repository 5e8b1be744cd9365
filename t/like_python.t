use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

# What an ordinary Python does, and code written for it expects here.

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: files are touched; times and modes are kept, or that fails
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
my $code = <<'END';
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
$code =~ s/(["\\])/\\$1/g;
$code =~ s/\n/\\n/g;
"POST /api/execute-code\n{\"code\": \"$code\"}"
--- response_body_like eval
my $out = <<'END';
['a', 'main.py', 'session']
[True, True, True, True]
[True, True]
('PermissionError', 1) ('PermissionError', 1)
/usr True True
nope True True
session True True
('FileNotFoundError', 2)
END
$out =~ s/\n/\\n/g;
qr/"status":"ok","stdout":"\Q$out\E"/
