use strict;
use warnings;

# Makes RUNS= runs of every kind.  From the first of them to the last no process
# that lives on may grow by more than GROWTH, in memory or in descriptors, while
# the history of one session grows all the time.

use lib 't', 't/lib';
use List::Util qw(max min);
use Pyexec;
use Pyexec::Census;
use Pyexec::Daemon;
use Pyexec::Load;
use Test::More;
use Time::HiRes qw(time);

use constant { CLIENTS => 6, SESSIONS => 20, GROWTH => 0.05 };

my $runs = $ENV{RUNS} || 100000;
my $first = min(5000, int($runs / 4));

# mostly small runs, so that many are made in a given time

my %share = (endless => 0.02, slow => 0.2, leave => 0.3, plot => 0.4, repair => 0.4, files => 2, large => 0.1, long => 0.05,
             memory => 0.3, missing => 0.5, list => 0.4, fetch => 1, cleanup => 0.3, bad => 0.5, print => 80);

Pyexec::Census::adopt();

my $d = Pyexec::Daemon->new(workers => 2, pool => 'workers=4 preload=matplotlib', http => 'pyexec_retain 1d; pyexec_max_session 0;');
my ($n, $wrong, $start, @samples) = (0, 0, time);

# what is large comes often in the first of them: what grows later is a leak

for my $target ($first, map { $first + $_ * ($runs - $first) / 4 } 1 .. 4) {
    while ($n < $target) {
        my $round = scalar @samples . "-$n";
        my @sessions = ('grows', map { 's-' . ($n / 1000 + $_) % SESSIONS } 2 .. CLIENTS);
        my $most = int(min(1000, $target - $n) / CLIENTS) + 1;
        my @clients = map {
            Pyexec::Load->start($d, name => "$round-$_", seed => $n + $_, kept => [$sessions[$_ - 1]], swept => ["w-$_"],
                                most => $most, share => { %share, @samples ? () : (long => 2, large => 1, list => 2, fetch => 10) },
                                ledger => "$d->{dir}/ledger.$_")
        } 1 .. CLIENTS;
        $d->until(600, sub { Pyexec::Census::reap(); !grep { kill 0, $_->{pid} } @clients }) or die 'a client waits for ever';

        for my $e (Pyexec::Load->ledger(@clients)) {
            $n++ if $e->{verdict};
            next if !defined $e->{code} || $e->{left};
            next if !$e->{wrong} && $e->{code} && $e->{code} < 500
                    && (!$e->{verdict} || $e->{json}{status} eq $e->{verdict});
            $wrong++;
            diag(explain($e)) if $wrong <= 5;
        }
        $d->http('DELETE', "/api/code-cleanup/$_") for @sessions[1 .. $#sessions];
    }

    # when the last children have been forked anew

    my $census;
    $d->until(10, sub {
        $census = Pyexec::Census->take;
        my $count = $census->count;
        return !$count->{zombie} && ($count->{'child light'} // 0) == 8 && ($count->{'child full'} // 0) == 4;
    });
    diag(sprintf '%d runs, %.0f s', $n, time - $start);
    push @samples, { n => $n, time => time - $start, memory => $census->memory, descriptors => $census->descriptors };
}

diag(sprintf '%d runs in %.0f s, %.0f a second', $n, $samples[-1]{time}, $n / $samples[-1]{time});
diag(sprintf '%-14s %s %7s  descriptors', 'KB after', join(' ', map { sprintf '%7d', $_->{n} } @samples), '%');
is($wrong, 0, 'every request was answered as it should be');

for my $kind (sort keys %{ { map { %{ $_->{memory} } } @samples } }) {
    my @memory = map { $_->{memory}{$kind} // 0 } @samples;
    my ($had, $has) = map { $_->{descriptors}{$kind} // 0 } @samples[0, -1];
    my $growth = $memory[0] ? $memory[-1] / $memory[0] - 1 : 1;
    diag(sprintf '%-14s %s %7.1f  %d, %d', $kind, join(' ', map { sprintf '%7d', $_ } @memory), 100 * $growth, $had, $has);

    next if $kind =~ /^child/;    # of one run each
    cmp_ok($growth, '<=', GROWTH, "a $kind does not grow");
    cmp_ok($has, '<=', $had * (1 + GROWTH), "nor do its descriptors");
}

$d->signal('QUIT');
ok($d->until(10, sub { !%{ Pyexec::Census->take->{process} } }), 'all processes leave');
unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');
undef $d;
done_testing();
