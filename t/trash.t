use strict;
use warnings;

# A clean-up is answered before its files are removed, and they are.

use lib 't';
use Fcntl qw(F_SETLK F_WRLCK F_UNLCK SEEK_SET);
use Pyexec;
use Pyexec::Daemon;
use Test::More;

use constant TRASH => 3 << 48;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none', http => 'pyexec_policy off; pyexec_retain 10s;');
my $runs = "$d->{dir}/workspace/s/code_exec";

sub locks {
    my ($lock, $type) = @_;
    my $all = pack 's! s! x4 q q l x4', $type, SEEK_SET, TRASH, 1 << 48, 0;
    $d->until(10, sub { fcntl($lock, F_SETLK, $all) }) or die "fcntl: $!";
}

# without mounts code can't set modes

my $code = <<'END';
import contextlib, os
os.makedirs("a/b")
open("a/b/f", "w")
with contextlib.suppress(PermissionError):
    os.chmod("a/b", 0o500)
    os.chmod(".", 0o500)
END

sub run { $d->post($code, session_id => 's') }

is(run()->{status}, 'ok', 'a run whose directory can\'t be written to any more');
is($d->http('DELETE', '/api/code-cleanup/s')->{body}, '{"session_id":"s","removed_runs":1,"removed_files":4}', 'is removed');
ok($d->until(5, sub { !-e "$runs/.trash" }), 'and so is the trash');

# as if another process emptied it, which never ends

open my $lock, '+<', "$d->{dir}/workspace/.pyexec.lock" or die "lock: $!";
locks($lock, F_WRLCK);
my $id = run()->{run_id};
is($d->http('DELETE', '/api/code-cleanup/s')->{json}{removed_files}, 4, 'an answer comes before');
is(scalar @{ $d->list('s') }, 0, 'and the run is listed no more');
ok(!-e "$runs/$id", 'it is not there');
ok(-e "$runs/.trash/$id", 'but in the trash');
is(run()->{status}, 'ok', 'another run');
is($d->http('DELETE', '/api/code-cleanup/s')->{json}{removed_runs}, 1, 'is removed alone');

# what can't be removed

SKIP: {
    skip 'only root can make what its nginx can not remove', 2 if $> != 0 || $d->user =~ /^root/;
    mkdir "$runs/20200101T000000-00000000000$_", 0700 or die "mkdir: $!" for 1 .. 3;
    is($d->http('DELETE', '/api/code-cleanup/s')->{json}{removed_runs}, 0, 'runs that can not be removed');
    ok($d->until(10, sub { $d->log =~ /\[error\].*: 3 runs of "s" cannot be removed, 20200101T000000-0{11}[123] for one: / }),
       'are said in one line');
    rmdir "$runs/20200101T000000-00000000000$_" for 1 .. 3;
}

# the other process dies

close $lock;
ok($d->until(10, sub { !-e "$runs/.trash" }), 'the sweeper empties what was left');

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();
