use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: memory: a MemoryError, not a kill
--- config
location = /api/execute-code { pyexec_execute default; pyexec_max_memory 100m; }
--- request eval
["POST /api/execute-code\n" . '{"code": "print(1)\nx = bytearray(80 << 20)\nprint(2)"}',
 "POST /api/execute-code\n" . '{"code": "print(1)\nx = bytearray(200 << 20)\nprint(2)"}']
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"status":"ok","stdout":"1\\n2\\n"/,
 qr/"status":"error","stdout":"1\\n".*"type":"MemoryError".*"limit":"memory"/]



=== TEST 2: CPU time, of code that also reports an end of its own, with a status of 0
--- config
location = /api/execute-code { pyexec_execute default; pyexec_max_cpu 1s; pyexec_policy off; }
--- request eval
["POST /api/execute-code\n" . q({"code": "print('go')\nwhile True:\n    pass", "timeout_seconds": 20}),
 "POST /api/execute-code\n" . q({"code": "import os\nprint('go', flush=True)\n)
 . q(os.write(3, bytes((1, 21, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0)))\nwhile True:\n    pass", "timeout_seconds": 20})]
--- error_code eval
[200, 200]
--- response_body_like eval
[(qr/"status":"error","stdout":"go\\n".*"type":"Killed","message":"[^"]*signal 9 \(SIGKILL\)".*"limit":"cpu"/) x 2]



=== TEST 3: output: cut first, and a flood is stopped
--- config
location = /api/execute-code { pyexec_execute default; pyexec_max_output 10 flood=1m; }
--- request eval
["POST /api/execute-code\n" . '{"code": "print(\"x\" * 20)"}',
 "POST /api/execute-code\n" . '{"code": "print(\"\u00e9\" * 10, end=\"\")"}',
 "POST /api/execute-code\n" . '{"code": "while True: print(\"x\" * 1000)"}']
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"status":"ok","stdout":"xxxxxxxxxx","stderr":"","stdout_truncated":true,"stderr_truncated":false/,
 qr/"status":"ok","stdout":"(\xc3\xa9){10}","stderr":"","stdout_truncated":false/,
 qr/"status":"error","stdout":"xxxxxxxxxx",.*"stdout_truncated":true.*"type":"LimitExceeded".*"limit":"output"/]



=== TEST 4: the size of a file
--- config
location = /api/execute-code { pyexec_execute default; pyexec_max_file_size 1m; }
--- request eval
["POST /api/execute-code\n" . '{"code": "open(\"f\", \"wb\").write(bytes(1 << 20))"}',
 "POST /api/execute-code\n" . '{"code": "f = open(\"f\", \"wb\", 0)\nwhile True: f.write(bytes(1 << 18))"}']
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"status":"ok".*"size_bytes":1048576/, qr/"status":"error".*"type":"OSError".*"limit":"file_size"/]



=== TEST 5: disk space, while it runs and when it has ended
--- request eval
["POST /api/execute-code\n" . '{"session_id": "d", "code": "for i in range(8): open(str(i), \"wb\").write(bytes(1 << 20))"}',
 "POST /api/execute-code\n" . '{"session_id": "d", "code": "import time\nfor i in range(8): open(str(i), \"wb\").write(bytes(1 << 20))\ntime.sleep(20)"}',
 "DELETE /api/code-cleanup/d"]
--- config eval
"$Pyexec::LOCATIONS pyexec_max_disk 4m;"
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[(qr/"status":"error".*"created_files":\[\].*"type":"LimitExceeded".*"limit":"disk"/) x 2,
 qr/"removed_runs":2,"removed_files":6\}/]



=== TEST 6: the number of files, and their depth
--- config
location = /api/execute-code { pyexec_execute default; pyexec_max_files 20; pyexec_policy off; }
--- request eval
["POST /api/execute-code\n" . '{"code": "for i in range(20): open(str(i), \"w\")"}',
 "POST /api/execute-code\n" . '{"code": "for i in range(21): open(str(i), \"w\")"}',
 "POST /api/execute-code\n" . '{"code": "i = 0\nwhile True: open(str(i), \"w\").close(); i += 1"}']
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"status":"ok"/, qr/"status":"error".*"limit":"files"/, qr/"status":"error".*"limit":"files"/]



=== TEST 7: threads
--- config
location = /api/execute-code { pyexec_execute default; pyexec_max_threads 8; pyexec_policy off; }
--- request eval
["POST /api/execute-code\n" . '{"code": "import threading\nfor i in range(5): threading.Thread(target=print, args=(i,)).start()"}',
 "POST /api/execute-code\n" . '{"code": "import threading, time\nfor i in range(50): threading.Thread(target=time.sleep, args=(30,), daemon=True).start()\ntime.sleep(30)"}']
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"status":"ok"/, qr/"status":"error".*"limit":"processes"/]



=== TEST 8: descriptors
--- config
location = /api/execute-code { pyexec_execute default; pyexec_max_open_files 32; }
--- request
POST /api/execute-code
{"code": "fs = [open('main.py') for i in range(40)]"}
--- response_body_like: "status":"error".*"type":"OSError","message":"\[Errno 24\].*"limit":"open_files"



=== TEST 9: a crash is a crash
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request
POST /api/execute-code
{"code": "import ctypes\nprint('x')\nctypes.string_at(0)"}
--- response_body_like chomp
"status":"error","stdout":"x\\n".*"type":"Killed","message":"[^"]*signal 11 \(SIGSEGV\)"(?!.*"limit")



=== TEST 10: endless recursion is an exception
--- request
POST /api/execute-code
{"code": "def f(): f()\nf()"}
--- response_body_like: "status":"error".*"type":"RecursionError"
