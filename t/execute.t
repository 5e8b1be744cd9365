use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: the seed's first example
--- request
POST /api/execute-code
{"session_id": "fib", "code": "def fib(n):\n    a, b = 0, 1\n    out = []\n    for _ in range(n):\n        out.append(a)\n        a, b = b, a + b\n    return out\n\nprint(fib(15))\n"}
--- response_headers
Content-Type: application/json
--- response_body_like chomp
^\{"run_id":"\d{8}T\d{6}-[0-9a-f]{12}","session_id":"fib","started_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00","status":"ok","stdout":"\[0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377\]\\n","stderr":"","stdout_truncated":false,"stderr_truncated":false,"execution_time_seconds":\d+\.\d{6},"created_files":\[\],"result":null,"display":\[\],"hints":\[\],"attempts":\[\{"attempt":1,"status":"ok","code_sha256":"[0-9a-f]{64}","code_preview":"def fib.*"validation":\{"ok":true,"status":"ok","reasons":\[\],"imports":\[\],"violations":\[\]\}\}$



=== TEST 2: an exception
--- request
POST /api/execute-code
{"code": "print('before')\nx = 1 / 0\n"}
--- response_body_like chomp
"status":"error","stdout":"before\\n","stderr":"Traceback \(most recent call last\):\\n  File \\"main.py\\", line 2, in <module>\\n    x = 1 / 0\\n.*ZeroDivisionError: division by zero\\n".*"error":\{"type":"ZeroDivisionError","message":"division by zero","location":\{"file":"main.py","line":2\},"raw":"Traceback



=== TEST 3: a syntax error
--- request
POST /api/execute-code
{"code": "x = 1\ndef f(:\n    pass\n"}
--- response_body_like chomp
"status":"syntax_error","stdout":"","stderr":"invalid syntax \(line 2:7\)\\ndef f\(:",.*"execution_time_seconds":0\.000000,.*"attempts":\[\{"attempt":1,"status":"syntax_error".*"location":\{"file":"main.py","line":2\}.*"validation":\{"ok":false,"status":"syntax_error","reasons":\["invalid syntax



=== TEST 4: what the compiler refuses is a syntax error too
--- request
POST /api/execute-code
{"code": "return 1"}
--- response_body_like: "status":"syntax_error".*'return' outside function \(line 1:1\)



=== TEST 5: a missing dependency
--- request
POST /api/execute-code
{"code": "import foo_nowhere, bar_nowhere.x\nprint(1)"}
--- response_body_like chomp
"status":"deps_missing","stdout":"","stderr":"Dependencias faltantes: bar_nowhere, foo_nowhere".*"missing_dependencies":\["bar_nowhere","foo_nowhere"\]



=== TEST 6: an import that the code expects to fail is none
--- request
POST /api/execute-code
{"code": "try:\n    import foo_nowhere\nexcept ImportError:\n    print('without')"}
--- response_body_like: "status":"ok","stdout":"without\\n"



=== TEST 7: a timeout keeps what was printed, without a newline too
--- request
POST /api/execute-code
{"code": "import time\nprint('line')\nprint('part', end='')\ntime.sleep(60)", "timeout_seconds": 1}
--- response_body_like chomp
"status":"timeout","stdout":"line\\npart".*"execution_time_seconds":1\.\d+.*"error":\{"type":"Timeout"



=== TEST 8: code in C that never returns to the interpreter
--- request
POST /api/execute-code
{"code": "print('x')\n(7 ** 7 ** 8) ** 1000", "timeout_seconds": 1}
--- response_body_like: "status":"timeout","stdout":"x\\n"



=== TEST 9: empty code is ok
--- request
POST /api/execute-code
{"code": ""}
--- response_body_like: "status":"ok","stdout":"","stderr":""



=== TEST 10: timeouts and attempts are clamped
--- request eval
["POST /api/execute-code\n" . '{"code": "import time; time.sleep(1.5)", "timeout_seconds": -5}',
 "POST /api/execute-code\n" . '{"code": "print(1)", "timeout_seconds": 99999999999999999999, "max_attempts": 0}',
 "POST /api/execute-code\n" . '{"code": "print(1)", "timeout_seconds": 30.0, "max_attempts": 1e3}',
 "POST /api/execute-code\n" . '{"code": "print(1)", "timeout_seconds": null, "session_id": null, "auto_correct": null, "new": {"field": [1]}}']
--- error_code eval
[200, 200, 200, 200]
--- response_body_like eval
[qr/"status":"timeout"/, qr/"status":"ok"/, qr/"status":"ok"/,
 qr/"session_id":"default".*"status":"ok"/]



=== TEST 11: a home and a place for temporary files, for libraries in C too
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request
POST /api/execute-code
{"code": "import ctypes, os\nc = ctypes.CDLL(None)\nc.getenv.restype = ctypes.c_char_p\nhere = os.getcwd()\nprint([os.environ[n] == os.getenv(n) == c.getenv(n.encode()).decode() == here for n in ('HOME', 'TMPDIR')])\nos.environ['HOME'] = '/'\nprint(c.getenv(b'HOME'), c.getenv(b'TMPDIR') == here.encode())"}
--- response_body_like: "status":"ok","stdout":"\[True, True\]\\nb'/' True\\n"



=== TEST 12: the time zone is nginx's
--- main_config
env TZ=Asia/Tokyo;
--- request
POST /api/execute-code
{"code": "import datetime, time\nprint(time.tzname[0], datetime.datetime(2026, 1, 1).astimezone().utcoffset())"}
--- response_body_like: "stdout":"JST 9:00:00\\n"
