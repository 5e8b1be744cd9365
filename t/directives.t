use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

mkdir "$ENV{TEST_NGINX_WORKSPACE}/$_" or die for qw(old old/lib old/lib/python3.9 old/lib/python3.9/site-packages);

# what "nginx -t" refuses, each with its file, line and reason

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: a pool that is not defined
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
--- config
location /x { pyexec_execute nowhere; }
--- must_die
--- error_log
unknown pyexec pool "nowhere" in



=== TEST 2: a pool that is defined twice
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_pool default;

--- config
location /none { return 204; }
--- must_die
--- error_log
duplicate pyexec pool "default" in



=== TEST 3: a parameter that is not known
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_pool b threads=3;
--- config
location /none { return 204; }
--- must_die
--- error_log
invalid parameter "threads=3" in



=== TEST 4: no workers
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_pool b workers=0;
--- config
location /none { return 204; }
--- must_die
--- error_log
invalid parameter "workers=0": it must be between 1 and 512 in



=== TEST 5: a queue that is no number
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_pool b max_queue=x;
--- config
location /none { return 204; }
--- must_die
--- error_log
invalid parameter "max_queue=x": it must be a number in



=== TEST 6: modules that are no names
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_pool b preload=a,;
--- config
location /none { return 204; }
--- must_die
--- error_log
invalid parameter "preload=a,": it must be



=== TEST 7: another sandbox
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_pool b sandbox=off;
--- config
location /none { return 204; }
--- must_die
--- error_log
invalid parameter "sandbox=off": it must be "auto" or "strict" in



=== TEST 8: a prefix without Python
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_pool b python=/nowhere;
--- config
location /none { return 204; }
--- must_die
--- error_log
python=/nowhere of pyexec pool "b" is no environment of Python 3.



=== TEST 9: fonts that are no directory
--- http_config
pyexec_pool default preload=none python=$TEST_NGINX_PYTHON fonts=/dev/null;
pyexec_workspace $TEST_NGINX_WORKSPACE;
--- config
location /none { return 204; }
--- must_die
--- error_log
"/dev/null" is not a directory in



=== TEST 10: settings of matplotlib that are not there
--- http_config
pyexec_pool default preload=none python=$TEST_NGINX_PYTHON matplotlibrc=none;
pyexec_workspace $TEST_NGINX_WORKSPACE;
--- config
location /none { return 204; }
--- must_die
--- error_log
/none" failed (2: No such file or directory) in



=== TEST 11: two endpoints in a location
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
--- config
location /x { pyexec_execute default; pyexec_cleanup default $uri; }
--- must_die
--- error_log
"pyexec_cleanup" directive is not the only endpoint of its location in



=== TEST 12: an endpoint twice
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
--- config
location /x { pyexec_execute default; pyexec_execute default; }
--- must_die
--- error_log
"pyexec_execute" directive is duplicate in



=== TEST 13: a timeout of nothing
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_timeout 0;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_timeout" directive must be between 1s and 1d in



=== TEST 14: a timeout over its maximum
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_timeout 400s;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_timeout" is longer than "pyexec_max_timeout" in



=== TEST 15: too many attempts
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_attempts 11;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_attempts" directive must be between 1 and 10 in



=== TEST 16: a size that is none
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_memory lots;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_memory" directive invalid value in



=== TEST 17: no files
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_files 0;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_files" directive must be between 1 and 1000000 in



=== TEST 18: too few descriptors
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_open_files 3;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_open_files" directive must be between 16 and 65536 in



=== TEST 19: no threads
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_threads 0;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_threads" directive must be between 1 and 32768 in



=== TEST 20: no output
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_output 0;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_output" directive must be between 1 and 1000000 characters in



=== TEST 21: a flood that is none
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_output 10 flood=x;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_output" directive has an invalid flood= in



=== TEST 22: a session that is executed
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_session_access execute;
--- config
location /none { return 204; }
--- must_die
--- error_log
invalid value "execute" in



=== TEST 23: an import that is no name
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_deny_import os.path;
--- config
location /none { return 204; }
--- must_die
--- error_log
"os.path" is not the name of a top-level module in



=== TEST 24: a policy that is neither
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_policy maybe;
--- config
location /none { return 204; }
--- must_die
--- error_log
invalid value "maybe" in



=== TEST 25: a workspace without a parent
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
--- config
location /x { pyexec_execute default; pyexec_workspace /nowhere/at/all; }
--- must_die
--- error_log
the workspace "/nowhere/at/all" cannot be made (2: No such file or directory) in



=== TEST 26: a workspace that is a file
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
--- config
location /x { pyexec_execute default; pyexec_workspace /etc/passwd; }
--- must_die
--- error_log
the workspace "/etc/passwd" is not a directory in



