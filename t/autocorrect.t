use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: a forgotten import of a standard module
--- request
POST /api/execute-code
{"code": "print(math.floor(2.5))"}
--- response_body_like chomp
"status":"ok","stdout":"2\\n".*"attempts":\[\{"attempt":1,"status":"error".*"autocorrect":\{"applied":true,"method":"heuristic_import_math"\}\},\{"attempt":2,"status":"ok".*"code_preview":"import math\\nprint



=== TEST 2: numpy and pandas by their conventional names, in one code
--- preload: numpy,pandas
--- request
POST /api/execute-code
{"code": "print(np.zeros(2))\nprint(len(pd.DataFrame({'a': [1]})))"}
--- response_body_like chomp
"status":"ok".*"method":"heuristic_import_numpy".*"method":"heuristic_import_pandas".*"attempt":3,"status":"ok"



=== TEST 3: no correction when it is not wanted, or no attempt is left
--- request eval
["POST /api/execute-code\n" . '{"code": "print(math.pi)", "auto_correct": false}',
 "POST /api/execute-code\n" . '{"code": "print(math.pi)", "max_attempts": 1}',
 "POST /api/execute-code\n" . '{"code": "print(no_such_name)"}']
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[(qr/"status":"error".*"attempts":\[\{"attempt":1(?!.*autocorrect)/) x 3]



=== TEST 4: a corrected code passes the same policy
--- config
location = /api/execute-code { pyexec_execute default; pyexec_deny_import math; }
--- request
POST /api/execute-code
{"code": "print(math.pi)"}
--- response_body_like chomp
"status":"blocked".*"method":"heuristic_import_math".*"attempt":2,"status":"blocked"
