use strict;
use warnings;

# nginx finds the pool's program by an absolute path: beside the module's file,
# whatever the current directory is, and what that file is called by.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=1 preload=none', relative => 1);

is($d->post('print(1)')->{status}, 'ok', 'a run, with a relative prefix and another working directory');

my $old = $d->pool_pid;
kill KILL => $old;
ok($d->until(5, sub { my $p = $d->pool_pid; $p && $p != $old }), 'the program is found again');

$d->signal('QUIT');
ok($d->until(10, sub { !$d->processes }), 'no process is left behind') or diag(join "\n", $d->processes);
unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert') or diag($d->log);

done_testing();
