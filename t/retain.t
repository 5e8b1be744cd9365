use strict;
use warnings;

# What goes by itself: runs that are old, interpreters that have forked often.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none max_requests=5 sandbox=auto',
                            http => 'pyexec_retain 2s;');

my $first = $d->post('open("a", "w")', session_id => 'old');
is($first->{status}, 'ok', 'a run');
is($d->list('old')->[0]{run_id}, $first->{run_id}, 'is in the history');
ok($d->until(10, sub { !@{ $d->list('old') } }), 'and goes when it is too old');
ok(!-e "$d->{dir}/workspace/old/code_exec/$first->{run_id}", 'with its directory');
ok($d->until(5, sub { !-e "$d->{dir}/workspace/old" }), 'and the session, which held nothing else');

$d->post('open("a", "w")', session_id => 'kept');
open my $kept, '>', "$d->{dir}/workspace/kept/upload" or die;
ok($d->until(10, sub { !-e "$d->{dir}/workspace/kept/code_exec" }), 'of a session with a file, the runs go');
ok(-f "$d->{dir}/workspace/kept/upload", 'and the file stays');

# clean-ups, again and again, while runs begin

my @posts = map { my $n = $_; map { [$d->post_in_background('print(1)', session_id => "race$n"), $d->request('DELETE', "/api/code-cleanup/race$n")] } 1 .. 30 } 1 .. 3;
is(scalar(grep { ($d->wait_for($_->[0])->{status} // '') eq 'ok' } @posts), 90, 'no run is lost to a clean-up');
is(scalar(grep { $d->response($_->[1], 10)->{code} == 200 } @posts), 90, 'nor is a clean-up');

my $long = $d->post_in_background('import time; time.sleep(4); print(1)', session_id => 'long');
ok($d->until(5, sub { @{ $d->list('long') } }), 'a run that takes longer than that');
is($d->wait_for($long)->{status}, 'ok', 'is not pulled from under its process');

my %zygotes = map { $_ => 1 } $d->pids_of('light zygote');
is(scalar(grep { ($d->post('print(1)')->{status} // '') eq 'ok' } 1 .. 20), 20, 'runs are ok');
ok($d->until(10, \&replaced), 'while the interpreter is replaced by a new one');

# its turn comes while the one before it has a child still

%zygotes = map { $_ => 1 } $d->pids_of('light zygote');
$long = $d->post_in_background('import time; time.sleep(4); print(1)', session_id => 'linger');
ok($d->until(5, sub { @{ $d->list('linger') } }), 'a run that an old interpreter stays for');
ok($d->until(10, sub { $d->post('print(1)'); grep { !$zygotes{$_} } $d->pids_of('light zygote') }), 'beside its successor');
$d->post('print(1)') for 1 .. 8;
$zygotes{$_} = 1 for $d->pids_of('light zygote');
is($d->wait_for($long)->{status}, 'ok', 'is ok');
ok($d->until(10, \&replaced), 'and the next one is replaced yet');

# a child that waits is used up first: two at a time, both runners have one

sub replaced {
    $d->wait_for($_) for map { $d->post_in_background('import time; time.sleep(0.2)') } 1 .. 2;
    my @now = $d->pids_of('light zygote');
    return @now && !grep { $zygotes{$_} } @now;
}

sub lasting { join ' ', map { $d->pids_of($_) } 'pool', 'worker', 'cache manager', 'runner' }

my $before = lasting();
system("$ENV{TEST_NGINX_BINARY} -t -p $d->{dir} -c $d->{dir}/nginx.conf -e $d->{dir}/logs/error.log 2>/dev/null") if $ENV{TEST_NGINX_BINARY};
is(lasting(), $before, 'nginx -t starts nothing');

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();
