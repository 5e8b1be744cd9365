use strict;
use warnings;

# Descriptors: jobs are descriptors in flight, of which a user may have as many
# as the limit of open files, and each costs a worker two of its own.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $LIMIT = 200;

sub daemon {
    my ($pool, %o) = @_;
    return Pyexec::Daemon->new(workers => 1, pool => "workers=2 preload=none $pool",
                               under => ['prlimit', "--nofile=$LIMIT:"], %o);
}

sub begin {
    my ($d) = @_;
    my @runs = map { $d->post_in_background('import time; time.sleep(300)', session_id => 'long', timeout_seconds => 300) } 1, 2;
    $d->until(30, sub { 2 == grep { $_->{status} eq 'running' } @{ $d->list('long') } }) or die 'no runs';
    return @runs;
}

# the worker has put the job into the socket before it answers what came later

sub abort {
    my ($d, $n) = @_;

    for (1 .. $n) {
        my $gone = $d->request('POST', '/api/execute-code', '{"code": "print(1)"}');
        is($d->http('GET', '/ping')->{code}, 200, 'the worker answers') if $_ == $n;
        $d->http('GET', '/ping');
        close $gone;
    }
}

sub ticks { my @f = split ' ', (Pyexec::Daemon::slurp("/proc/$_[0]/stat") =~ /\) (.*)/)[0]; $f[11] + $f[12] }

{
    my $d = daemon('max_queue=1000');
    like($d->log, qr/\[warn\].*1002 runs can be queued .* $LIMIT descriptors in flight/, 'limits that do not fit are told');

    my @long = begin($d);
    abort($d, $LIMIT + 100);

    # what waits now waits in the worker

    my $waits = $d->post_in_background('print(2)');
    $d->http('GET', '/ping');
    my ($worker) = $d->pids_of('worker');
    my ($before, $start) = (ticks($worker), time);
    $d->until(10, sub { time - $start >= 2 });
    cmp_ok(ticks($worker) - $before, '<', 50, 'a worker that waits for room does not spin');

    $d->hang_up($_) for @long;
    is($d->wait_for($waits)->{status}, 'ok', 'what waited behind cancelled jobs is served');
    is($d->post('print(3)')->{status}, 'ok', 'and what comes later');
    unlike($d->log, qr/a runner exited|\[alert\]|\[emerg\]|Sanitizer/, 'no process died of it');
}

{
    my $d = daemon('max_queue=30', more => 'location = /probe { pyexec_execute default; pyexec_queue_timeout 1ms; }');
    my @long = begin($d);
    abort($d, 40);
    ok($d->until(30, sub { $d->http('POST', '/probe', '{"code": "print(1)"}')->{json}{detail} eq 'no runner was free in time' }),
       'cancelled jobs give up their places while all runners are busy');
    $d->hang_up($_) for @long;
    ok($d->until(30, sub { ($d->post('print(1)')->{status} // '') eq 'ok' }), 'and later ones are served');
}

for my $few ([connections => 40], [open_files => 60]) {
    my ($what, $number) = @$few;
    my $d = daemon('max_queue=10', $what eq 'connections' ? (connections => $number)
                                                          : (under => ['prlimit', "--nofile=$number:"]));
    my ($answer, @held);

    # A request whose body is to come is not closed in favour of a new one.  One
    # that found no connection at all, since others were closed late, is held less.

    $d->until(60, sub {
        $answer = $d->http('POST', '/api/execute-code', '{"code": "print(1)"}', 10);
        return 1 if $answer->{code} == 503;
        return !close shift @held if @held && $answer->{code} == 0;
        push @held, IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $d->port) or return 0;
        syswrite $held[-1], "POST /api/execute-code HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{";
        return 0;
    });
    is($answer->{code}, 503, "a worker without $what answers 503");
    like($answer->{json}{detail}, qr/too many connections or open files/, 'says why');
    like($answer->{head}, qr/^Retry-After: 1\r$/m, 'and when to come again');
    close $_ for @held;
    ok($d->until(30, sub { ($d->post('print(1)')->{status} // '') eq 'ok' }), 'and serves again');
}

done_testing();
