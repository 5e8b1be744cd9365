use strict;
use warnings;

# What an operator does to a service that runs.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none', http => 'pyexec_retain 1s;');
my $workspace = $d->{workspace};
my $log = "$d->{dir}/logs/error.log";

sub ok_run { ($d->post('print(1)', _timeout => 5, @_)->{status} // '') eq 'ok' }

# logs are rotated; with AddressSanitizer, the first process keeps its standard
# error for reports

my $asan = ($ENV{TEST_NGINX_BINARY} // '') =~ /asan/;

sub holders {
    grep { (readlink $_ // '') eq "$log.1" } map { glob "/proc/$_->{pid}/fd/" . ($asan ? '[!2]' : '*') } $d->tree;
}

rename $log, "$log.1" or die "rename: $!";
$d->signal('USR1');
ok($d->until(10, sub { -e $log && !holders() }), 'no process holds a rotated log')
    or diag(join "\n", map { "$_ " . readlink } holders());

my ($zygote) = $d->pids_of('light zygote');
open my $stderr, '>', "/proc/$zygote/fd/2" or die "standard error: $!";
print $stderr "two\nlines\n";
close $stderr;
ok($d->until(10, sub { $d->log =~ /two\n.*lines/ }), 'what is said on standard error is in the new one');

# a pool is killed, as by the kernel when memory is short

my $old = $d->pool_pid;
$d->signal('HUP');
ok($d->until(10, sub { !kill(0, $old) || $d->is_zombie($old) }), 'a pool leaves after a reload');
ok($d->until(10, \&ok_run), 'a run');
kill KILL => $d->pool_pid;
ok($d->until(10, sub { $d->log =~ /\[error\].*pyexec pool "$d->{name}" has ended/ }), 'the death of a pool is in the log')
    or diag($d->log);
ok($d->until(10, \&ok_run), 'and another one serves');
is(scalar(() = $d->log =~ /has ended/g), 1, 'one that left is not said to have died');

# a workspace that is a file system of its own

SKIP: {
    skip('only root makes what root alone can enter', 3) if $> != 0;

    mkdir "$workspace/$_", 0700 or die "mkdir: $!" for 'lost+found', 'mine';
    chown +(stat "$workspace/default")[4, 5], "$workspace/mine";
    mkdir "$workspace/mine/code_exec", 0 or die "mkdir: $!";
    chown 1, 1, "$workspace/mine/code_exec";
    ok($d->until(10, sub { $d->log =~ /(removing old runs of "mine" failed.*){2}/s }), 'a sweep says what it cannot remove');
    unlike($d->log, qr/lost\+found/, 'which a file system\'s own directory is not');
    ok(rmdir("$workspace/mine/code_exec"), 'it is as it was');
}

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();
