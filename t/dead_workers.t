use strict;
use warnings;

# Workers that are killed while they hold runs: what they held counts no more.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 max_queue=0 preload=none');

# every place is taken by an old worker, which a reload has replaced

sub hold {
    my @runs = map { $d->post_in_background('import time; time.sleep(60)', session_id => 'held', timeout_seconds => 60) } 1, 2;
    $d->until(30, sub { 2 == grep { $_->{status} eq 'running' } @{ $d->list('held') } }) or die 'no runs';
    my ($old) = $d->pids_of('worker');
    $d->signal('HUP');
    $d->until(30, sub { grep { $_ != $old } $d->pids_of('worker') }) or die 'no reload';
    $d->until(30, sub { $d->list('new') }) or die 'no new worker';
    return ($old, @runs);
}

sub kill_old {
    my ($old) = @_;
    kill KILL => $old;
    $d->until(30, sub { !grep { $_ == $old } $d->pids_of('worker') }) or die "$old stays";
}

sub served { $d->until(10, sub { ($d->post('print(1)')->{status} // '') eq 'ok' }) }

{
    my ($old, @runs) = hold();
    is($d->post('print(1)')->{detail}, 'the queue is full', 'the runs of an old worker count');
    kill_old($old);
    ok(served(), 'those of one that was killed do not');
}

SKIP: {
    my $last = '/proc/sys/kernel/ns_last_pid';
    skip 'no pid can be chosen', 1 if !-w $last;
    my ($old, @runs) = hold();
    kill_old($old);
    my $again;

    $d->until(10, sub {
        open my $f, '>', $last or return 1;
        print $f $old - 1;
        close $f or return 1;
        $again = fork // die "fork: $!";
        exec 'sleep', 300 if !$again;
        return 1 if $again == $old;
        kill KILL => $again;
        waitpid $again, 0;
        undef $again;
    });
    skip 'the pid was not to be had again', 1 if !$again;
    $d->signal('HUP');
    ok(served(), 'nor if another process has its pid');
    kill KILL => $again;
    waitpid $again, 0;
}

unlike($d->log, qr/\[alert\](?!.*exited on signal 9)|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();
