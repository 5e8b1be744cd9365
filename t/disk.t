use strict;
use warnings;

# A disk that is small, and gets full.

# a mount namespace, so that the mount does not reach the system

BEGIN {
    if ($> == 0 && !$ENV{PYEXEC_DISK_MOUNTS} && system('unshare -m true 2>/dev/null') == 0) {
        $ENV{PYEXEC_DISK_MOUNTS} = 1;
        exec 'unshare', '-m', $^X, $0 or die "unshare: $!";
    }
}

use lib 't';
use File::Temp ();
use Pyexec;
use Pyexec::Daemon;
use Test::More;

plan skip_all => 'only root can mount' if !$ENV{PYEXEC_DISK_MOUNTS};

my $disk = File::Temp::tempdir('pyexec-disk.XXXXXX', TMPDIR => 1, CLEANUP => 1);
system('mount', '-t', 'tmpfs', '-o', 'size=200m,mode=755', 'tmpfs', $disk) == 0 or die "no tmpfs on $disk";

my $d = Pyexec::Daemon->new(workers => 1, workspace => "$disk/workspace", pool => 'workers=2 preload=none',
                            http => 'pyexec_policy off; pyexec_max_file_size 300m; pyexec_min_free 10m; pyexec_retain_min 2s; pyexec_session_access write;',
                            more => 'location = /api/small { pyexec_execute default; pyexec_max_disk 8m; }');
my $full = qr/^the workspace's disk is full$/;

# before it begins

my $old = $d->post('open("old", "wb").write(bytes(5 << 20))', session_id => 'old');
is($old->{status}, 'ok', 'a run on a disk with space');
ok(-e "$disk/workspace/old/code_exec/$old->{run_id}/old", 'and its file');

ballast(186);
my $r = post('print(1)', 'new');
is($r->{code}, 507, 'less than pyexec_min_free: a run is refused');
like($r->{json}{detail}, $full, 'with a sentence');
ok(!-e "$disk/workspace/new", 'and leaves nothing behind');
ok($d->until(10, sub { $d->log =~ /\[warn\].*less free than pyexec_min_free/ }), 'the log says so');

# the oldest runs go

ok($d->until(20, sub { !-e "$disk/workspace/old/code_exec/$old->{run_id}" }), 'a run older than pyexec_retain_min is removed');
ok($d->until(20, sub { ($d->post('print(1)')->{status} // '') eq 'ok' }), 'then there is space again');
is(scalar @{ $d->list('old') }, 0, 'the history does not have it any more');

unlink "$disk/ballast" or die "unlink: $!";

# a run that fills it

$r = post('open("all", "wb").write(bytes(250 << 20))', 'filler');
is($r->{code}, 507, 'a run that meets a full disk');
like($r->{json}{detail}, qr/^the workspace's disk was full: nothing of the run was kept$/, 'says so');
is(left('filler'), '', 'and leaves nothing behind');
is(join(' ', map { $_->{status} } @{ $d->list('filler') }), 'interrupted', 'but its line');

mkdir "$disk/workspace/$_" or die "mkdir: $!" for 'outside', 'outside/uploads';
chmod 0777, map { "$disk/workspace/$_" } 'outside', 'outside/uploads';
$r = post('open("session/uploads/all", "wb").write(bytes(250 << 20))', 'outside');
is($r->{code}, 507, 'one that fills it where its record is to be');
is(left('outside'), '', 'leaves nothing of itself behind');
unlink "$disk/workspace/outside/uploads/all";

# a run that writes as fast as it can; the best of five, on a busy machine

my $most = 1000;
for (1 .. 5) {
    $r = post(<<'END', 'fast', '/api/small');
import os
n = 0
while True:
    with open(str(n), "wb", 0) as f:
        f.write(bytes(1 << 20))
    os.write(1, b".")
    n += 1
END
    $most = length $r->{json}{stdout} if $r->{code} == 200 && length $r->{json}{stdout} < $most;
}
cmp_ok($most, '<', 40, 'a run with pyexec_max_disk 8m is over it by a few MB');

# a run is not blamed for what others take

my $code = <<'END';
import os, time
while not os.path.exists("session/full"):
    time.sleep(.01)
time.sleep(1)
END
my $body = JSON::PP::encode_json({ code => $code, session_id => 'long' });
my $long = { socket => $d->request('POST', '/api/small', $body), text => '' };
ok($d->until(10, sub { -e "$disk/workspace/long" }), 'a run');
ballast(196);
open my $f, '>', "$disk/workspace/long/full" or die "long/full: $!";
is($d->wait_for($long)->{status}, 'ok', 'goes on while others fill the disk');
unlink "$disk/ballast" or die "unlink: $!";

# its own word is not enough

$r = post('raise OSError(28, "No space left on device")', 'liar');
is($r->{code}, 200, 'with space there is, ENOSPC is an exception');
is($r->{json}{limit}, 'disk', 'and its limit the disk');

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

# the youngest runs go, too, if they may

undef $d;
$d = Pyexec::Daemon->new(workers => 1, workspace => "$disk/workspace", pool => 'workers=2 preload=none',
                         http => 'pyexec_min_free 10m; pyexec_retain_min 0;');
$old = $d->post('open("old", "wb").write(bytes(5 << 20))', session_id => 'old');
ballast(186);
ok($d->until(20, sub { !-e "$disk/workspace/old/code_exec/$old->{run_id}" }), 'pyexec_retain_min 0: any run may be removed');

undef $d;
system('umount', '-l', $disk);
done_testing();

sub post {
    my ($code, $session, $path) = @_;
    return $d->http('POST', $path // '/api/execute-code', JSON::PP::encode_json({ code => $code, session_id => $session }));
}

sub ballast {
    open my $f, '>', "$disk/ballast" or die "$disk/ballast: $!";
    print $f "\0" x (1 << 20) for 1 .. $_[0];
    close $f;
}

# what runs have in a session

sub left { join ' ', glob("$disk/workspace/$_[0]/code_exec/*-*"), glob("$disk/workspace/$_[0]/code_exec/.running/*") }
