use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: what C libraries and the system call write is captured in order
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request
POST /api/execute-code
{"code": "import os, sys, ctypes\nprint('python')\nos.write(1, b'call\\n')\nctypes.CDLL(None).puts(b'stdio')\nsys.stderr.write('err\\n')"}
--- response_body_like: "status":"ok","stdout":"python\\ncall\\nstdio\\n","stderr":"err\\n"



=== TEST 2: bytes that are no UTF-8 do not break the answer
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request
POST /api/execute-code
{"code": "import os\nos.write(1, b'a\\xffb\\xed\\xa0\\x80c\\xf0\\x9f\\x98\\x80')"}
--- response_body_like eval
qr/"stdout":"a\xef\xbf\xbdb(\xef\xbf\xbd){3}c\xf0\x9f\x98\x80"/



=== TEST 3: input() has nothing to read
--- request
POST /api/execute-code
{"code": "input('name? ')"}
--- response_body_like: "status":"error","stdout":"name\? ".*"type":"EOFError"



=== TEST 4: ways to exit
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
[map { "POST /api/execute-code\n{\"code\": \"import sys, os\\nprint(1)\\n$_\"}" }
 'sys.exit()', 'sys.exit(0)', 'sys.exit(3)', 'sys.exit(256)', "sys.exit('words')", 'exit(2)', 'os._exit(0)',
 'os._exit(7)', 'raise KeyboardInterrupt']
--- error_code eval
[(200) x 9]
--- response_body_like eval
[qr/"status":"ok","stdout":"1\\n","stderr":""/, qr/"status":"ok"/,
 qr/"status":"error","stdout":"1\\n","stderr":"",.*"type":"SystemExit","message":"3"/,
 qr/"status":"error"/, qr/"status":"error","stdout":"1\\n","stderr":"words\\n"/,
 qr/"status":"error".*"type":"SystemExit","message":"2"/, qr/"status":"ok"/,
 qr/"status":"error".*"type":"SystemExit","message":"7"/, qr/"status":"error".*"type":"KeyboardInterrupt"/]



=== TEST 5: what Python does at its end is done
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request
POST /api/execute-code
{"code": "import atexit, threading, time\natexit.register(print, 'atexit')\nclass D:\n    def __del__(self): print('del')\nd = D()\nf = open('left-open.txt', 'w')\nf.write('data')\nthreading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start()\nprint('end')"}
--- response_body_like chomp
"status":"ok","stdout":"end\\nthread\\natexit\\ndel\\n","stderr":"".*left-open.txt","size_bytes":4,



=== TEST 6: a traceback shows the source, also of a corrected code
--- request
POST /api/execute-code
{"code": "'''doc'''\nx = math.pi\nraise ValueError(x)"}
--- response_body_like chomp
"status":"error".*"stderr":"Traceback \(most recent call last\):\\n  File \\"main.py\\", line 4, in <module>\\n    raise ValueError\(x\)\\nValueError: 3.14



=== TEST 7: chance is not the same for two runs
--- preload: numpy
--- request eval
[("POST /api/execute-code\n" . '{"session_id": "r", "code": "import random, numpy\nprint(random.random(), numpy.random.rand(), hash(\"x\") != 0)"}') x 3]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
my %seen;
[(qr/"stdout":"([\d.e-]+ [\d.e-]+)(?(?{ $seen{$1}++ })(*FAIL)) True/) x 3]



=== TEST 8: what was printed before the process was killed is there
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; pyexec_max_memory 256m; }
--- request eval
my $print = 'import ctypes, os, sys\nprint(1, end=\"\")\nsys.stdout.write(\"2\")\nsys.stdout.buffer.write(b\"3\")'
            . '\nprint(4, None, file=sys.stderr, end=\"\")\n';
[map { "POST /api/execute-code\n{\"timeout_seconds\": 1, \"code\": \"$print$_\"}" }
 'while True: pass', 'os._exit(3)', 'ctypes.string_at(0)', 'os.abort()', 'a = []\nwhile True: a.append(bytes(10**7))',
 '(lambda f: f(f))(lambda f: print(end=str(f(f))))']
--- error_code eval
[(200) x 6]
--- response_body_like eval
[(qr/"status":"(timeout|error)","stdout":"123","stderr":"4 None/) x 6]



=== TEST 9: a line is one write
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request
POST /api/execute-code
{"code": "import os, sys\nr, w = os.pipe2(os.O_DIRECT)\nout = os.dup(1)\nos.dup2(w, 1)\nclass C:\n    def __str__(self): print('in'); return 'C'\nprint('a', 1, 2.5)\nprint()\nprint('b', [1], None, sep='-', end='')\nprint(C(), 'c')\nsys.stdout.write('d')\nprint('e', 'f', flush=True)\nos.dup2(out, 1)\nos.close(w)\nwhile got := os.read(r, 9999): print(got)"}
--- response_body_like chomp
"stdout":"b'a 1 2.5\\\\n'\\nb'\\\\n'\\nb'b-\[1\]-None'\\nb'in\\\\nC c\\\\n'\\nb'd'\\nb'e f\\\\n'\\n"



=== TEST 10: lines of threads are whole
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request
POST /api/execute-code
{"code": "import collections, threading\ndef f():\n    for _ in range(2000): print('some', 'words', 1)\nts = [threading.Thread(target=f) for _ in range(4)]\n[t.start() for t in ts]\n[t.join() for t in ts]\nprint('end')"}
--- response_body_like: "stdout":"(some words 1\\n){8000}end\\n"



=== TEST 11: the order is that of the calls, whatever they write with
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request
POST /api/execute-code
{"code": "import ctypes, os, sys\nlibc = ctypes.CDLL(None)\nfor n in range(2):\n    print('p', end='')\n    os.write(1, b'w')\n    sys.stdout.write('s')\n    sys.stdout.buffer.write(b'b')\n    libc.printf(b'c')\n    libc.fflush(None)\n    sys.stdout.buffer.raw.write(b'r')"}
--- response_body_like: "stdout":"pwsbcrpwsbcr"



=== TEST 12: print() is Python's
--- request
POST /api/execute-code
{"code": "class C:\n    def __str__(self): 1 / 0\nfor call in (lambda: print(1, C()), lambda: print(1, sep=2), lambda: print(1, no=2), lambda: print(10 ** 5000)):\n    try: call()\n    except Exception as e: print(type(e).__name__)\nprint(print, print.__module__, 'sep=' in print.__text_signature__, 'a', end='.')"}
--- response_body_like: "stdout":"1 ZeroDivisionError\\nTypeError\\nTypeError\\nValueError\\n<built-in function print> builtins True a."
