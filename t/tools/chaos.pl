use strict;
use warnings;

# Clients use every endpoint while processes are killed, and disk, descriptors
# and the workspace are taken away; then answers, history and disk are compared
# (Pyexec::Books).  SECONDS= is the duration.  SEED= repeats the faults, their
# order, and the clients' requests.  FAULT=, a regular expression, selects
# faults.
#
# There is no fault that sets the clock: no namespace has a wall clock of its
# own.  Instead there are runs whose ids are of the past and of the future.

# root gets a mount namespace, so that its mounts do not reach the system

BEGIN {
    if ($> == 0 && !$ENV{PYEXEC_CHAOS_MOUNTS} && system('unshare -m true 2>/dev/null') == 0) {
        $ENV{PYEXEC_CHAOS_MOUNTS} = 1;
        exec 'unshare', '-m', $^X, $0 or die "unshare: $!";
    }
}

use lib 't', 't/lib';
use File::Path qw(remove_tree);
use File::Temp ();
use List::Util qw(shuffle max);
use Pyexec;
use Pyexec::Books;
use Pyexec::Census;
use Pyexec::Daemon;
use Pyexec::Inject;
use Pyexec::Load;
use Test::More;
use Time::HiRes qw(time);

use constant { WORKERS => 2, RUNNERS => 4, CLIENTS => 4, RETAIN => 60 };

# seconds till all is as before; the sanitizers slow down what starts

use constant BACK => ($ENV{TEST_NGINX_BINARY} || '') =~ /asan/ ? 10 : 2;

$ENV{FAULT} //= '';
my $mounts = $ENV{PYEXEC_CHAOS_MOUNTS};
my $seconds = $ENV{SECONDS} || 30;
my $seed = $ENV{SEED} || int(time) % 100000;

# No EAGAIN in a worker: nginx waits for the event behind it, which the kernel
# only reports if it was the one that said so.
#
# What happens; what its start does is undone by its end.  may: see Books.pm.
# A kind of process with no "may" is one that clients do not notice.  pause:
# seconds that nginx waits with a pool which could not start.

my @faults = (
    (map { { name => "a $_ is killed", start => killer($_) } } 'pool', 'sweeper', 'cache manager'),

    # what has begun to remove or to store something is not begun again

    { name => 'a clerk is killed', start => killer('clerk'), may => { errors => 1 } },
    (map { { name => "a $_ is killed", start => killer($_), may => { errors => 1, status => 'error' } } }
         'zygote light', 'zygote full', 'runner', 'child light', 'child full'),
    { name => 'all runners are killed', start => sub { kill_all('runner') }, may => { errors => 1, status => 'error' } },
    { name => 'all of a pool is killed', start => sub { kill_all('pool', 'zygote light', 'zygote full', 'runner', 'clerk', 'sweeper') },
      may => { errors => 1, status => 'error' } },
    { name => 'a worker is killed', start => killer('worker'), may => { cuts => 1 } },
    { name => 'all workers are killed', start => sub { kill_all('worker') }, may => { cuts => 1 } },
    { name => 'nginx is reloaded', start => sub { kill HUP => $_[0]{pid} } },
    { name => 'nginx is reloaded, and the old workers are killed', start => \&reload, end => \&kill_left,
      may => { cuts => 1 } },
    (map { { name => "a $_ has no descriptors left", start => limiter($_), end => \&unlimit,
             may => { errors => 1, status => 'error', cuts => $_ eq 'worker' }, log => qr/Too many open files|failed in a child/ } }
         'pool', 'runner', 'clerk', 'zygote light', 'worker'),
    (map { my $kind = $_; map { { name => "system calls of a $kind fail with $_", start => injector($kind, $_),
             end => sub { $_[1]->stop if $_[1] }, may => { errors => 1, status => 'error', cuts => $kind eq 'worker', recount => 1 },
             log => qr/failed/, traced => 1 } } grep { $kind ne 'worker' || $_ ne 'EAGAIN' } @Pyexec::Inject::ERRNOS }
         'pool', 'runner', 'clerk', 'sweeper', 'zygote light', 'worker'),
    { name => 'the workspace is renamed', start => \&rename_away, end => \&rename_back,
      may => { errors => 1 } },
    { name => 'the workspace is replaced', start => sub { rename_away(@_); make_another(@_) },
      end => \&other_away, may => { errors => 1, lost => 1, recount => 1 }, pause => 2 },
    { name => 'the workspace is mounted over', start => sub { mount($_[0]{workspace}, '16m', '1777'); return },
      end => sub { system('umount', '-l', $_[0]{workspace}) }, may => { errors => 1, lost => 1, recount => 1 }, pause => 2,
      mounts => 1 },
    { name => 'a disk is mounted in a session, and unmounted', start => \&mount_in, end => \&unmount_in, pause => 2, mounts => 1 },
    { name => 'the workspace is renamed, and the pool killed', start => sub { rename_away(@_); killer('pool')->(@_) },
      end => \&rename_back, may => { errors => 1 }, pause => 1 },
    { name => 'the disk is full', start => \&fill, end => \&drain, may => { errors => 1, status => 'error' }, mounts => 1 },
    { name => 'the disk is nearly full', start => sub { fill(); spare(64_000 + 300_000 * $_[1]) }, end => \&drain,
      may => { errors => 1, status => 'error' }, mounts => 1 },
    { name => 'the workspace is immutable', start => sub { attribute('+i', @_) }, end => sub { attribute('-i', @_) },
      may => { errors => 1, status => 'error' }, mounts => 1 },
);

