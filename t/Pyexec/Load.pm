package Pyexec::Load;

# What clients do: a sequence that its seed determines, written down in a
# ledger with the answers.  Each code has a mark, which is in its run's main.py.

use strict;
use warnings;

use Digest::SHA qw(sha1_hex);
use IO::Select;
use JSON::PP;
use Pyexec::Events;
use POSIX ();
use Time::HiRes qw(time);

my $json = JSON::PP->new->utf8->canonical;

# how often each is drawn, its code, the request's other fields, the verdict

our %CODE = (
    print   => [12, 'print("hello")', {}, 'ok'],
    slow    => [4, 'import time; time.sleep(0.2); print("late")', {}, 'ok'],
    files   => [6, <<'END', {}, 'ok'],
import pathlib
for name in 'a.txt', 'b.csv', 'c/d/e.json':
    p = pathlib.Path(name)
    p.parent.mkdir(parents=True, exist_ok=True)
    p.write_text('x' * 5000)
END
    large   => [2, 'open("large", "wb").write(bytes(2000000))', {}, 'ok'],
    plot    => [3, <<'END', {}, 'ok'],
import matplotlib.pyplot as plt
plt.plot([1, 4, 9])
plt.savefig("plot.png")
END
    repair  => [3, 'print(np.arange(3).sum())', {}, 'ok'],
    raise   => [4, 'print(1 / 0)', { auto_correct => JSON::PP::false }, 'error'],
    exit    => [2, 'print(1); raise SystemExit(3)', {}, 'error'],
    syntax  => [2, 'print(', {}, 'syntax_error'],
    policy  => [2, 'import socket', {}, 'blocked'],
    missing => [2, 'import not_to_be_had', {}, 'deps_missing'],
    long    => [1, 'print("x" * 300000)', {}, 'ok'],
    memory  => [2, 'bytearray(10 ** 11)', {}, 'error'],
    endless => [1, 'while True: pass', { timeout_seconds => 1 }, 'timeout'],
);

# and beside them, what is not a run

my %OTHER = (
    leave   => 2,
    list    => 8,
    fetch   => 8,
    cleanup => 3,
    bad     => 2,
    file    => 0,                          # needs a location for them
);

my %SHARE = ((map { $_ => $CODE{$_}[0] } keys %CODE), %OTHER);

# A process that does so until the pipe ends, or most times; share has what is
# to be drawn more often or less.  In the sessions of kept every run stays, in
# those of swept they are removed meanwhile.

sub start {
    my ($class, $daemon, %o) = @_;
    pipe my $until, my $stop or die "pipe: $!";
    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        close $stop;
        srand $o{seed};
        $SIG{PIPE} = 'IGNORE';
        my $self = bless { %o, daemon => $daemon, until => $until, n => 0, runs => [] }, $class;
        open $self->{file}, '>', $o{ledger} or die "$o{ledger}: $!";
        $self->{file}->autoflush;
        eval { $self->work; 1 } or $self->note({ kind => 'client', wrong => "$@" });
        POSIX::_exit(0);
    }
    close $until;
    return { pid => $pid, stop => $stop, ledger => $o{ledger} };
}

sub work {
    my ($self) = @_;
    my $until = IO::Select->new($self->{until});
    my %share = (%SHARE, %{ $self->{share} || {} });

    while (!$until->can_read(0) && $self->{n} < ($self->{most} || 50)) {
        $self->{n}++;
        my $kind = draw(%share);
        my $do = $CODE{$kind} ? 'run' : $kind;
        $self->$do($kind);
    }
}

sub draw {
    my (%share) = @_;
    my $sum = 0;
    $sum += $_ for values %share;
    my $at = rand $sum;

    for my $kind (sort keys %share) {
        return $kind if ($at -= $share{$kind}) < 0;
    }
}

sub one_of { $_[int rand @_] }

sub note {
    my ($self, $entry) = @_;
    my $line = $json->encode({ mark => $self->mark, %$entry }) . "\n";
    syswrite $self->{file}, $line;
}

sub mark { "$_[0]{name}-$_[0]{n}" }

# Each entry: what was asked for, the status code, and what the answer says; of
# a result that is its run_id, its status, and a digest of all of it.

sub digest { sha1_hex($json->encode($_[0])) }

sub ask {
    my ($self, $entry, $method, $path, $body) = @_;
    my $start = time;
    my $r = delete $entry->{events} ? $self->events($path, $body) : $self->{daemon}->http($method, $path, $body);

    my $said = $r->{json};
    $said = { run_id => $said->{run_id}, status => $said->{status}, digest => digest($said) }
        if ref $said eq 'HASH' && defined $said->{run_id};
    $entry = { %$entry, code => $r->{code}, json => $said, time => time - $start };
    $entry->{attempt} = $r->{json}{attempts}[-1]
        if $entry->{verdict} && $entry->{code} == 200 && $said->{status} ne $entry->{verdict};
    $entry->{wrong} = "no JSON: $r->{body}"
        if $r->{code} && ref $r->{json} ne 'HASH';
    $entry->{wrong} = "no detail: $r->{body}"
        if $r->{code} >= 400 && !$entry->{wrong} && !defined $r->{json}{detail};
    return $entry;
}

# one of three clients wants events

sub events {
    my ($self, $path, $body) = @_;
    my $s = eval { Pyexec::Events->new($self->{daemon}->port, one_of($Pyexec::Events::SSE, $Pyexec::Events::NDJSON), $path,
                                       $json->decode($body)) };
    return $s ? $s->answer(90) : { code => 0, body => '' };
}

