use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: reasons in English, in the answer's stderr, message and validation
--- config
location = /api/execute-code { pyexec_execute default; pyexec_language en; }
--- request
POST /api/execute-code
{"code": "import socket, os\nprint(eval('1'))\nopen('/etc/passwd')"}
--- response_body_like chomp
"status":"blocked","stdout":"","stderr":"Imports not permitted: os, socket\\nCall not permitted: eval\(\)\\nPath not permitted in open\(\): /etc/passwd",.*"message":"Imports not permitted: os, socket\\n.*"reasons":\["Imports not permitted: os, socket","Call not permitted: eval\(\)","Path not permitted in open\(\): /etc/passwd"\]



=== TEST 2: missing modules
--- config
location = /api/execute-code { pyexec_execute default; pyexec_language en; }
--- request
POST /api/execute-code
{"code": "import foo_nowhere, bar_nowhere"}
--- response_body_like chomp
"status":"deps_missing","stdout":"","stderr":"Missing dependencies: bar_nowhere, foo_nowhere".*"reasons":\["Missing dependencies: bar_nowhere, foo_nowhere"\]



=== TEST 3: a corrected code, too
--- config
location = /api/execute-code { pyexec_execute default; pyexec_language en; pyexec_deny_import math; }
--- request
POST /api/execute-code
{"code": "print(math.pi)"}
--- response_body_like: "status":"blocked","stdout":"","stderr":"Imports not permitted: math"



=== TEST 4: Spanish is the default, and an inner location may say so
--- config
pyexec_language en;
location = /api/execute-code { pyexec_execute default; pyexec_language es; }
--- request
POST /api/execute-code
{"code": "import os"}
--- response_body_like: "status":"blocked","stdout":"","stderr":"Imports no permitidos: os"
