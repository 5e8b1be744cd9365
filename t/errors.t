use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: bodies that are no JSON
--- request eval
[map { "POST /api/execute-code\n$_" } '{"code": "print(1)"', '{code: 1}', '{"code": "x"} {}',
 '{"code": 01}', "{\"code\": \"\xff\"}"]
--- error_code eval
[400, 400, 400, 400, 400]
--- response_body eval
[('{"detail": "the request body is not valid JSON"}') x 5]



=== TEST 2: no body
--- request
POST /api/execute-code
--- error_code: 400
--- response_body chomp
{"detail": "the request body is empty"}
--- response_headers
Content-Type: application/json



=== TEST 3: not an object, no code, wrong types
--- request eval
[map { "POST /api/execute-code\n$_" } '[1]', '"code"', '{}', '{"code": 1}',
 '{"code": "x", "timeout_seconds": "30"}', '{"code": "x", "timeout_seconds": 1.5}',
 '{"code": "x", "timeout_seconds": true}', '{"code": "x", "auto_correct": 1}',
 '{"code": "x", "max_attempts": []}', '{"code": "x", "session_id": 5}',
 '{"code": "x", "session_id": {"a": 1}}']
--- error_code eval
[(422) x 11]
--- response_body_like eval
[qr/^\{"detail": "the request body must be a JSON object"\}$/, qr/JSON object/,
 qr/"code is required"/, qr/"code must be a string"/,
 qr/"timeout_seconds must be an integer"/, qr/"timeout_seconds must/,
 qr/"timeout_seconds must/, qr/"auto_correct must be true or false"/,
 qr/"max_attempts must be an integer"/, qr/"session_id must be a string"/,
 qr/"session_id must be a string"/]



=== TEST 4: lone surrogates and NUL in code; elsewhere they are nobody's
--- request eval
[map { "POST /api/execute-code\n$_" } '{"code": "\ud800"}', '{"code": "a\udc00b"}',
 '{"code": "\ud800\u0041"}', '{"code": "\u0000"}',
 '{"code": "print(\"\ud83d\ude00\")", "other": "\ud800"}']
--- error_code eval
[422, 422, 422, 422, 200]
--- response_body_like eval
[qr/"code has a lone surrogate"/, qr/"code has a lone surrogate"/,
 qr/"code has a lone surrogate"/, qr/"code has a NUL character"/,
 qr/"stdout":"\xf0\x9f\x98\x80\\n"/]



=== TEST 5: other methods
--- request eval
["GET /api/execute-code", "PUT /api/execute-code\n{}", "POST /api/code-results/s\n{}",
 "DELETE /api/code-results/s/20260101T000000-000000000000", "GET /api/code-cleanup/s"]
--- error_code eval
[405, 405, 405, 405, 405]
--- response_headers eval
["Allow: POST", "Allow: POST", "Allow: GET, HEAD", "Allow: GET, HEAD", "Allow: DELETE"]
--- response_body_like eval
[(qr/^\{"detail": "the method must be [A-Z, ]+"\}$/) x 5]



=== TEST 6: unknown runs, and paths below the API
--- config eval
"$Pyexec::LOCATIONS location / { return 404; pyexec_json_errors on; }"
--- request eval
["GET /api/code-results/nobody/20260101T000000-000000000000", "GET /api/code-results/nobody/nonsense",
 "GET /api/nothing"]
--- error_code eval
[404, 404, 404]
--- response_body eval
['{"detail": "no such run"}', '{"detail": "no such run"}', '{"detail": "not found"}']



=== TEST 7: a body over client_max_body_size
--- config
location = /api/execute-code { pyexec_execute default; client_max_body_size 100; }
--- request eval
"POST /api/execute-code\n" . '{"code": "' . ('#' x 200) . '"}'
--- error_code: 413
--- response_body chomp
{"detail": "the request body is larger than client_max_body_size"}
--- response_headers
Content-Type: application/json



=== TEST 8: an error is error_page's first
--- config
location = /api/execute-code { pyexec_execute default; error_page 422 = @mine; }
location @mine { default_type text/html; return 418 "<p>mine</p>"; }
--- request
POST /api/execute-code
{}
--- error_code: 418
--- response_body chomp
<p>mine</p>



=== TEST 9: JSON errors can be switched off, and on for others
--- config
location = /api/execute-code { pyexec_execute default; pyexec_json_errors off; }
location = /other { pyexec_json_errors on; deny all; }
location = /html { deny all; }
--- request eval
["GET /api/execute-code", "GET /other", "GET /html"]
--- error_code eval
[405, 403, 403]
--- response_body_like eval
[qr/<html>/, qr/^\{"detail": "access is forbidden"\}$/, qr/<html>/]
