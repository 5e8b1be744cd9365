use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: the variables of a run, of a list, and of neither
--- config
location = /api/execute-code {
    pyexec_execute default;
    add_header X-Session $pyexec_session_id always;
    add_header X-Run $pyexec_run_id;
    add_header X-Status $pyexec_status;
    add_header X-Attempts $pyexec_attempts;
    add_header X-Times "$pyexec_queue_time/$pyexec_run_time";
}
location ~ ^/api/code-results/(?<s>[^/]+)$ {
    pyexec_results default $s;
    add_header X-Session $pyexec_session_id;
    add_header X-Status "[$pyexec_status]";
}
location = /neither { add_header X-Status "[$pyexec_status$pyexec_attempts$pyexec_run_time]"; return 200 "x"; }
--- request eval
["POST /api/execute-code\n" . '{"session_id": "v", "code": "print(math.pi)"}', "GET /api/code-results/v",
 "GET /neither"]
--- error_code eval
[200, 200, 200]
--- response_headers eval
["X-Session: v\nX-Status: ok\nX-Attempts: 2", "X-Session: v\nX-Status: []", "X-Status: []"]



=== TEST 2: times have three decimals, the run id is the answer's
--- config
location = /api/execute-code {
    pyexec_execute default;
    add_header X-Run $pyexec_run_id/$pyexec_queue_time/$pyexec_run_time;
    sub_filter_types application/json;
    sub_filter '"run_id":"$pyexec_run_id"' 'same';
}
--- request
POST /api/execute-code
{"code": "import time; time.sleep(0.1)"}
--- response_body_like: ^\{same,
