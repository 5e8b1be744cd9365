use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

# Output that is too long for the result is in stdout.txt and stderr.txt.

# what these files of a session's runs hold, as code sees it

our $LOOK = 'import glob\nfor f in sorted(glob.glob(\"session/code_exec/*/std*.txt\")): t = open(f).read(); print(f[-10:], len(t), t[0], t[-1])';

sub post {
    my ($session, $code) = @_;
    return "POST /api/execute-code\n{\"session_id\": \"$session\", \"code\": \"$code\"}";
}

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: both, whole, with a hint that says where
--- config
location = /api/execute-code { pyexec_execute default; pyexec_policy off; pyexec_max_output 100; pyexec_language en; }
--- request eval
[post('both', 'import sys\nprint(\"a\" + \"x\" * 100000 + \"b\", end=\"\")\nprint(\"c\" + \"y\" * 99 + \"d\", end=\"\", file=sys.stderr)'),
 post('both', $::LOOK)]
--- error_code eval: [200, 200]
--- response_body_like eval
[qr/"status":"ok","stdout":"ax{99}","stderr":"cy{99}","stdout_truncated":true,"stderr_truncated":true,.*"created_files":\[\{"path":"code_exec\/([^"\/]+)\/stderr.txt","size_bytes":101,[^}]*"mime_type":"text\/plain"[^}]*\},\{"path":"code_exec\/\1\/stdout.txt","size_bytes":100002,[^}]*\}\],"result":null,"display":\[\],"hints":\["The output was cut at 100 characters; the whole of it is in code_exec\/\1\/stdout.txt, code_exec\/\1\/stderr.txt\."\]/,
 qr/"stdout":"stderr.txt 101 c d\\nstdout.txt 100002 a b\\n"/]



=== TEST 2: none where nothing was cut, though it has more bytes than characters are allowed
--- config
location = /api/execute-code { pyexec_execute default; pyexec_max_output 10; }
--- request eval: post('short', 'print(\"\u00e9\" * 10, end=\"\")')
--- response_body_like: "stdout_truncated":false,.*"created_files":\[\],"result":null,"display":\[\],"hints":\[\]



=== TEST 3: what code calls so is its own
--- config
location = /api/execute-code { pyexec_execute default; pyexec_max_output 10; pyexec_language en; }
--- request eval: post('own', 'open(\"stdout.txt\", \"w\").write(\"mine\")\nprint(\"x\" * 50)')
--- response_body_like: "created_files":\[\{"path":"[^"]*/stdout.txt","size_bytes":4,[^}]*\}\],"result":null,"display":\[\],"hints":\["The output was cut at 10 characters: print less, or write it to a file\."\]



=== TEST 4: a flood, up to its limit
--- config
location = /api/execute-code { pyexec_execute default; pyexec_max_output 10 flood=1m; pyexec_language en; }
--- request eval: post('flood', 'while True: print(\"x\" * 1000)')
--- response_body_like chomp
"status":"error","stdout":"xxxxxxxxxx",.*"created_files":\[\{"path":"([^"]*/stdout.txt)","size_bytes":1048576,[^}]*\}\],"result":null,"display":\[\],"hints":\["The output may have 1 MiB at most: print less, or write to a file\.","The output was cut at 10 characters; the whole of it is in \1\."\]



=== TEST 5: not at the expense of the code's own files
--- config
location = /api/execute-code { pyexec_execute default; pyexec_max_output 10; pyexec_max_files 5; pyexec_max_disk 1m; pyexec_max_file_size 1m; pyexec_language en; }
--- request eval
[post('room', 'for i in range(5): open(str(i), \"w\").close()\nprint(\"x\" * 50)'),
 post('room', 'open(\"big\", \"wb\").write(bytes(1000000))\nprint(\"x\" * 50)'),
 post('room', 'print(\"x\" * 2000000)')]
--- error_code eval: [200, 200, 200]
--- response_body_like eval
[qr/"status":"ok".*"created_files":\[(\{[^}]*\/\d"[^}]*\},?){5}\],"result":null,"display":\[\],"hints":\["The output was cut at 10 characters: print/,
 qr/"status":"ok".*"created_files":\[\{[^}]*\/big"[^}]*\}\],"result":null,"display":\[\],"hints":\["The output was cut at 10 characters: print/,
 qr/"status":"ok".*"created_files":\[\],"result":null,"display":\[\],"hints":\["The output was cut at 10 characters: print/]



=== TEST 6: of the last attempt only
--- config
location = /api/execute-code { pyexec_execute default; pyexec_max_output 10; }
--- request eval: post('again', 'print(\"x\" * 50)\nprint(math.pi)')
--- response_body_like: "status":"ok".*"created_files":\[\{"path":"[^"]*/stdout.txt","size_bytes":69,



=== TEST 7: code that has not run left nothing to save
--- config
location = /api/execute-code { pyexec_execute default; pyexec_max_output 10; }
--- request eval: post('refused', 'import os')
--- response_body_like: "status":"blocked","stdout":"","stderr":"Imports no","stdout_truncated":false,"stderr_truncated":true,.*"created_files":\[\]
