use strict;
use warnings;

# Sends REQUESTS= requests that are refused, cut off or abandoned, and code that
# wants all processors.  No process that lives on may grow by more than GROWTH,
# in memory or in descriptors.  A second client, which is well-behaved, gets its
# runs all the while; the p99 of their time is printed, alone and beside this.

use lib 't', 't/lib';
use IO::Handle;
use IO::Select;
use JSON::PP;
use List::Util qw(max);
use POSIX ();
use Pyexec;
use Pyexec::Census;
use Pyexec::Events;
use Pyexec::Hostile;
use Pyexec::Http2;
use Socket;
use Test::More;
use Time::HiRes qw(time);

# more with AddressSanitizer, which delays the reuse of freed memory

use constant GROWTH => ($ENV{TEST_NGINX_BINARY} || '') =~ /asan/ ? 4 : 0.05;

my $requests = $ENV{REQUESTS} || 100000;
my $warm = max(2000, int($requests / 10));
my $port = ($ENV{TEST_NGINX_PORT} || 1984) + 2;
my $api = '/api/execute-code';

sub message { Pyexec::Client::message(@_) }

# requests with their status code, after which the connection stays open, and
# others after which nginx closes it

my @open = (
    [422, map { message('POST', $api, $_) } '{}', '[]', '{"code": 1}', '{"code": "\ud800"}', '{"code": "x", "max_attempts": []}',
                                            '[' x 900 . ']' x 900, '{"a":' x 900 . '0' . '}' x 900, '["' . 'x' x 50000 . '"]'],
    [405, map { message($_, $api, 'x' x 3000) } qw(PUT DELETE PATCH)],
    [404, map { message('GET', $_) } '/nowhere', '/api/code-results/x/y', '/api/code-results/x/20260101T000000-0123456789ab'],
    [404, map { message('GET', "/api/files/$_") } 'none/x', 'left/code_exec/.size', 'left/%0a', 'left/' . 'x/' x 500, 'none/x/?glob=' . '*a' x 500],
    [403, map { message($_, '/api/files/left/code_exec/x', 'x' x 3000) } qw(PUT DELETE)],
    [412, message('PUT', '/api/files/left/none', 'x' x 3000, 'If-Match' => '"x", ' x 500)],
    [409, message('PUT', '/api/files/left/x/', 'x' x 3000)],
    [200, message('GET', '/api/code-results/none'), message('GET', '/api/code-results/%2e%2f%252e?limit=1'),
          message('GET', '/api/code-results/none', 'x' x 500), message('DELETE', '/api/code-cleanup/none')],
);
my @closed = (
    [400, map { message('POST', $api, $_) } '', '{', '{"code": "print(1)"', "{\"code\": \"\xff\"}", '[' x 5000, 'x' x 50000,
                                            map { "{\"code\": \"x\", \"session_id\": \"$_\"}" } '..', '../x', 'a/b', '\u0000', 'x' x 200],
    [400, map { message('GET', "/api/code-results/$_") } '..%5c', '%00', '%ff', 'x' x 200, '.x'],
    [400, "POST $api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\r\n\r\n"],
    [413, message('POST', $api, 'x' x 1100000)],
);

my $THREADS = <<'END';
import hashlib, threading
def work():
    while True:
        hashlib.sha256(bytes(1 << 20))
for n in range(60):
    threading.Thread(target=work).start()
END

my ($done, $hog, @wrong) = 0;

sub any { $_[rand @_] }

sub check { my ($answer, $code, $what) = @_; $done++; push @wrong, "$what: $answer->{code}" if $answer->{code} != $code }

