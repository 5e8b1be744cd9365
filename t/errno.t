use strict;
use warnings;

# Every process goes on when the kernel is short of memory, of descriptors, or
# of room for what is sent: requests have an answer, and later ones are served.

use lib 't';
use Pyexec;
use Pyexec::Census;
use Pyexec::Daemon;
use Pyexec::Inject;
use Test::More;
use Time::HiRes qw(time);

use constant SECONDS => 1;

plan skip_all => 'only root can trace what is not dumpable' if $> != 0;
plan skip_all => 'strace is not there, or may not trace' if system('strace -o /dev/null true 2>/dev/null') != 0;

Pyexec::Census::adopt();
my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=1 preload=none', more => <<'END');
location = /quick { pyexec_execute default; pyexec_queue_timeout 200ms; }
location ~ ^/quick/(?<quick>.+)$ { pyexec_cleanup default $quick; pyexec_queue_timeout 200ms; }
location ~ ^/list/(?<listed>[^/]+)/(?<in>.*)$ { pyexec_files default $listed $in; }
END
$d->post('print(1)', session_id => 'kept');

for my $kind ('pool', 'runner', 'clerk', 'sweeper', 'zygote light', 'worker') {
    for my $errno ('ENOMEM', 'EMFILE', 'ETOOMANYREFS') {

        my $pid;
        $d->until(20, sub { ($pid) = Pyexec::Census->take->pids($kind) }) or die "no $kind";
        my $inject = Pyexec::Inject->start($pid, $errno, 5, $kind !~ /zygote/) or next;

        my @answers = map { ask($_) } 0 .. 5;
        $inject->stop;

        # a worker whose own reads and writes fail closes its client's connection

        is(scalar(grep { !$_->{json} && ($kind ne 'worker' || $_->{code} != 0) } @answers), 0,
           "$errno in a $kind: each request has an answer")
            or diag(join ' ', map { "$_->{code}:" . ($_->{body} // '') } @answers);
        ok($d->until(20, sub { ($d->post('print(2)', _timeout => 20)->{status} // '') eq 'ok'
                               && @{ $d->list('kept') } }), 'and later ones are served');
    }
}

# what fails for a while does so each time: nothing is tried without a pause

my @always = (
    ['pool', 'poll', 'ENOMEM'],
    (map { ['zygote light', @$_] } ['clone', 'EAGAIN'], ['pidfd_open', 'EMFILE'], ['sendmsg', 'ETOOMANYREFS']),
    (map { ['runner', @$_] } ['sendmsg', 'EAGAIN'], ['sendmsg', 'ETOOMANYREFS'], ['socketpair', 'EMFILE'],
                             ['openat2', 'ENFILE'], ['poll', 'ENOMEM'], ['fcntl', 'ENOMEM']),
    (map { ['clerk', @$_] } ['clone', 'EAGAIN'], ['openat2', 'EMFILE'], ['fcntl', 'ENOMEM'], ['poll', 'ENOMEM']),
    (map { ['worker', @$_] } ['socketpair', 'EMFILE'], ['sendmsg', 'ETOOMANYREFS']),
);

for my $fault (@always) {
    my ($kind, $call, $errno) = @$fault;
    my ($pid, $start);
    $d->until(20, sub { ($pid) = Pyexec::Census->take->pids($kind) }) or die "no $kind";
    my @runs = $d->post_in_background('import time; time.sleep(0.4)', session_id => 'meanwhile');
    $d->until(20, sub { grep { $_->{status} eq 'running' } @{ $d->list('meanwhile') } }) or die 'no run';
    my $before = ticks($pid);
    my $inject = Pyexec::Inject->start($pid, $errno, 1, 0, $call) or next;

    push @runs, map { $d->post_in_background("print($_)", session_id => 'gone') } 1 .. 3;
    my $list = $d->request('GET', '/api/code-results/kept');
    $start = time;
    $d->until(10, sub { time - $start >= SECONDS });
    my $used = ticks($pid) - $before + ticks($inject->{strace});
    cmp_ok($used, '<', 100 * SECONDS / 8, "$errno of each $call() in a $kind: it does not spin");
    $inject->stop;

    ok($d->until(15, sub { 4 == grep { $d->answer_of($_) } @runs }), 'runs are answered');
    isnt($d->response($list, 15)->{json}, undef, 'and a list');
    ok($d->until(20, sub { ($d->post('print(2)', _timeout => 20)->{status} // '') eq 'ok' }), 'and later ones are served');
}

# a worker that can't receive for a while does not take the runner for dead

{
    my ($pid) = Pyexec::Census->take->pids('worker');
    my $inject = Pyexec::Inject->start($pid, 'ENOMEM', 2, 0, 'recvfrom,recvmsg') or die 'the worker has gone';
    $d->post('print(1)', session_id => 'once') for 1 .. 3;
    $inject->stop;
    my $runs = $d->list('once');
    is(scalar @$runs, 3, 'each run is made once');
}

# a run that can neither begin nor be taken back is in the list

{
    my ($pid) = Pyexec::Census->take->pids('runner');
    my $inject = Pyexec::Inject->start($pid, 'ENOMEM', 1, 0, 'symlinkat,getdents64') or die 'the runner has gone';
    is($d->http('POST', '/api/execute-code', '{"session_id": "half", "code": ""}', 30)->{code}, 500, 'a run that cannot begin is answered with 500');
    $inject->stop;

    my @dirs = map { m{([^/]+)\z} } glob("$d->{dir}/workspace/half/code_exec/[0-9]*");
    is(scalar @dirs, 1, 'its directory could not be removed');
    ok($d->until(10, sub { "@{[map { qq($_->{run_id} $_->{status}) } @{ $d->list('half') }]}" eq "$dirs[0] interrupted" }),
       'it is listed, once its lock is free');
}

# on a disk that is slow for a while

{
    my $inject = Pyexec::Inject->start((Pyexec::Census->take->pids('runner'))[0], 'delay_enter=1500000', 1, 0, 'symlinkat')
        or die 'the runner has gone';
    my $late = $d->http('POST', '/quick', '{"session_id": "slow", "code": ""}', 30);
    is($late->{json}{detail}, 'no runner was free in time', 'a run that takes too long to begin is turned away');
    is($d->post('print(1)', session_id => 'after')->{status}, 'ok', 'the next one has its turn');
    $inject->stop;
    is_deeply($d->list('slow'), [], 'what was turned away has never begun');
}

{
    my @inject = map { Pyexec::Inject->start($_, 'delay_enter=1500000', 1, 0, 'renameat,renameat2') }
                 Pyexec::Census->take->pids('clerk');
    is($d->http('DELETE', '/quick/after', undef, 30)->{json}{removed_runs}, 1, 'a clean-up that has begun is waited for');
    $_->stop for @inject;
}

{
    my @inject = map { Pyexec::Inject->start($_, 'delay_enter=500000', 1, 1, 'getdents64') } Pyexec::Census->take->pids('clerk');
    my @lists = map { $d->request('GET', '/list/kept/') } 1 .. 140;
    my @answers = map { $d->response($_, 60) } @lists;
    $_->stop for @inject;
    my $refused = grep { ($_->{json}{detail} // '') =~ /^too many .* lists of files are going on$/ } @answers;
    cmp_ok($refused, '>', 0, 'lists of files do not occupy all clerks');
    is($refused + grep({ $_->{code} == 200 } @answers), 140, 'each is answered');
}

unlike($d->log, qr/\[emerg\]|Sanitizer/, 'the log has no emergency');

done_testing();

sub ask {
    my ($n) = @_;
    return $d->http('GET', '/api/code-results/kept', undef, 30) if $n % 3 == 1;
    return $d->http('DELETE', '/api/code-cleanup/gone', undef, 30) if $n % 3 == 2;
    return $d->http('POST', '/api/execute-code', '{"session_id": "gone", "code": "open(\"a\", \"w\")"}', 30);
}

# processor time in hundredths of a second; none of what has ended

sub ticks {
    my (undef, @stat) = split ' ', (Pyexec::Census::slurp("/proc/$_[0]/stat") =~ /\) (.*)/)[0] // '';
    return ($stat[10] // 0) + ($stat[11] // 0);
}
