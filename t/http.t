use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: requests in a pipeline
--- pipelined_requests eval
["POST /api/execute-code\n" . '{"code": "print(1)"}', "GET /api/code-results/none",
 "POST /api/execute-code\n" . '{"code": "print(2)"}']
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"stdout":"1/, qr/"items":\[\]/, qr/"stdout":"2/]



=== TEST 2: HTTP/1.0, without a connection to keep
--- request
POST /api/execute-code HTTP/1.0
{"code": "print(1)"}
--- response_body_like: "stdout":"1



=== TEST 3: a chunked body, in small pieces
--- raw_request eval
my $body = '{"code": "print(\"\u00e9\")"}';
"POST /api/execute-code HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
 . join('', map { "1\r\n$_\r\n" } split //, $body) . "0\r\n\r\n"
--- response_body_like eval
qr/"stdout":"\xc3\xa9\\n"/



=== TEST 4: a body in a temporary file, and code of a megabyte
--- config
location = /api/execute-code { pyexec_execute default; client_body_buffer_size 1k; }
location = /file { pyexec_execute default; client_body_in_file_only clean; }
--- request eval
[map { "POST $_\n" . '{"code": "' . ('# filler\n' x 120000) . 'print(7)"}' } "/api/execute-code", "/file"]
--- error_code eval
[200, 200]
--- response_body_like eval
[(qr/"stdout":"7\\n"/) x 2]



=== TEST 5: behind auth_request and limit_req
--- http_config eval
"limit_req_zone \$server_name zone=one:1m rate=1r/m;
pyexec_pool default workers=1 preload=none python=$ENV{TEST_NGINX_PYTHON};
pyexec_workspace $ENV{TEST_NGINX_WORKSPACE};"
--- config
location = /yes { return 204; }
location = /no { return 403; }
location = /a { auth_request /yes; pyexec_execute default; }
location = /b { auth_request /no; pyexec_execute default; }
location = /c { limit_req zone=one; pyexec_execute default; }
--- request eval
[map { "POST $_\n{\"code\": \"print(1)\"}" } "/a", "/b", "/c", "/c"]
--- error_code eval
[200, 403, 200, 503]
--- response_body_like eval
[qr/"ok"/, qr/^\{"detail": "access is forbidden"\}$/, qr/"ok"/,
 qr/^\{"detail": "service temporarily unavailable"\}$/]
--- no_error_log
[alert]
[emerg]
Sanitizer



=== TEST 6: in "if" and in "limit_except"
--- config
location = /api/execute-code {
    pyexec_execute default;
    if ($arg_x) { set $y 1; }
    limit_except GET { allow all; }
}
--- request
POST /api/execute-code?x=1
{"code": "print(1)"}
--- response_body_like: "ok"



=== TEST 7: locations with different settings
--- config
location = /short { pyexec_execute default; pyexec_timeout 1s; }
location = /cut { pyexec_execute default; pyexec_max_output 3; }
location = /free { pyexec_execute default; pyexec_policy off; }
--- request eval
["POST /short\n" . '{"code": "import time; time.sleep(5)"}', "POST /cut\n" . '{"code": "print(12345)"}',
 "POST /free\n" . '{"code": "import os"}', "POST /cut\n" . '{"code": "import os"}']
--- error_code eval
[200, 200, 200, 200]
--- response_body_like eval
[qr/"timeout"/, qr/"stdout":"123"/, qr/"ok"/, qr/"blocked"/]



=== TEST 8: a large output comes whole
--- config
location = /api/execute-code { pyexec_execute default; pyexec_max_output 1000000; }
--- request
POST /api/execute-code
{"code": "print('x' * 999999)"}
--- response_body_like eval
qr/"stdout":"(x+)\\n","stderr":"","stdout_truncated":false(?(?{ length $1 != 999999 })(*FAIL))/
