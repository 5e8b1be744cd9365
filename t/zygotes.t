use strict;
use warnings;

# Several zygotes of a kind, and the generations of them.

use lib 't';
use Pyexec;
use File::Temp qw(tempdir);
use Pyexec::Daemon;
use Test::More;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=4 zygotes=2 preload=json max_requests=30');

sub zygotes { map { [$d->pids_of("$_ zygote")] } qw(light full) }

# whose members are none of the ones before, and no more than there are to be

sub is_replaced {
    my ($before) = @_;
    my ($light, $full) = zygotes();
    return @$light == 2 && @$full == 1 && !$d->pids_of('scout')
           && !grep { my $pid = $_; grep { $_ == $pid } @$before } @$light, @$full;
}

sub titles { join "\n", map { $_->{args} } $d->tree }

# each process says what it is

{
    my $run = $d->post_in_background('import time; time.sleep(60)', session_id => 'title', timeout_seconds => 60);
    ok($d->until(10, sub { @{ $d->list('title') } && titles() =~ /: child, run/ }), 'a run is under way');
    my $id = $d->list('title')->[0]{run_id};

    like(titles(), qr/^pyexec-pool test$$: child, run $id\s*$/m, 'its child says which');
    like(titles(), qr/^pyexec-pool test$$: child, waiting\s*$/m, 'others wait');
    like(titles(), qr/^pyexec-pool test$$: zygote, $_\s*$/m, "a zygote is $_") for qw(light full);
    like(titles(), qr/^pyexec-pool test$$: $_\s*$/m, "there is a $_") for qw(runner clerk sweeper);
    $d->hang_up($run);
}

# what the first ones did not know, the next do; then these are worn

{
    my @first = map { @$_ } zygotes();
    ok($d->until(60, sub { is_replaced(\@first) }), 'a scout is followed by other zygotes');
    is($d->post("import json; print(json)")->{status}, 'ok', 'which serve');

    my @second = map { @$_ } zygotes();
    my ($n, $bad) = (0, 0);
    ok($d->until(60, sub {
           $n++, $bad += $d->post($_)->{status} ne 'ok' for 'print(1)', 'import json';
           return is_replaced(\@second);
       }), "after max_requests they are replaced");
    is($bad, 0, 'no run was in the way of that');
    cmp_ok($n, '>=', 20, 'and not before');
}

# one of two dies: the other goes on, and there are two again

for (['light', 2], ['full', 1]) {
    my ($name, $n) = @$_;
    my ($victim) = $d->pids_of("$name zygote");
    kill KILL => $victim;
    ok($d->until(10, sub { $d->post('import json; print(2)')->{status} eq 'ok' }), "a run is ok after the death of a $name zygote");
    ok($d->until(30, sub { my @z = $d->pids_of("$name zygote"); @z == $n && !grep { $_ == $victim } @z }),
       "there are as many $name zygotes again");
}

$d->signal('QUIT');
ok($d->until(10, sub { !$d->processes }), 'no process is left behind') or diag(join "\n", $d->processes);
my $log = $d->log;
$log =~ s/^.*\[alert\].*exited on signal 9.*$//mg;
unlike($log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert') or diag($log);

# what needs nothing of preload= does not wait for it, nor for a zygote's death

{
    my $other = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=matplotlib.pyplot');
    like($other->log, qr/serves runs.*is ready/s, 'runs are served before what preload= names is loaded');

    kill KILL => $other->pids_of('full zygote');
    ok($other->until(10, sub { $other->log =~ /a zygote was killed/ }), 'the full zygote dies');
    is($other->post("import matplotlib.pyplot; print($_)")->{status}, 'ok', 'light children do what it did') for 1 .. 2;
    ok($other->until(30, sub { $other->pids_of('full zygote') }), 'there is another');

    # one that is killed while it loads does not take the pool along

    kill KILL => $other->pids_of('full zygote');
    ok($other->until(30, sub { (() = $other->log =~ /a zygote was killed/g) == 2 }), 'it dies while it loads');
    is($other->post('print(3)')->{status}, 'ok', 'a run after that');
    unlike($other->log, qr/did not start/, 'the pool goes on');
    $other->signal('QUIT');
    ok($other->until(10, sub { !$other->processes }), 'a pool whose scouts are under way leaves');
}

# fork() would leave a child the locks of a thread that it does not have

{
    my $prefix = tempdir('pyexec-python.XXXXXX', TMPDIR => 1, CLEANUP => 1);
    chmod 0755, $prefix;
    system('/usr/bin/python3', '-m', 'venv', '--without-pip', $prefix);
    my ($packages) = glob "$prefix/lib/python*/site-packages";
    open my $f, '>', "$packages/busy.py" or die;
    print $f "import _thread\nlock = _thread.allocate_lock()\nlock.acquire()\n_thread.start_new_thread(lock.acquire, ())\n";
    close $f;

    local $ENV{TEST_NGINX_PYTHON} = $prefix;
    my $busy = Pyexec::Daemon->new(workers => 1, pool => 'preload=busy', await => qr/a module that was imported/);
    like($busy->log, qr/runs 1 threads: leave it out of preload=/, 'a module that runs a thread is not preloaded');
}

done_testing();
