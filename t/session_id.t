use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: ids in the body that are no names of directories
--- request eval
[map { "POST /api/execute-code\n{\"code\": \"print(1)\", \"session_id\": \"$_\"}" }
 '', '.', '..', '.x', 'a/b', '../x', 'a..b', 'a\\\\b', 'a\u0000b', 'a\nb', '\u007f', '\u0085',
 '\ud800', 'x' x 129, '/etc', '....//']
--- error_code eval
[(400) x 16]
--- response_body_like eval
[(qr/^\{"detail": "session_id [a-z0-9 -]+"\}$/) x 16]



=== TEST 2: ids that are
--- request eval
[map { "POST /api/execute-code\n{\"code\": \"print(1)\", \"session_id\": \"$_\"}" }
 'a', 'x' x 128, 'a b', "\xc3\xb1and\xc3\xba", 'a.b', '%2e%2e', '-', '~']
--- error_code eval
[(200) x 8]
--- response_body_like eval
[(qr/"status":"ok"/) x 8]



=== TEST 3: in a path they are decoded once
--- config eval
"$Pyexec::LOCATIONS location / { return 404; pyexec_json_errors on; }"
--- request eval
["GET /api/code-results/.hidden", "GET /api/code-results/a..b", "GET /api/code-results/a%5Cb",
 "GET /api/code-results/%2e%2e%5c", "DELETE /api/code-cleanup/.x", "GET /api/code-results/a%0ab",
 "GET /api/code-results/%ff", "GET /api/code-results/%252e%252e%252f", "GET /api/code-results/a%20b",
 "GET /api/code-results/..%2f..%2fetc", "GET /api/code-results/%2e%2e/%2e%2e/etc"]
--- error_code eval
[400, 400, 400, 400, 400, 400, 400, 200, 200, 404, 404]
--- response_body_like eval
[(qr/"detail": "session_id /) x 7, qr/"session_id":"%2e%2e%2f","items":\[\]/, qr/"session_id":"a b"/,
 qr/"detail": "not found"/, qr/"detail": "not found"/]