$_->{may} ||= {} for @faults;
$_->{may}{recount} = 1 for grep { $_->{name} =~ /clerk|worker|all of/ } @faults;

diag("SEED=$seed, $seconds seconds");
my $traces = system('strace -o /dev/null true 2>/dev/null') == 0;
diag('no strace, or nothing may be traced: without failing system calls') if !$traces;
diag('not root, or no mounts to be had: without a full disk and an immutable workspace') if !$mounts;
@faults = grep { ($mounts || !$_->{mounts}) && ($traces || !$_->{traced}) && $_->{name} =~ /$ENV{FAULT}/ } @faults;
srand $seed;

Pyexec::Census::adopt();
mount('/dev/shm', '16m', '1777') if $mounts;
my $before = Pyexec::Census::shared_memory();
my $disk = File::Temp::tempdir('pyexec-chaos.XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $disk;
mount($disk, '64m', '755') if $mounts;

my $d = Pyexec::Daemon->new(workers => WORKERS, workspace => "$disk/workspace",
                            http => 'pyexec_limit $pyexec_session_id runs=2; pyexec_min_free 64k; pyexec_retain ' . RETAIN . 's;',
                            pool => 'workers=' . RUNNERS . ' preload=matplotlib max_requests=20',
                            more => 'location ~ ^/api/files/(?<s>[^/]+)/(?<p>(?s).*)$ { pyexec_files default $s $p; }');
$d->post('print(1)', session_id => 'alive');

my %there = (master => 1, worker => WORKERS, 'cache manager' => 1, pool => 1, runner => RUNNERS, clerk => 3, sweeper => 1,
             (map { +"zygote $_" => 1 } 'light', 'full'), 'child light' => 2 * RUNNERS, 'child full' => RUNNERS);
my $held;
ok($d->until(60, sub { !census() }), 'all processes are there') or diag(join "\n", census());
$held = Pyexec::Census->take->descriptors;

my ($logged, $may_log) = (length $d->log, qr/(?!)/);
my ($step, %slowest, %tally) = (0);
plant();

my $end = time + $seconds;

while (time < $end) {
    for my $fault (shuffle @faults) {
        last if time >= $end;
        step($fault);
    }
}

# the runs of other times: the past's are over, the future's are not

$d->until(RETAIN / 10 + 3, sub { !-d past() }) if $d;
ok(!-d past(), 'a run of the past is swept');
is(join(' ', map { $_->{run_id} } @{ $d->list('times') }), '29990101T000000-000000000002', 'one of the future stays');
is($d->http('DELETE', '/api/code-cleanup/times')->{json}{removed_runs}, 1, 'till it is removed');

$d->signal('QUIT');
ok($d->until(10, sub { !%{ Pyexec::Census->take->{process} } }), 'all processes leave')
    or diag(explain(Pyexec::Census->take->count));
is(Pyexec::Census::shared_memory(), $before, 'no shared memory is left');
is(join(' ', grep { m{/\.pyexec\.} && !/lock$/ } glob "$disk/workspace/.*"), '',
   'nothing of the pool is left in the workspace');
is(join(' ', glob "$d->{dir}/temp/*/*"), '', 'no temporary file is left');

diag(sprintf '%-48s back within %.2f s', $_, $slowest{$_}) for sort keys %slowest;
diag(join ', ', "$step steps", map { "$tally{$_} $_" } sort keys %tally);
undef $d;
system('umount', '-l', $disk) if $mounts;
done_testing();

sub step {
    my ($fault) = @_;
    my ($delay, $time, $share) = (rand 0.4, 0.1 + rand 0.4, rand);
    my @seeds = map { int rand 2**31 } 1 .. CLIENTS;
    my @wrong;
    $step++;
    my ($kept, $swept) = (["kept-$step", "too-$step"], ["swept-$step"]);

    my @clients = map { Pyexec::Load->start($d, name => "c$step-$_", seed => $seeds[$_], kept => $kept, swept => $swept, share => { file => 12 },
                                            ledger => "$d->{dir}/ledger.$_") } 0 .. $#seeds;
    wait_for($delay);
    my $undo = $fault->{start}->($d, $share);
    wait_for($time) if $fault->{end};
    $fault->{end}->($d, $undo) if $fault->{end};

    my ($over, $most) = (time, BACK + ($fault->{pause} || 0));
    push @wrong, "$most s without service"
        if !$d->until($most, sub { ($d->post('print(2)', session_id => 'alive', _timeout => BACK)->{status} // '') eq 'ok' });
    my $back = time - $over;
    $slowest{ $fault->{name} } = max($back, $slowest{ $fault->{name} } // 0);

    wait_for(0.2);
    close $_->{stop} for @clients;
    push @wrong, 'a client waits for ever' if !$d->until(90, sub { Pyexec::Census::reap(); !grep { kill 0, $_->{pid} } @clients });
    my @entries = Pyexec::Load->ledger(@clients);
    $tally{ !defined $_->{code} ? 'nothing' : $_->{left} ? 'left' : $_->{json} && $_->{json}{status} || $_->{code} }++
        for @entries;

    my @census;
    $d->until(60, sub { @census = census(); !@census });
    push @wrong, @census;
    push @wrong, Pyexec::Books->check($d, $fault->{may}, \@entries, $kept, $swept);
    push @wrong, 'alive is not cleaned up' if $d->http('DELETE', '/api/code-cleanup/alive')->{code} != 200;
    push @wrong, alerts($fault);

    ok(!@wrong, sprintf '%d: %s, %d requests', $step, $fault->{name}, scalar @entries) or diag(join "\n", @wrong);
}

# what is there and should not, or the other way round

sub census {
    my $census = Pyexec::Census->take;
    my ($count, $fds, @wrong) = ($census->count, $census->descriptors);

    for my $kind (sort keys %{ { %there, %$count } }) {
        my ($n, $should) = ($count->{$kind} // 0, $there{$kind} // 0);

        # a zygote that is replaced stays while it has a child, and has its
        # link to the pool till the next one has loaded

        push @wrong, "$n of kind $kind, should be $should"
            if $n != $should && !($n == 2 && $kind =~ /^zygote/);
        push @wrong, "a $kind has $fds->{$kind} descriptors, should have $held->{$kind}"
            if $held && $held->{$kind} && ($fds->{$kind} // 0) > $held->{$kind} + 2 * ($kind eq 'pool');
    }
    return @wrong;
}

sub alerts {
    my ($fault) = @_;
    my $late = $may_log;
    $may_log = $fault->{log} // qr/(?!)/;
    my @new = split /\n/, substr $d->log, $logged;
    $logged = length $d->log;
    return grep { /\[(?:alert|emerg)\]|Sanitizer/ && !/exited on signal 9/ && !/$may_log|$late/ } @new;
}

# the time that a fault takes, or comes after: nothing is awaited

sub wait_for { select undef, undef, undef, $_[0] }

sub killer {
    my ($kind) = @_;
    return sub {
        my (undef, $share) = @_;
        my @pids = Pyexec::Census->take->pids($kind);
        kill KILL => $pids[$share * @pids] if @pids;
    };
}

# every fifth to twelfth call of each kind

sub injector {
    my ($kind, $errno) = @_;
    return sub {
        my (undef, $share) = @_;
        my @pids = Pyexec::Census->take->pids($kind);
        return @pids ? Pyexec::Inject->start($pids[$share * @pids], $errno, 5 + int 8 * $share, $kind !~ /zygote/) : undef;
    };
}

sub kill_all {
    my $census = Pyexec::Census->take;
    kill KILL => map { $census->pids($_) } @_;
    return;
}

# returns the workers that are to leave

sub reload {
    my @old = Pyexec::Census->take->pids('worker');
    kill HUP => $_[0]{pid};
    return \@old;
}

sub kill_left {
    my %old = map { $_ => 1 } @{ $_[1] };
    kill KILL => grep { $old{$_} } Pyexec::Census->take->pids('worker');
}

sub limiter {
    my ($kind) = @_;
    return sub {
        my (undef, $share) = @_;
        my @pids = Pyexec::Census->take->pids($kind);
        my $pid = $pids[$share * @pids] or return;
        my ($soft) = Pyexec::Census::slurp("/proc/$pid/limits") =~ /^Max open files\s+(\d+)/m or return;
        limit($pid, scalar(() = glob "/proc/$pid/fd/*"));
        return [$pid, $soft];
    };
}

sub unlimit {
    my (undef, $undo) = @_;
    my ($pid, $soft) = @{ $undo || return };
    limit($pid, $soft);

    # the children that a zygote has forked meanwhile have no more than it had

    my $census = Pyexec::Census->take;
    kill KILL => grep { $census->{process}{$_}{ppid} == $pid } $census->pids('child light');
}

# as its own user may; it may be dead already

sub limit {
    my ($pid, $soft) = @_;
    my ($uid) = Pyexec::Census::slurp("/proc/$pid/status") =~ /^Uid:\s+(\d+)/m or return;
    my $as = $> == 0 ? "setpriv --reuid=$uid --clear-groups" : '';
    system("$as prlimit --pid $pid --nofile=$soft: 2>/dev/null");
}

sub mount {
    my ($dir, $size, $mode) = @_;
    system('mount', '-t', 'tmpfs', '-o', "size=$size,mode=$mode", 'tmpfs', $dir) == 0 or die "no tmpfs on $dir";
}

sub rename_away { rename $_[0]{workspace}, "$_[0]{workspace}.away" or die "rename: $!"; return }

sub make_another {
    my $there = "$_[0]{workspace}.away";
    mkdir $_[0]{workspace} or die "mkdir: $!";
    chown +(stat $there)[4, 5], $_[0]{workspace};
    return;
}

# runs may still write there; what they leave goes with the disk

sub other_away {
    my $other = "$_[0]{workspace}.other-$step";
    rename $_[0]{workspace}, $other or die "rename: $!";
    rename_back(@_);
    remove_tree($other, { error => \my $left });
}

sub mount_in {
    my $dir = "$_[0]{workspace}/mounted";
    mkdir $dir;
    mount($dir, '1m', '1777');
    return;
}

sub unmount_in { system('umount', "$_[0]{workspace}/mounted") == 0 or die 'umount' }

sub rename_back { rename "$_[0]{workspace}.away", $_[0]{workspace} or die "rename: $!" }

sub fill {
    open my $f, '>', "$disk/ballast" or die "$disk/ballast: $!";
    1 while syswrite $f, "\0" x 65536;
    return;
}

# so much is free again

sub spare { truncate "$disk/ballast", (-s "$disk/ballast") - $_[0] or die "truncate: $!"; return }

sub drain { unlink "$disk/ballast" or die "unlink: $!" }

sub attribute {
    my ($how) = @_;
    system("chattr -R -f $how $d->{workspace}/* $d->{workspace}");
    return;
}

sub past { "$d->{workspace}/times/code_exec/20010101T000000-000000000001" }

sub plant {
    my $runs = "$d->{workspace}/times/code_exec";
    my ($uid, $gid) = (stat "$d->{workspace}/alive/code_exec")[4, 5];

    for my $dir ("$d->{workspace}/times", $runs) {
        mkdir $dir or die "mkdir: $!";
        chown $uid, $gid, $dir;
    }
    open my $f, '>>', "$runs/runs.jsonl" or die "$runs/runs.jsonl: $!";

    for my $id ('20010101T000000-000000000001', '29990101T000000-000000000002') {
        my ($y, $m, $day) = $id =~ /^(....)(..)(..)/;
        my $item = qq({"run_id":"$id","started_at":"$y-$m-${day}T00:00:00.000000+00:00","status":"ok");
        print $f "$item,\"execution_time_seconds\":0.000000,\"created_files\":[]}\n";
        mkdir "$runs/$id" or die "mkdir: $!";
        chown $uid, $gid, "$runs/$id";
    }
    close $f;
    chown $uid, $gid, "$runs/runs.jsonl";
}