=== TEST 27: two ages in one workspace
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
--- config
location /x { pyexec_execute default; } location /y { pyexec_execute default; pyexec_retain 1h; }
--- must_die
--- error_log
"pyexec_retain" of workspace



=== TEST 28: an environment of another Python
--- http_config
pyexec_pool default;
pyexec_pool b python=$TEST_NGINX_WORKSPACE/old;
--- config
location /none { return 204; }
--- must_die
--- error_log
of pyexec pool "b" is an environment of Python 3.9, the pool embeds 3.



=== TEST 29: a workspace in what all runs may read
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
--- config
location /x { pyexec_execute default; pyexec_workspace /usr/share/nginx/workspace; }
--- must_die
--- error_log
the workspace "/usr/share/nginx/workspace" and "/usr", which all runs may read, are one in the other



=== TEST 30: no memory
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_memory 0;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_memory" directive must not be 0, which does not mean "unlimited" in



=== TEST 31: no size
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_file_size 0;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_file_size" directive must not be 0, which does not mean "unlimited" in



=== TEST 32: no disk
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_disk 0;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_disk" directive must not be 0, which does not mean "unlimited" in



=== TEST 33: no time to ask for
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_timeout 0;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_timeout" directive must be between 1s and 1d in



=== TEST 34: no attempts
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_attempts 0;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_attempts" directive must be between 1 and 10 in



=== TEST 35: no time in the queue
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_queue_timeout 0;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_queue_timeout" directive must be between 1ms and 1d in



=== TEST 36: no flood
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_output 10 flood=0;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_output" directive has an invalid flood= in



=== TEST 37: two days of CPU time
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_cpu 2d;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_cpu" directive must be 1d at most in



=== TEST 38: two centuries
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_retain 200y;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_retain" directive must be 100y at most in



=== TEST 39: where 0 has a meaning
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_pool b max_queue=0 max_requests=0 preload=none python=$TEST_NGINX_PYTHON;
pyexec_max_cpu 0;
pyexec_retain 0;
pyexec_retain_min 0;
pyexec_min_free 0;
--- config
location /none { return 204; }
--- request
GET /none
--- error_code: 204



=== TEST 40: a workspace that what all runs may read is in
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
--- config
location /x { pyexec_execute default; pyexec_workspace /; }
--- must_die
--- error_log
the workspace "/" and "/usr", which all runs may read, are one in the other



=== TEST 41: more zygotes than there may be
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_pool b zygotes=129;
--- config
location /none { return 204; }
--- must_die
--- error_log
invalid parameter "zygotes=129": it must be between 1 and 128 in



=== TEST 42: more than the whole disk
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_min_free 100%;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_min_free" directive must be 99% at most in



=== TEST 43: no part of the disk
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_min_free much;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_min_free" directive must be a size, or a percentage in



=== TEST 44: two values of pyexec_retain_min in one workspace
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
--- config
location /x { pyexec_execute default; } location /y { pyexec_execute default; pyexec_retain_min 1h; }
--- must_die
--- error_log
"pyexec_retain_min" of workspace



=== TEST 45: two values of pyexec_min_free in one workspace
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
--- config
location /x { pyexec_execute default; } location /y { pyexec_execute default; pyexec_min_free 1g; }
--- must_die
--- error_log
"pyexec_min_free" of workspace



=== TEST 46: a limit without a number
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_limit $pyexec_session_id queue=2;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_limit" directive must have runs=, and a number that is not 0 in



=== TEST 47: a limit of no runs
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_limit $pyexec_session_id runs=0;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_limit" directive must have runs=, and a number that is not 0 in



=== TEST 48: a limit with a queue that is no number
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_limit $pyexec_session_id runs=1 queue=x;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_limit" directive must have a number as queue= in



=== TEST 49: a limit with an unknown parameter
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_limit $pyexec_session_id run=1;
--- config
location /none { return 204; }
--- must_die
--- error_log
invalid parameter "run=1" in



=== TEST 50: two limits
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_limit $pyexec_session_id runs=1;
pyexec_limit $remote_addr runs=1;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_limit" directive is duplicate in



=== TEST 49: a language that there is not
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_language fr;
--- config
location /none { return 204; }
--- must_die
--- error_log
invalid value "fr" in



=== TEST 51: more in a result than a message holds
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_max_inline 65m;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_max_inline" directive must be between 1 and 64m in



=== TEST 52: no time between heartbeats
--- http_config
pyexec_pool default workers=1 preload=none python=$TEST_NGINX_PYTHON;
pyexec_workspace $TEST_NGINX_WORKSPACE;
pyexec_heartbeat 0;
--- config
location /none { return 204; }
--- must_die
--- error_log
"pyexec_heartbeat" directive must be between 1ms and 1d in