my %ACT = (
    row => sub {
        my @row = map { my ($code, @messages) = @{ any(@open) }; [$code, any(@messages)] } 1 .. 100;
        my $c = client()->send(join '', map { $_->[1] } @row);
        check($c->answer, $_->[0], substr $_->[1], 0, 60) for @row;
    },
    refused => sub {
        my ($code, @messages) = @{ any(@closed) };
        my $message = any(@messages);
        check(client()->send($message)->answer, $code, substr $message, 0, 60);
    },
    cut => sub {
        my $message = any(map { @$_[1 .. $#$_] } @open, @closed);
        my $how = any('close', 'reset', 'half_close');
        client()->send(substr $message, 0, rand length $message)->$how;
        $done++;
    },
    streams => sub {
        my $c = Pyexec::Http2->new($port);
        for my $n (1 .. 50) {
            my $body = any('{', '{}', '{"code": "print(1)"}', 'x' x 20000);
            my $id = $c->{next};
            $c->{next} += 2;
            $c->bytes(Pyexec::Http2::frame(1, 4, $id, Pyexec::Http2::fields('POST', $api)),
                      Pyexec::Http2::frame(0, rand() < 0.5, $id, substr $body, 0, 16000));
            $c->rst($id);
            $done++;
        }
        check($c->ask('POST', $api, '{}'), 422, 'a stream');
    },
    files => sub {
        my $c = client();
        my $file = '/api/files/left/file';
        my $r = $c->ask('PUT', $file, 'x' x 20000);
        check({ code => $r->{code} == 201 ? 200 : $r->{code} }, 200, 'a file');
        check($c->ask('GET', $file, undef, Range => 'bytes=' . join ',', ('0-9999') x 1000), 200, 'a thousand ranges of it');
        client()->send(substr message('PUT', $file, 'y' x 40000), 0, rand 40000)->reset;
        client()->send(message('GET', $file) x 20)->reset;
        check($c->ask('DELETE', $file), 200, 'its end');
        $done += 20;
    },
    leave => sub {
        client()->send(message('POST', $api, '{"code": "import time; time.sleep(9)", "session_id": "left"}') x 2)->reset;
        $done += 2;
    },
    threads => sub {
        $hog->reset if $hog;
        $hog = client()->send(message('POST', $api, encode_json({ code => $THREADS, session_id => 'left' })));
        $done++;
    },
    events => sub {
        my @streams = map {
            Pyexec::Events->new($d->port, any($Pyexec::Events::SSE, $Pyexec::Events::NDJSON), $api,
                                { code => any('print(1)', 'for i in range(9): print("x" * 20000)', 'display("x" * 20000)'), session_id => 'left' },
                                window => any(0, 4096))
        } 1 .. 20;
        $_->next for grep { rand() < 0.5 } @streams;
        any(sub { $_[0]{client}->close }, sub { $_[0]{client}->reset }, sub { check($_[0]->answer, 200, 'events') })->($_) for @streams;
        $done += 20;
    },
    run => sub { check(client()->ask('POST', $api, '{"code": "print(1)"}'), 200, 'a run') },
);
my @acts = map { my ($act, $weight) = @$_; ($act) x $weight }
           [row => 20], [refused => 100], [cut => 100], [streams => 5], [files => 10], [leave => 2], [events => 1], [threads => 1], [run => 10];

# starts the well-behaved client, a process of its own, for so many runs (0: on
# and on); returns a function that waits for these, or ends it, and returns how
# many of its runs went wrong, and the times of all

sub neighbour {
    my ($runs) = @_;
    socketpair(my $ours, my $its, AF_UNIX, SOCK_STREAM, 0) or die "socketpair: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        close $ours;
        my $select = IO::Select->new($its);
        my ($bad, @times) = 0;
        do {
            my $start = time;
            my $answer = client()->ask('POST', $api, '{"code": "print(1)", "session_id": "neighbour"}');
            push @times, time - $start;
            $bad++ if $answer->{code} != 200 || $answer->{json}{status} ne 'ok';
            client()->ask('DELETE', '/api/code-cleanup/neighbour') if @times % 50 == 0;
        } until $select->can_read(0.01) || @times == $runs;
        print $its join ' ', $bad, @times;
        $its->flush;
        POSIX::_exit(0);
    }
    close $its;
    return sub {
        shutdown $ours, SHUT_WR if !$runs;
        my ($bad, @times) = split ' ', do { local $/; <$ours> };
        waitpid $pid, 0;
        return ($bad, sort { $a <=> $b } @times);
    };
}

sub behaves {
    my ($what, $bad, @times) = @_;
    is($bad, 0, "the well-behaved client gets its runs, $what");
    diag(sprintf 'a run %-7s %6d of them: p50 %.1f ms, p99 %.1f ms', $what, scalar @times,
         map { $times[$#times * $_] * 1000 } 0.5, 0.99);
}

sub burst {
    my ($target) = @_;
    my $end = neighbour(0);

    while ($done < $target) {
        $ACT{ any(@acts) }->();
        next if rand() > 0.001;
        $d->http('DELETE', "/api/code-cleanup/$_") for 'left', 'default';
    }
    behaves('beside', $end->());
    $hog->reset if $hog;
    undef $hog;
    $d->http('DELETE', "/api/code-cleanup/$_") for 'left', 'default', 'neighbour';
}

sub sample {
    my $census;
    $d->until(20, sub {
        $census = Pyexec::Census->take;
        my $count = $census->count;
        return !$count->{zombie} && ($count->{'child light'} // 0) == 4
               && $d->http('GET', '/status')->{body} =~ /^Active connections: 1 /;
    }) or diag('not all is quiet');
    return { n => $done, memory => $census->memory, descriptors => $census->descriptors };
}

srand($ENV{SEED} || 1);
Pyexec::Census::adopt();
start(workers => 2, pool => 'workers=2 preload=none', http => 'keepalive_requests 1000000; pyexec_policy off;',
      more => "listen 127.0.0.1:$port http2;"
              . ' location ~ ^/api/files/(?<s>[^/]+)/(?<p>(?s).*)$ { pyexec_files default $s $p; }');

my $start = time;
behaves('alone', neighbour(200)->());

# memory that each act needs, the processes keep

for my $act (sort keys %ACT) { $ACT{$act}->() for 1 .. 3 }
burst($warm);
my $before = sample();
burst($warm + $requests);
my $after = sample();

diag(sprintf '%d requests in %.0f s', $after->{n}, time - $start);
is(scalar @wrong, 0, 'every one is answered as it should be') or diag(join "\n", @wrong[0 .. ($#wrong > 9 ? 9 : $#wrong)]);
ok(innocent(), 'and a run is as ever');
diag(sprintf '%-14s %8s %8s    descriptors', 'KB after', $before->{n}, $after->{n});

for my $kind (sort keys %{ $before->{memory} }) {
    my ($had, $has) = map { $_->{memory}{$kind} // 0 } $before, $after;
    my ($opened, $open) = map { $_->{descriptors}{$kind} // 0 } $before, $after;
    diag(sprintf '%-14s %8d %8d    %d, %d', $kind, $had, $has, $opened, $open);

    next if $kind =~ /^child/;    # of one run each
    cmp_ok($has, '<=', $had * (1 + GROWTH), "a $kind does not grow");
    cmp_ok($open, '<=', $opened * (1 + GROWTH), 'nor do its descriptors');
}

unharmed('default', 'left', 'neighbour', '.%2f%2e');
undef $d;
done_testing();
