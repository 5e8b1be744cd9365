use strict;
use warnings;

# pyexec_limit: a key's runs that are over its number wait, without a runner.

use lib 't';
use JSON::PP;
use Pyexec;
use Pyexec::Daemon;
use Test::More;
use Time::HiRes qw(time);

my $d = Pyexec::Daemon->new(workers => 2, pool => 'workers=2 preload=none', more => <<'END');
pyexec_limit $pyexec_session_id runs=1;
location = /one { pyexec_execute default; pyexec_limit $pyexec_session_id runs=1 queue=1; }
location = /none { pyexec_execute default; pyexec_limit $pyexec_session_id runs=1 queue=0; }
location = /two { pyexec_execute default; pyexec_limit $pyexec_session_id runs=2 queue=0; }
location = /quick { pyexec_execute default; pyexec_queue_timeout 200ms; }
location = /free { pyexec_execute default; pyexec_limit "" runs=1; }
END

my $long = 'import time; time.sleep(60)';

sub body { encode_json({ session_id => $_[0], code => $_[1], timeout_seconds => 60 }) }

sub ask { my ($path, $session, $code) = @_; { socket => $d->request('POST', $path, body($session, $code)), text => '' } }

sub runs { my ($session, $n) = @_; $d->until(30, sub { $n == grep { $_->{status} eq 'running' } @{ $d->list($session) } }) }

sub begin { my ($session) = @_; my $run = ask('/api/execute-code', $session, $long); runs($session, 1) or die 'no run'; $run }

sub quick { my ($session) = @_; $d->http('POST', '/none', body($session, 'print(1)'), 20)->{json} || {} }

{
    my $alone = time;
    quick('other') for 1 .. 10;
    $alone = time - $alone;
    my @many = map { ask('/api/execute-code', 'many', $long) } 1 .. 200;
    ok(runs('many', 1), 'of 200 long runs of a session');
    my $beside = time;
    is(join(' ', map { quick('other')->{status} // '' } 1 .. 10), join(' ', ('ok') x 10), 'another runs what it wants');
    $beside = time - $beside;
    cmp_ok($beside, '<', 10 * $alone + 10, sprintf 'in its usual time: %.3f, and alone %.3f s', $beside, $alone);
    is(scalar @{ $d->list('many') }, 1, 'one is running');
    my $next = $d->list('many')->[0]{run_id};
    $d->hang_up(shift @many);
    ok($d->until(30, sub { @{ $d->list('many') } > 1 || $d->list('many')->[0]{run_id} ne $next }), 'then the next');
    $d->hang_up($_) for @many;
    ok($d->until(30, sub { (quick('many')->{status} // '') eq 'ok' }), 'clients that leave give up their turns');
}

{
    my $run = begin('full');
    my ($waits, $over);

    # another worker may have taken the second of these first

    ok($d->until(30, sub {
           $waits = ask('/one', 'full', 'print(2)') if !$waits || $d->answer_of($waits);
           ($over = $d->http('POST', '/one', body('full', 'print(3)'), 0.2))->{code} == 429;
       }), 'what is over the queue is refused');
    is($over->{json}{detail}, 'too many runs wait for their turn', 'with a reason');
    like($over->{head}, qr/^Retry-After: [1-9]\d*\r$/m, 'and Retry-After');
    ok($d->until(30, sub {
           my ($seconds) = $d->http('POST', '/one', body('full', 'print(3)'), 0.2)->{head} =~ /^Retry-After: (\d+)/m;
           $seconds && $seconds > 3;
       }), 'which is longer, the longer a run takes');
    is($d->http('POST', '/none', body('full', 'print(4)'))->{code}, 429, 'at once, without a queue');
    is($d->http('POST', '/free', body('full', 'print(5)'))->{code}, 200, 'an empty key is not counted');
    my $late = $d->http('POST', '/quick', body('full', 'print(6)'));
    is($late->{code}, 503, 'what has waited too long is turned away');
    is($late->{json}{detail}, 'no runner was free in time', 'as for a runner');
    $d->hang_up($run);
    is($d->wait_for($waits)->{stdout}, "2\n", 'what waited has its turn');
}

# locations with different numbers

{
    my $run = begin('both');
    my $second = ask('/two', 'both', $long);
    ok(runs('both', 2), 'a second run where two may go');
    is($d->http('POST', '/two', body('both', 'print(1)'))->{code}, 429, 'but no third');
    $d->hang_up($second);
    ok($d->until(30, sub { $d->http('POST', '/two', body('both', 'print(2)'))->{code} == 200 }), 'until the second has ended');
    my $waits = ask('/api/execute-code', 'both', 'print(3)');
    ok($d->until(30, sub { $d->http('POST', '/two', body('both', 'print(4)'), 5)->{code} == 429 }),
       'one that waits where one may go is not overtaken');
    $d->hang_up($run);
    is($d->wait_for($waits)->{stdout}, "3\n", 'and goes when the first has ended');
}

{
    my $run = begin('killed');
    my %old = map { $_ => 1 } $d->pids_of('worker');
    $d->signal('HUP');
    $d->until(30, sub { 2 == grep { !$old{$_} } $d->pids_of('worker') }) or die 'no new workers';
    $d->until(30, sub { 1 == grep { $old{$_} } $d->pids_of('worker') }) or die 'the old workers stay';
    my $waits = ask('/api/execute-code', 'killed', 'print(7)');
    ok(!$d->until(0.3, sub { $d->answer_of($waits) }), "an old worker's runs count");
    kill KILL => grep { $old{$_} } $d->pids_of('worker');
    is($d->wait_for($waits)->{stdout}, "7\n", 'until it is killed');
}

unlike($d->log, qr/\[alert\](?!.*exited on signal 9)|\[emerg\]|Sanitizer/, 'the log has no alert');
undef $d;

# one worker: what it is sent first comes first

$d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none', http => 'pyexec_limit $pyexec_session_id runs=1;');

{
    my $run = begin('order');
    my @waiting = map { ask('/api/execute-code', 'order', "print($_)") } 1 .. 5;
    is($d->post('print(0)')->{status}, 'ok', 'all have arrived');
    $d->hang_up($run);
    $d->wait_for($_) for @waiting;
    my @in_order = sort { $a->{answer}{started_at} cmp $b->{answer}{started_at} } @waiting;
    is(join('', map { $_->{answer}{stdout} } @in_order), "1\n2\n3\n4\n5\n", 'turns are given in order');
}

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();
