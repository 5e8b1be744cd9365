use strict;
use warnings;

# No request for one session's history waits for another's.

use lib 't';
use Fcntl qw(F_SETLK F_WRLCK F_UNLCK SEEK_SET);
use IO::Select;
use Pyexec;
use Pyexec::Daemon;
use Test::More;

use constant { REQUESTS => 20, MANY => 140, REMOVAL => 2 << 48 };

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none');
$d->post('print(1)', session_id => $_) for 'a', 'b', 'c';

# as a removal of each session by another pool that takes for ever

open my $lock, '+<', "$d->{dir}/workspace/.pyexec.lock" or die "lock: $!";

sub locks {
    my ($type) = @_;
    my $all = pack 's! s! x4 q q l x4', $type, SEEK_SET, REMOVAL, 1 << 48, 0;
    $d->until(10, sub { fcntl($lock, F_SETLK, $all) }) or die "fcntl: $!";
}

sub clerks { scalar grep { $_->{args} =~ /: clerk/ && !$d->is_zombie($_->{pid}) } $d->tree }

locks(F_WRLCK);
my @removals = map { $d->request('DELETE', '/api/code-cleanup/a') } 1 .. REQUESTS;
ok($d->until(5, sub { clerks() >= REQUESTS + 2 }), 'many removals wait');
is(scalar @{ $d->http('GET', "/api/code-results/$_", undef, 5)->{json}{items} || [] }, 1, "$_ is listed") for 'a', 'b';
is($d->http('DELETE', '/api/code-cleanup/none', undef, 5)->{code}, 200, 'a session without runs is removed');

locks(F_UNLCK);
my @answers = map { $d->response($_, 10)->{json}{removed_runs} // 'none' } @removals;
is(join(' ', sort @answers), join(' ', (0) x (REQUESTS - 1), 1), 'then they are answered, one with the run');
ok($d->until(5, sub { clerks() == 3 }), 'and their processes end');

# more of them than the clerk has processes

locks(F_WRLCK);
@removals = map { $d->request('DELETE', '/api/code-cleanup/c') } 1 .. MANY;
my $select = IO::Select->new(@removals);
ok($d->until(10, sub { clerks() > 128 || $select->can_read(0) }), 'all of its processes wait, or one is refused');
is(scalar @{ $d->http('GET', '/api/code-results/b', undef, 10)->{json}{items} || [] }, 1, 'a list does not wait for them');
locks(F_UNLCK);
@answers = map { $d->response($_, 10) } @removals;
my @refused = grep { $_->{code} == 503 } @answers;
is(scalar(@refused) + grep({ $_->{code} == 200 } @answers), MANY, 'each is answered, with 200 or 503');
like($refused[0]{json}{detail}, qr/^too many clean-ups, uploads, removals and lists of files are going on$/, '503 has a sentence');
ok($d->until(5, sub { clerks() == 3 }), 'and all processes end');

my ($first) = map { $_->{pid} } grep { $_->{args} =~ /: clerk/ } $d->tree;
kill KILL => $first;
ok($d->until(5, sub { clerks() == 3 && !kill 0, $first }), 'after the death of the clerk there is another one');
is(scalar @{ $d->list('b') }, 1, 'which lists');

# a request whose processes die is told so, not of a run

locks(F_WRLCK);
my $doomed = $d->request('DELETE', '/api/code-cleanup/b');
$select = IO::Select->new($doomed);
ok($d->until(20, sub {
    my %clerk = map { $_->{pid} => $_ } grep { $_->{args} =~ /: clerk/ } $d->tree;
    kill KILL => grep { $clerk{ $clerk{$_}{ppid} } } keys %clerk;
    $select->can_read(0);
}), 'a removal whose processes die');
my $died = $d->response($doomed, 10);
locks(F_UNLCK);
is("$died->{code} $died->{json}{detail}", '500 the process that served the request died', 'is told so');
is(scalar @{ $d->list('b') }, 1, 'and others are served');

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();
