use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: a session that has run nothing
--- request
GET /api/code-results/empty
--- response_body chomp
{"session_id":"empty","items":[]}
--- response_headers
Content-Type: application/json



=== TEST 2: runs are listed, oldest first
--- request eval
[(map { "POST /api/execute-code\n{\"session_id\": \"l\", \"code\": \"$_\"}" }
  "open('a.txt', 'w').write('x')", "1/0", "import os", "print(3)"),
 "GET /api/code-results/l", "GET /api/code-results/l?limit=2", "GET /api/code-results/l?limit=0",
 "GET /api/code-results/l?limit=99999999999999999999", "GET /api/code-results/l?limit=x",
 "HEAD /api/code-results/l"]
--- error_code eval
[200, 200, 200, 200, 200, 200, 200, 200, 422, 200]
--- response_body_like eval
[qr/"ok"/, qr/"error"/, qr/"blocked"/, qr/"ok"/,
 qr/^\{"session_id":"l","items":\[\{"run_id":"([^"]+)","started_at":"[^"]+","status":"ok","execution_time_seconds":\d+\.\d{6},"created_files":\["code_exec\/\1\/a.txt"\]\},\{[^}]*"error"[^}]*\},\{[^}]*"blocked","execution_time_seconds":0\.000000,"created_files":\[\]\},\{[^}]*"ok"[^}]*\}\]\}$/,
 qr/^\{"session_id":"l","items":\[\{[^}]*"blocked"[^}]*\},\{[^}]*"ok"[^}]*\}\]\}$/,
 qr/^\{"session_id":"l","items":\[\{[^}]*"ok"[^}]*\}\]\}$/,
 qr/"error".*"blocked"/, qr/"limit must be an integer"/, qr/^$/]



=== TEST 3: a run leaves its trace on disk
--- request
POST /api/execute-code
{"session_id": "disk", "code": "import os\nprint(sorted(os.listdir('.')), os.readlink('session'), open('main.py').read().count('os'))"}
--- config eval
$Pyexec::LOCATIONS =~ s/pyexec_execute default;/pyexec_execute default; pyexec_policy off;/r
--- response_body_like: "stdout":"\['main.py', 'session'\] ../.. 4\\n"



=== TEST 4: a run's files are listed up to a hundred, and how many there are
--- config eval
$Pyexec::LOCATIONS =~ s/pyexec_execute default;/pyexec_execute default; pyexec_policy off;/r
--- request eval
["POST /api/execute-code\n" . '{"session_id": "many", "code": "for i in range(101): open(\"%03d\" % i, \"w\")"}',
 "POST /api/execute-code\n" . '{"session_id": "many", "code": "for i in range(100): open(\"x%03d\" % i, \"w\")"}',
 "POST /api/execute-code\n" . '{"session_id": "many", "code": "for i in range(100): open(chr(1) * 240 + \"%03d\" % i, \"w\")"}',
 "GET /api/code-results/many"]
--- error_code eval
[200, 200, 200, 200]
--- response_body_like eval
[qr/"path":"[^"]*\/100"/, qr/x099/, qr/099"/, qr/\/099"\],"created_files_total":101\},.*x099"\]\},.*\/[^"]*04\d"\],"created_files_total":100\}\]\}$/]
