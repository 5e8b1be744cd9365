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

my $d = Pyexec::Daemon->new(workers => 1, user => 'root', pool => 'workers=1 preload=none', workspace => $workspace);

# as the owner, who is in the group too

sub owner { system('setpriv', '--reuid=' . OWNER, '--regid=' . OWNER, '--groups=' . GROUP, 'sh', '-c', $_[0]) == 0 }

sub run_in { $d->post("print(open('session/data').read())", session_id => $_[0], _timeout => 5) }

is((stat $workspace)[4], OWNER, 'a workspace stays its owner\'s');
is($d->post('print(1)', session_id => 'pool')->{status}, 'ok', 'a run');
ok(owner("echo 7 > $workspace/pool/data"), 'the owner can store a file in a session of the pool\'s');
is(run_in('pool')->{stdout}, "7\n\n", 'which a run reads');

# a session of the owner's

ok(owner("mkdir -m 755 $workspace/mine; echo 8 > $workspace/mine/data"), 'a session of the owner\'s');
is(run_in('mine')->{stdout}, "8\n\n", 'has runs');
owner("chmod 600 $workspace/mine/data");
like(run_in('mine')->{stderr}, qr/PermissionError.*\nThe file's mode does not let the user of runs read it/,
     'a file that they may not read is an error that says so');
unlike($d->post("open('session/none', 'x')", session_id => 'mine')->{stderr}, qr/The file's mode/,
       'one that they may not make is another');
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
