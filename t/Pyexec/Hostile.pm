package Pyexec::Hostile;

# An nginx for hostile clients, and checks of its answers: each is a result or
# an error in JSON, and other clients are still served.

use strict;
use warnings;

use Exporter qw(import);
use JSON::PP;
use Pyexec::Client;
use Pyexec::Daemon;
use Test::More;

our @EXPORT = qw(start $d client post_raw refused is_refusal accepted innocent unharmed);

our $d;

# nginx may miss that a client is gone whose body it discards, and learns it in
# its keepalive_timeout

sub start {
    my (%o) = @_;
    $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none', %o,
                             more => 'keepalive_timeout 5s; location = /status { stub_status; } location / { return 404; } ' . ($o{more} // ''));
    return $d;
}

sub client { Pyexec::Client->new($d->port, @_) }

sub post_raw {
    my ($body, $path, %fields) = @_;
    return client()->ask('POST', $path // '/api/execute-code', $body, Connection => 'close', %fields);
}

# one of the codes, and {"detail": ".."}

sub is_refusal {
    my ($answer, @codes) = @_;
    return (grep { $answer->{code} == $_ } @codes)
           && $answer->{head} =~ /^Content-Type: application\/json\r$/m
           && ref $answer->{json} eq 'HASH' && join(' ', keys %{ $answer->{json} }) eq 'detail'
           && length $answer->{json}{detail};
}

sub refused {
    my ($answer, $codes, $what) = @_;
    my $fine = is_refusal($answer, ref $codes ? @$codes : $codes);
    ok($fine && innocent(), $what) or diag(explain($answer));
}

sub accepted {
    my ($answer, $what, %fields) = @_;
    my $json = ref $answer->{json} eq 'HASH' ? $answer->{json} : {};
    my @wrong = grep { ($json->{$_} // '') ne $fields{$_} } keys %fields;
    ok($answer->{code} == 200 && defined $json->{session_id} && !@wrong && innocent(), $what)
        or diag(explain({ %$answer, body => substr($answer->{body} // '', 0, 1000), json => undef }));
}

sub innocent {
    my $n = int rand 1000000;
    my $answer = $d->post("print($n + 1)", session_id => 'innocent');
    return 1 if ($answer->{status} // '') eq 'ok' && $answer->{stdout} eq $n + 1 . "\n";
    diag(explain($answer));
    return 0;
}

# at the end of a suite: nothing is left of the clients

sub unharmed {
    my %sessions = map { $_ => 1 } 'innocent', @_;
    my $connections = sub { ($d->http('GET', '/status')->{body} // '') =~ /^Active connections: (\d+)/ ? $1 : 0 };
    my $workers = join ' ', $d->pids_of('worker');

    ok($d->until(20, sub { $connections->() == 1 }), 'no connection is left') or diag($connections->());
    ok($d->until(10, sub { !grep { $_->{status} eq 'running' } map { @{ $d->list($_) } } keys %sessions }),
       'no run goes on');
    is_deeply([grep { !$sessions{$_} } map { s{.*/}{}r } glob "$d->{dir}/workspace/*"], [], 'no session but those of runs');
    unlike($d->log, qr/\[alert\]|\[emerg\]|\[crit\]|Sanitizer|exited on signal/, 'the log has no alert')
        or diag(join "\n", grep { /\[(?:alert|emerg|crit)\]|Sanitizer|signal/ } split /\n/, $d->log);
}

1;
