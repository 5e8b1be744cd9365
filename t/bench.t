use strict;
use warnings;

# The benchmarks' load generator: what it counts as right, and as wrong.

use lib 't';
use Cwd qw(abs_path);
use File::Temp qw(tempfile);
use JSON::PP;
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my ($build) = $ENV{TEST_NGINX_LOAD_MODULES} =~ m{(.*)/};
my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none',
                            more => 'location = /short { return 200 "pong"; keepalive_requests 3; }');
my $port = $d->port;

sub load {
    open my $f, '-|', "$build/unit/load", @_ or die;
    my ($head, @times) = <$f>;
    close $f;
    my ($seconds, $errors) = ($head // '') =~ /^seconds ([\d.]+) errors (\d+)$/;
    return { seconds => $seconds, errors => $errors, times => \@times, status => $? >> 8 };
}

sub body {
    my ($file, $path) = tempfile(UNLINK => 1);
    print $file encode_json({@_});
    close $file;
    return $path;
}

# its messages are for people

open STDERR, '>', '/dev/null' or die;

# right answers, each with its time

{
    my $load = load(qw(-c 3 -n 20 -m pong), $port, 'GET', '/ping');
    is(@{ $load->{times} }, 20, 'each right answer has its time');
    is($load->{errors}, 0, 'and none is an error');
    is(scalar(grep { !/^\d+$/ } @{ $load->{times} }), 0, 'in microseconds');
}

{
    my $path = body(session_id => 'number-########', code => 'import time; time.sleep(0.1); print("here")');
    my $load = load(qw(-c 2 -n 6 -s 3 -m "ok" -m here), $port, 'POST', '/api/execute-code', $path);
    my @times = sort { $a <=> $b } @{ $load->{times} };
    is(@times, 6, 'runs, by two clients');
    cmp_ok($times[0], '>=', 100_000, 'none is faster than its code');
    cmp_ok($load->{seconds}, '>=', 0.3, 'two at a time');
    cmp_ok($load->{seconds}, '<', $times[-1] * 6 / 1e6, 'and not one');
    is(scalar @{ $d->list("number-0000000$_") }, 2, "session $_ has had its share") for 0 .. 2;
}

{
    my $load = load(qw(-t 0.3 -m pong), $port, 'GET', '/ping');
    cmp_ok($load->{seconds}, '>=', 0.2, 'a load that is to last does');
    cmp_ok(scalar @{ $load->{times} }, '>', 3, 'and sends meanwhile');
}

# an answer that is large comes in many parts

{
    my $load = load(qw(-n 2 -m end), $port, 'POST', '/api/execute-code',
                    body(code => 'print("x" * 150000); print("end")'));
    is(@{ $load->{times} }, 2, 'large answers');
}

# wrong answers

{
    my $load = load(qw(-n 5 -m pang), $port, 'GET', '/ping');
    is($load->{errors}, 5, 'without the marker an answer is an error');
    is(@{ $load->{times} }, 0, 'and its time does not count');
}

is(load(qw(-n 4 -m pong -m pang), $port, 'GET', '/ping')->{errors}, 4, 'with one marker of two as well');
is(load(qw(-n 3 -m detail), $port, 'GET', '/api/code-results/..')->{errors}, 3, 'and another status than 200');

{
    my $load = load(qw(-c 2 -n 12 -m pong), $port, 'GET', '/short');
    cmp_ok($load->{errors}, '>', 0, 'a connection that ends is an error');
    is($load->{errors} + @{ $load->{times} }, 12, 'every request is in the sum');
}

$d->signal('QUIT');
ok($d->until(10, sub { !$d->processes }), 'no process is left behind');
isnt(load('-n', 1, $port, 'GET', '/ping')->{status}, 0, 'without a server there is no result');

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');
done_testing();
