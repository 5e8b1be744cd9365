use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

# a session that somebody else has made, with a file that all may write

my $session = "$ENV{TEST_NGINX_WORKSPACE}/rw";
mkdir $session or die;
chmod 0777, $session;
open my $note, '>', "$session/note.txt" or die;
chmod 0666, "$session/note.txt";
close $note;

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: created files: sorted, with size, time and type
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request
POST /api/execute-code
{"session_id": "f", "code": "import os\nos.makedirs('sub/dir')\nfor n in ('z.PNG', 'a.csv', 'sub/dir/x.xlsx', 'noext', '.hidden'): open(n, 'w').write('abc')"}
--- response_body_like chomp
"created_files":\[\{"path":"code_exec/([^/]+)/.hidden","size_bytes":3,"modified_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00","mime_type":null\},\{"path":"code_exec/\1/a.csv",[^}]*"mime_type":"text/csv"\},\{"path":"code_exec/\1/noext",[^}]*null\},\{"path":"code_exec/\1/sub/dir/x.xlsx",[^}]*spreadsheetml.sheet"\},\{"path":"code_exec/\1/z.PNG",[^}]*"image/png"\}\]



=== TEST 2: a failing run has them too, and its attempts do not add up
--- request eval
["POST /api/execute-code\n" . '{"code": "open(\"a\", \"w\")\n1/0"}',
 "POST /api/execute-code\n" . '{"code": "open(\"a\", \"a\").write(\"x\")\nprint(math.pi)"}']
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"status":"error".*"created_files":\[\{"path":"[^"]*\/a","size_bytes":0,/, qr/"status":"ok".*"path":"[^"]*\/a","size_bytes":1,/]



=== TEST 3: links are neither made nor followed, the pool's own files are kept
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request
POST /api/execute-code
{"session_id": "own", "code": "import os\nfor f in (lambda: os.symlink('/etc/passwd', 'link'), lambda: os.link('main.py', 'hard'), lambda: os.mkfifo('fifo')):\n    try: f()\n    except OSError as e: print(type(e).__name__)\nos.remove('main.py')\nos.mkdir('main.py')\nos.mkdir('result.json')\nopen('result.json/x', 'w')\nos.remove('session')\nopen('real', 'w')"}
--- response_body_like chomp
"status":"ok","stdout":"PermissionError\\nPermissionError\\nPermissionError\\n".*"created_files":\[\{"path":"[^"]*/real"[^}]*\},\{"path":"[^"]*/result.json/x"[^}]*\}\]



=== TEST 4: names that are no UTF-8
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request
POST /api/execute-code
{"code": "open(b'a\\xff\"b', 'w')"}
--- response_body_like eval
qr/"path":"[^"]*\/a\\\\xff\\"b"/



=== TEST 5: it may write in its own directory only, and reads the session
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; }
--- request eval
["POST /api/execute-code\n" . '{"session_id": "w", "code": "open(\"mine.txt\", \"w\").write(\"1\")"}',
 "POST /api/execute-code\n" . '{"session_id": "w", "code": "import os\nrun = [d for d in os.listdir(\"session/code_exec\") if os.path.exists(\"session/code_exec/\" + d + \"/mine.txt\")][0]\nold = \"session/code_exec/\" + run + \"/mine.txt\"\nprint(open(old).read())\nfor n in (\"session/x\", \"session/code_exec/x\", \"session/code_exec/runs.jsonl\", old, \"/var/tmp/x\", \"../x\", \"/x\"):\n    try: open(n, \"a\"); print(\"wrote\", n)\n    except OSError as e: print(\"no\")"}']
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"ok"/, qr/"status":"ok","stdout":"1\\nno\\nno\\nno\\nno\\nno\\nno\\nno\\n"/]



=== TEST 6: a session that may be written, but not what other runs made
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; pyexec_session_access write; }
--- request
POST /api/execute-code
{"session_id": "rw", "code": "open('session/note.txt', 'w').write('x')\nprint(open('session/note.txt').read())\nfor n in ('session/code_exec/x', 'session/code_exec/runs.jsonl'):\n    try: open(n, 'a'); print('wrote')\n    except OSError: print('no')\nopen('own', 'w')"}
--- response_body_like: "status":"ok","stdout":"x\\nno\\nno\\n".*/own"
