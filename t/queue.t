use strict;
use warnings;

# What waits, for how long, and what is turned away.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $d = Pyexec::Daemon->new(workers => 2, pool => 'workers=1 max_queue=1 preload=none', more => <<'END');
location = /probe { pyexec_execute default; pyexec_queue_timeout 1ms; }
location = /quick { pyexec_execute default; pyexec_queue_timeout 200ms; }
location = /stay { pyexec_execute default; pyexec_ignore_client_abort on; }
END

my $body = '{"session_id": "q", "code": "print(1)"}';

sub begin {
    my $run = $d->post_in_background('import time; time.sleep(60)', session_id => 'q', timeout_seconds => 60);
    $d->until(30, sub { grep { $_->{status} eq 'running' } @{ $d->list('q') } }) or die 'no run';
    return $run;
}

{
    my $first = begin();
    my ($second, $third);

    # until the second waits, by another worker maybe, the third has its place

    ok($d->until(30, sub {
           $second = $d->post_in_background('print(2)') if !$second || $d->answer_of($second);
           $third = $d->http('POST', '/probe', $body);
           $third->{code} == 503 && $third->{json}{detail} eq 'the queue is full';
       }), 'what is over the queue is turned away');
    like($third->{head}, qr/^Retry-After: 1\r$/m, 'with Retry-After');
    $d->hang_up($first);
    is($d->wait_for($second)->{status}, 'ok', 'what waited has its turn');
}

{
    my $first = begin();
    my $late = $d->http('POST', '/quick', $body, 30);
    is($late->{code}, 503, 'what has waited too long is turned away');
    is($late->{json}{detail}, 'no runner was free in time', 'with a reason');
    $d->hang_up($first);
    is($d->post('print(3)')->{status}, 'ok', 'the next one has its turn');
    is(scalar(grep { $_->{status} eq 'ok' } @{ $d->list('q') }), 0, 'what was turned away has not run');
}

{
    my $gone = $d->request('POST', '/stay', '{"session_id": "stay", "code": "import time; time.sleep(0.3); print(1)"}');
    $d->until(30, sub { @{ $d->list('stay') } });
    close $gone;
    ok($d->until(30, sub { ($d->list('stay')->[0] || {})->{status} eq 'ok' }),
       'a run whose client is gone ends, where that is wanted');
}

{
    my $waits = begin();
    my $never = $d->post_in_background('print(4)', session_id => 'never');
    ok(!$d->until(0.3, sub { @{ $d->list('never') } }), 'what waits is not in the history');
    $d->hang_up($never);
    $d->hang_up($waits);
    ok($d->until(30, sub { ($d->post('print(5)')->{status} // '') eq 'ok' }), 'after one that did not wait for its turn');
    is(scalar @{ $d->list('never') }, 0, 'which has not run');
}

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();
