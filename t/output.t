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
