use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: imports, calls and paths, wherever they stand
--- request
POST /api/execute-code
{"code": "def f():\n    import socket, os.path\n    from os import x\nprint(eval('1'))\nopen('/etc/passwd')\nopen('../x')\n"}
--- response_body_like chomp
"status":"blocked","stdout":"","stderr":"Imports no permitidos: os, socket\\nLlamada no permitida: eval\(\)\\nRuta no permitida en open\(\): /etc/passwd\\nRuta no permitida en open\(\): ../x",.*"imports":\["os","socket"\],"violations":\[\{"rule":"import","name":"socket","line":2,"column":5\}



=== TEST 2: every denied import
--- request eval
[map { "POST /api/execute-code\n{\"code\": \"import $_\"}" } qw(asyncio ctypes httpx importlib inspect
 multiprocessing os pickle pty resource shlex shutil signal socket subprocess sys tempfile threading urllib)]
--- error_code eval
[(200) x 19]
--- response_body_like eval
[map { qr/"status":"blocked".*"Imports no permitidos: $_"/ } qw(asyncio ctypes httpx importlib inspect
 multiprocessing os pickle pty resource shlex shutil signal socket subprocess sys tempfile threading urllib)]



=== TEST 3: every denied call, and open() with forbidden paths
--- request eval
[map { "POST /api/execute-code\n{\"code\": \"$_\"}" } "exec('1')", "compile('1','','eval')", "__import__('os')",
 "open_code('x')", "open('~/x')", "open(file='/x')", 'open("\\\\\\\\x\")' =~ s/\\"\)$/')/r =~ s/"/'/r, "x = open('a..b')"]
--- error_code eval
[(200) x 8]
--- response_body_like eval
[(qr/"status":"blocked"/) x 8]



=== TEST 4: operators deny more, and allow some
--- config
location = /api/execute-code {
    pyexec_execute default;
    pyexec_deny_import math;
    pyexec_allow_import os sys;
}
--- request eval
[map { "POST /api/execute-code\n{\"code\": \"$_\"}" } "import math", "import os, sys; print(os.getcwd()[:1])",
 "import socket"]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"Imports no permitidos: math"/, qr/"status":"ok","stdout":"\/\\n"/, qr/"Imports no permitidos: socket"/]



=== TEST 5: without the policy the sandbox is there all the same
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
[map { "POST /api/execute-code\n{\"code\": \"$_\"}" } "print(open('main.py').read(4))",
 "open('/etc/passwd')", "import socket; socket.socket()", "import os; os.fork()"]
--- error_code eval
[200, 200, 200, 200]
--- response_body_like eval
[qr/"status":"ok","stdout":"prin\\n"/, qr/"status":"error".*(FileNotFound|Permission)Error/,
 qr/"status":"error".*PermissionError/, qr/"status":"error".*PermissionError.*"limit":"processes"/]



=== TEST 6: lenient
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy lenient; }
--- request eval
[map { "POST /api/execute-code\n{\"code\": \"$_\"}" } "import os; print(os.path.basename('/a/b'), eval('1'))",
 "import os as o; o.system('ls')", "import socket"]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"status":"ok","stdout":"b 1\\n"/, qr/"status":"blocked".*"Llamada no permitida: os.system\(\)"/,
 qr/"status":"blocked".*"Imports no permitidos: socket"/]
