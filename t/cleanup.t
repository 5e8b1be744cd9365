use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: clean-up removes the runs of one session, and tells how many
--- request eval
["DELETE /api/code-cleanup/none",
 (map { "POST /api/execute-code\n{\"session_id\": \"c\", \"code\": \"open('$_.txt', 'w').write('x')\"}" } 1, 2),
 "POST /api/execute-code\n" . '{"session_id": "other", "code": "print(1)"}',
 "DELETE /api/code-cleanup/c", "GET /api/code-results/c", "GET /api/code-results/other"]
--- error_code eval
[(200) x 7]
--- response_body_like eval
[qr/^\{"session_id":"none","removed_runs":0,"removed_files":0\}$/, qr/"ok"/, qr/"ok"/, qr/"ok"/,
 qr/^\{"session_id":"c","removed_runs":2,"removed_files":8\}$/,
 qr/^\{"session_id":"c","items":\[\]\}$/, qr/"items":\[\{/]



=== TEST 2: trees of any depth, and directories without rights
--- config eval
$Pyexec::LOCATIONS =~ s/pyexec_execute default;/pyexec_execute default; pyexec_policy off; pyexec_max_files 5000;/r
--- request eval
["POST /api/execute-code\n" . '{"session_id": "deep", "code": "import os\nfor i in range(50):\n    os.mkdir(\"d\"); os.chdir(\"d\")\nopen(\"f\", \"w\")\nos.mkdir(\"none\", 0)\nos.mkdir(\"dark\", 0o300)\nopen(\"dark/x\", \"w\")\n"}',
 "DELETE /api/code-cleanup/deep"]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"status":"ok".*dark\/x/, qr/"removed_runs":1,"removed_files":5\}/]



=== TEST 3: directories that nothing may be written to, in a session with other runs
--- config eval
$Pyexec::LOCATIONS =~ s/pyexec_execute default;/pyexec_execute default; pyexec_policy off;/r
--- request eval
my $made = 'import os\nos.mkdir(\"a\")\nos.mkdir(\"a/b\", 0o500)\nos.mkdir(\"a/c\", 0o400)\nos.mkdir(\"a/d\", 0)\nopen(\"a/f\", \"w\")\n';
["POST /api/execute-code\n{\"session_id\": \"m\", \"code\": \"$made\"}",
 "POST /api/execute-code\n{\"session_id\": \"m\", \"code\": \"${made}np.array([1])\"}",
 "POST /api/execute-code\n{\"session_id\": \"m\", \"code\": \"print(1)\"}",
 "DELETE /api/code-cleanup/m", "GET /api/code-results/m"]
--- error_code eval
[(200) x 5]
--- response_body_like eval
[qr/"status":"ok".*a\/f/, qr/"attempt":2/, qr/"ok"/, qr/"removed_runs":3,/, qr/"items":\[\]/]