sub run {
    my ($self, $kind) = @_;
    my (undef, $code, $fields, $verdict) = @{ $CODE{$kind} };
    my $session = one_of(@{ $self->{kept} }, @{ $self->{swept} || [] });
    my $entry = $self->ask({ kind => $kind, session => $session, verdict => $verdict, events => rand() < 1 / 3 },
        'POST', '/api/execute-code',
        $json->encode({ %$fields, session_id => $session, code => '# ' . $self->mark . "\n$code" }));

    $self->note($entry);
    push @{ $self->{runs} }, $entry
        if $entry->{code} == 200 && grep { $_ eq $session } @{ $self->{kept} };
}

# a client, of events or not, that goes while its run is under way

sub leave {
    my ($self, $kind) = @_;
    my $session = one_of(@{ $self->{kept} });
    my $code = '# ' . $self->mark . "\nprint(1)\nimport time; time.sleep(20)";
    my $wait = rand 0.3;

    if (rand() < 0.5) {
        my $s = eval { Pyexec::Events->new($self->{daemon}->port, $Pyexec::Events::SSE, '/api/execute-code',
                                           { code => $code, session_id => $session }) };
        $s->next($wait), $s->next($wait), $s->{client}->reset if $s;

    } else {
        my $run = $self->{daemon}->post_in_background($code, session_id => $session);
        IO::Select->new($run->{socket} || ())->can_read($wait);
        $self->{daemon}->hang_up($run) if $run->{socket};
    }
    $self->note({ kind => $kind, session => $session, code => 0, json => undef, left => 1 });
}

# what this client was told is in the list, with the status that it was told

sub list {
    my ($self, $kind) = @_;
    my $session = one_of(@{ $self->{kept} });
    my $entry = $self->ask({ kind => $kind, session => $session }, 'GET', "/api/code-results/$session?limit=200");

    if ($entry->{code} == 200) {
        my %told = map { $_->{json}{run_id} => $_->{json}{status} } grep { $_->{session} eq $session } @{ $self->{runs} };
        for my $item (@{ $entry->{json}{items} }) {
            my $status = delete $told{ $item->{run_id} } // next;
            $entry->{wrong} = "$item->{run_id} was $status and is $item->{status}" if $status ne $item->{status};
        }
        $entry->{wrong} = 'not in the list: ' . join ' ', keys %told if %told;
    }
    delete $entry->{json};
    $self->note($entry);
}

sub fetch {
    my ($self, $kind) = @_;
    my $run = one_of(@{ $self->{runs} }) or return;
    my $entry = $self->ask({ kind => $kind, session => $run->{session} }, 'GET',
                           "/api/code-results/$run->{session}/$run->{json}{run_id}");

    $entry->{wrong} //= "$run->{json}{run_id} is not the result that was told"
        if $entry->{code} == 404 || $entry->{code} == 200 && $entry->{json}{digest} ne $run->{json}{digest};
    delete $entry->{json};
    $self->note($entry);
}

sub cleanup {
    my ($self, $kind) = @_;
    my $session = one_of(@{ $self->{swept} || [] }) or return;
    $self->note($self->ask({ kind => $kind, session => $session }, 'DELETE', "/api/code-cleanup/$session"));
}

# A file of this client's own is stored, fetched, or removed.  Its contents are
# those that this was told of last, or what it was not told of: a request whose
# answer was lost may be served later than the next one.

sub file {
    my ($self, $kind) = @_;
    my $session = $self->{kept}[0];
    my $method = one_of(qw(PUT PUT GET GET DELETE));
    my $new = $method eq 'PUT' ? $self->mark . ' ' . 'x' x rand 30000 : $method eq 'DELETE' ? '' : undef;
    my $may = $self->{may} ||= { '' => 1 };
    my $r = $self->{daemon}->http($method, "/api/files/$session/uploads/$self->{name}", $method eq 'PUT' ? $new : '');
    my $entry = { kind => "$kind $method", session => $session, code => $r->{code}, json => $r->{code} >= 400 ? $r->{json} : undef };

    if ($r->{code} == 0 || $r->{code} == 403 || $r->{code} >= 500) {
        $self->{unsure}{$new} = 1 if defined $new;

    } elsif ($method eq 'GET' || $r->{code} == 404) {
        my $is = $r->{code} == 200 ? $r->{body} : '';
        $entry->{wrong} = 'the file is ' . substr($is, 0, 20) . ', ' . length($is) . ' bytes' if !$may->{$is} && !$self->{unsure}{$is};

    } else {
        $entry->{wrong} = "answered $r->{code}" if $r->{code} !~ /^20[01]/;
        $self->{may} = { $new => 1 };
    }
    $self->note($entry);
}

sub bad {
    my ($self, $kind) = @_;
    my $entry = $self->ask({ kind => $kind, session => $self->{kept}[0] }, 'POST', '/api/execute-code',
                           one_of('{', '[]', '{"code": 1}', '{"code": "1", "session_id": "../x"}'));
    $entry->{wrong} //= "answered $entry->{code}" if $entry->{code} && $entry->{code} !~ /^4/;
    $self->note($entry);
}

# all entries of the clients' ledgers; each client has ended

sub ledger {
    my ($class, @clients) = @_;
    my @entries;

    for my $client (@clients) {
        open my $f, '<', $client->{ledger} or die "$client->{ledger}: $!";
        push @entries, map { eval { $json->decode($_) } || { kind => 'client', mark => $client->{ledger}, wrong => "wrote $_" } } <$f>;
        close $f;
        unlink $client->{ledger};
    }
    return @entries;
}

1;
