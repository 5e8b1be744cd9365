use strict;
use warnings;

# A workspace and sessions of another user than the pool's, which root starts.

use lib 't';
use File::Temp qw(tempdir);
use Pyexec;
use Pyexec::Daemon;
use Test::More;

plan skip_all => 'only root has other users' if $> != 0;

use constant { OWNER => 1000, GROUP => (getpwnam 'nobody')[3] };

my $dir = tempdir('pyexec-owner.XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $workspace = "$dir/workspace";
chmod 0755, $dir;
mkdir $workspace or die "mkdir: $!";
chown OWNER, GROUP, $workspace;
chmod 02775, $workspace;

my $d = Pyexec::Daemon->new(workers => 1, user => 'root', pool => 'workers=1 preload=none', workspace => $workspace,
    more => 'location ~ ^/api/files/(?<s>[^/]+)/(?<p>(?s).*)$ { pyexec_files default $s $p; }');

# as the owner, who is in the group too

sub owner { system('setpriv', '--reuid=' . OWNER, '--regid=' . OWNER, '--groups=' . GROUP, 'sh', '-c', $_[0]) == 0 }

sub run_in { $d->post("print(open('session/data').read())", session_id => $_[0], _timeout => 5) }

is((stat $workspace)[4], OWNER, 'a workspace stays its owner\'s');
is($d->post('print(1)', session_id => 'pool')->{status}, 'ok', 'a run');
ok(owner("echo 7 > $workspace/pool/data"), 'the owner can store a file in a session of the pool\'s');
is(run_in('pool')->{stdout}, "7\n\n", 'which a run reads');

# what is stored over HTTP is the owner's to change, as if the owner had stored it

is($d->http('PUT', '/api/files/pool/new/file', 'theirs')->{code}, 201, 'a file that is stored over HTTP');
ok(owner("echo mine >> $workspace/pool/new/file; touch $workspace/pool/new/other"), 'the owner can change, and put others beside it');
is($d->http('GET', '/api/files/pool/new/file')->{body}, "theirsmine\n", 'which is had over HTTP');
is($d->http('PUT', '/api/files/new/file', 'x')->{code}, 201, 'a session that is made so');
ok(owner("touch $workspace/new/other"), 'is the owner\'s, too');

# a session of the owner's

ok(owner("mkdir -m 755 $workspace/mine; echo 8 > $workspace/mine/data"), 'a session of the owner\'s');
is(run_in('mine')->{stdout}, "8\n\n", 'has runs');
owner("chmod 600 $workspace/mine/data");
like(run_in('mine')->{stderr}, qr/PermissionError.*\nThe file's mode does not let the user of runs read it/,
     'a file that they may not read is an error that says so');
unlike($d->post("open('session/none', 'x')", session_id => 'mine')->{stderr}, qr/The file's mode/,
       'one that they may not make is another');
is($d->http('GET', '/api/files/mine/data')->{code}, 403, 'nor is it had over HTTP');
like($d->http('PUT', '/api/files/mine/new', 'x')->{json}{detail}, qr/closed to the pool's user/, 'and nothing stored');
owner("chmod 700 $workspace/mine");
is(run_in('mine')->{detail}, 'the session\'s directory is closed to the pool\'s user', 'so is a session');

# a workspace that the pool can't use is not taken either

chmod 0755, $workspace;
kill KILL => $d->pool_pid;
ok($d->until(10, sub { $d->log =~ /"$workspace" cannot be used by the pool's user \(uid \d+\): Permission denied: let it/ }),
   'a pool that cannot use its workspace says what to do');
is((stat $workspace)[4], OWNER, 'and does not take it');
chmod 02775, $workspace;
ok($d->until(20, sub { (run_in('pool')->{status} // '') eq 'ok' }), 'one that can, serves');

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();
