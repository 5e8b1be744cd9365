use strict;
use warnings;

# nginx as it is run in earnest: a master, workers, signals, deaths.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $d = Pyexec::Daemon->new(workers => 2, pool => 'workers=4 max_queue=1000 preload=json');
my ($answer, $items);

is($d->post('print(1)')->{status}, 'ok', 'a run');

# 200 at a time, and nginx itself is quick meanwhile: half of its answers at
# least, in one of three rounds; others wait for what else the machine runs

{
    my ($ok, $median) = (200, 1);

    for (1 .. 3) {
        my @pids = map { $d->post_in_background("import time; time.sleep(0.02); print($_)") } 1 .. 200;
        my @times;
        while (my @left = grep { !$d->answer_of($_) } @pids) {
            push @times, $d->time_of('/ping');
        }
        my $n = grep { ($d->answer_of($_)->{status} // '') eq 'ok' } @pids;
        $ok = $n if $n < $ok;
        @times = sort { $a <=> $b } @times;
        my $time = $times[@times / 2];
        $median = $time if $time < $median;
        last if $median < 0.02;
    }

    is($ok, 200, '200 runs at once are ok');
    cmp_ok($median, '<', 0.02, 'nginx answers within 20 ms meanwhile');
}

# what is under way is listed

{
    my $run = $d->post_in_background('import time; time.sleep(60)', session_id => 'busy', timeout_seconds => 60);
    ok($d->until(30, sub { $d->list('busy')->[0] }), 'a run under way is listed');
    is($d->list('busy')->[0]{status}, 'running', 'as running');
    my $id = $d->list('busy')->[0]{run_id};
    is($d->http('GET', "/api/code-results/busy/$id")->{code}, 404, 'it has no result yet');
    is($d->http('DELETE', '/api/code-cleanup/busy')->{json}{removed_runs}, 0, 'a clean-up leaves it');
    $d->hang_up($run);
    ok($d->until(30, sub { $d->list('busy')->[0]{status} eq 'interrupted' }), 'it is cancelled when its client goes');
    is($d->http('DELETE', '/api/code-cleanup/busy')->{json}{removed_runs}, 1, 'then it can be removed');
}

# a reload loses nothing

{
    my @pids = map { $d->post_in_background('import time; time.sleep(0.5); print(1)', session_id => 'reload') } 1 .. 12;
    my $old = $d->pool_pid;
    $d->until(30, sub { @{ $d->list('reload') } >= 4 });
    $d->signal('HUP');
    ok($d->until(30, sub { my $p = $d->pool_pid; $p && $p != $old }), 'a reload brings a pool of its own');
    push @pids, map { $d->post_in_background('print(2)', session_id => 'reload') } 1 .. 12;
    is(scalar(grep { $d->wait_for($_)->{status} eq 'ok' } @pids), 24, 'and every run is ok');
    is(scalar(grep { $_->{status} eq 'ok' } @{ $d->list('reload') }), 24, 'and in the history');
    ok($d->until(30, sub { !-d "/proc/$old" || $d->is_zombie($old) }), 'the old pool leaves');
}

sub ready { scalar(() = $d->log =~ /is ready/g) }

# every kind of process is killed, with a run under way

for my $who ('cache manager', 'pool', 'light zygote', 'full zygote', 'runner', 'child', 'worker') {
    my $code = 'import time; print("x"); time.sleep(60)';
    $code = "import json; $code" if $who eq 'full zygote';
    my $run = $d->post_in_background($code, session_id => "k $who",
                                     timeout_seconds => 60);
    $d->until(30, sub { ($d->list("k $who")->[0] || {})->{status} });
    $d->until(30, sub { $d->pids_of($who) });
    my @victims = $d->pids_of($who);
    my $ready = ready();
    cmp_ok(scalar @victims, '>', 0, "there is a $who");
    kill KILL => @victims;

    ok($d->until(30, sub {
           my $r = eval { $d->post('print(2)', session_id => 'alive', _timeout => 5) };
           $r && ($r->{status} // '') eq 'ok'
       }), "after the death of a $who a run is ok");

    my $lives = $who eq 'cache manager' || $who eq 'pool';

    if ($lives) {
        is($d->list("k $who")->[0]{status}, 'running', "the run outlives a $who");
        $d->hang_up($run);
    } else {
        my $answer = $d->wait_for($run);
        like($answer->{status} // $answer->{detail} // 'none', qr/^(error|the run was interrupted|none)/,
             "its client is told, after the death of a $who");
    }
    ok($d->until(30, sub { $d->list("k $who")->[0]{status} =~ /^(error|interrupted)$/ }),
       "the history shows the truth after the death of a $who");
    is(scalar @{ $d->list("k $who") }, 1, "once, after the death of a $who");

    # the next one's run is to be a child of the full zygote

    ok($d->until(30, sub { ready() > $ready }), 'the next pool has loaded all') if $who eq 'pool';
}

# quit waits for what is under way, and a terminal's is for nginx only

{
    my $run = $d->post_in_background('import time; time.sleep(1); print(3)');
    $d->until(30, sub { grep { $_->{status} eq 'running' } @{ $d->list('default') } });
    isnt(getpgrp $d->pool_pid, getpgrp $d->{pid}, 'a pool is in no process group of nginx');
    kill QUIT => -$d->{pid};
    is($d->wait_for($run)->{status}, 'ok', 'quit waits for a run');
}

ok($d->until(30, sub { !$d->processes }), 'no process is left behind') or diag(join "\n", $d->processes);
my $log = $d->log;
$log =~ s/^.*\[alert\].*exited on signal 9.*$//mg;    # what this test has killed
unlike($log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert') or diag(join "\n", grep { /\[(alert|emerg)\]/ } split /\n/, $log);

done_testing();
