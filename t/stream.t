use strict;
use warnings;

# Events, as they happen, for clients that accept them.

use lib 't';
use JSON::PP;
use Pyexec;
use Pyexec::Client;
use Pyexec::Daemon;
use Pyexec::Events;
use Test::More;
use Time::HiRes qw(time);

my $proxy = ($ENV{TEST_NGINX_PORT} || 1984) + 1;
my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none', http => 'pyexec_policy off;', more => <<"END");
location = /short { pyexec_execute default; pyexec_max_output 5; }
location = /beats { pyexec_execute default; pyexec_heartbeat 20ms; }
location = /keep { pyexec_execute default; pyexec_heartbeat 20ms; pyexec_ignore_client_abort on; }
location = /zip { pyexec_execute default; gzip on; gzip_types text/event-stream application/x-ndjson; gzip_min_length 1; }
listen 127.0.0.1:@{[ $proxy + 1 ]} http2;
location = /limited { pyexec_execute default; pyexec_limit \$pyexec_session_id runs=1 queue=0; }
location /proxied/ { proxy_pass http://127.0.0.1:$proxy/; proxy_http_version 1.1; }
location /direct/ { proxy_pass http://127.0.0.1:$proxy/; proxy_http_version 1.1; proxy_buffering off; }
END

my $execute = '/api/execute-code';

sub stream { my ($path, $accept, $code, %fields) = @_; Pyexec::Events->new($d->port, $accept, $path, { code => $code, %fields }) }

sub names { join ' ', map { $_->{event} } @_ }

# the order, and what each has

for my $accept ($Pyexec::Events::SSE, $Pyexec::Events::NDJSON) {
    my $s = stream($execute, $accept, "print(1)\nraise SystemExit(3)", session_id => "caf\x{e9}");
    my @events = $s->all;
    is($s->{code}, 200, "$accept: the status");
    like($s->{head}, qr/^Content-Type: \Q$accept\E\r$/m, 'the type');
    like($s->{head}, qr/^X-Accel-Buffering: no\r$/m, 'proxies do not buffer');
    unlike($s->{head}, qr/^Content-Length:/m, 'no length');
    is(names(@events), 'start stdout attempt result', 'its events');
    is_deeply([ sort keys %{ $events[0]{data} } ], [qw(run_id session_id started_at)], 'what it starts with');
    is($events[0]{data}{session_id}, "caf\x{e9}", 'the session');
    is_deeply($events[1]{data}, { attempt => 1, data => "1\n" }, 'the output');
    is_deeply($events[2]{data}, $events[3]{data}{attempts}[0], 'the attempt is that of the result');
    my $stored = $d->http('GET', "/api/code-results/caf%C3%A9/$events[0]{data}{run_id}")->{json};
    is_deeply($events[3]{data}, $stored, 'the result is the stored one');
}

# whom it is for

for my $case ([ '*/*' ], [ 'text/*' ], [ 'application/json' ], [ 'application/json, text/event-stream' ],
              [ 'text/event-stream;q=0' ], [ 'text/event-stream;q=0.5, application/json' ], [ 'text/event-stream;q=x' ],
              [ 'TEXT/Event-Stream ; q=0.9 , */*', 'text/event-stream' ], [ 'text/event-stream, application/json;q=0.9', 'text/event-stream' ],
              [ 'text/event-stream;q=0.2, application/x-ndjson;q=0.3', 'application/x-ndjson' ]) {
    my ($accept, $type) = @$case;
    my $answer = Pyexec::Client->new($d->port)->ask('POST', $execute, '{"code":""}', Accept => $accept, Connection => 'close');
    like($answer->{head}, qr{^Content-Type: @{[ $type // 'application/json' ]}\r$}m, $accept);
}

# what is refused has its status

for my $case ([ $execute, '{"code":1}', 422 ], [ $execute, '{', 400 ], [ '/limited', '{"code":"","session_id":"busy"}', 429 ]) {
    my ($path, $body, $code) = @$case;
    my $run = $code == 429 && stream($path, $Pyexec::Events::SSE, 'import time; time.sleep(60)', session_id => 'busy');
    $run->next if $run;
    my $answer = Pyexec::Client->new($d->port)->ask('POST', $path, $body, Accept => $Pyexec::Events::SSE);
    is($answer->{code}, $code, "$code stays one");
    like($answer->{json}{detail}, qr/./, 'and has its JSON');
}

# as they happen: the code waits for what the client does when it has read

{
    my $s = stream($execute, $Pyexec::Events::SSE, <<'END', session_id => 'now', timeout_seconds => 60);
import os, sys, time
for n in range(3):
    print(n)
    while not os.path.exists('session/%d' % n): time.sleep(0.001)
os.write(1, b'\xe2\x82')
while not os.path.exists('session/3'): time.sleep(0.001)
os.write(1, b'\xac')
END
    is($s->next->{event}, 'start', 'a run that goes on');
    my $go = sub { open my $f, '>', "$d->{workspace}/now/$_[0]" or die "$_[0]: $!" };
    for my $n (0 .. 2) {
        my $event = $s->next;
        is($event->{data}{data}, "$n\n", "its output $n, as it is written");
        $go->($n);
    }
    $go->(3);
    is(names(my @rest = $s->all), 'stdout attempt result', 'then the rest');
    is($rest[0]{data}{data}, "\x{20ac}", 'no half of a character');
}

# what is displayed, before the run goes on

{
    my $s = stream($execute, $Pyexec::Events::SSE, <<'END', session_id => 'shown', timeout_seconds => 60);
import os, time
class A:
    __repr__ = lambda self: "a\nb"
    _repr_html_ = lambda self: "<b>\u2028</b>"
print('before')
display(A(), 2)
while not os.path.exists('session/go'): time.sleep(0.001)
np.pi
END
    is(names(my @shown = map { $s->next } 1 .. 4), 'start stdout display display', 'text, and what is displayed behind it');
    is_deeply($shown[2]{data}, { attempt => 1, bundle => { 'text/plain' => "a\nb", 'text/html' => "<b>\x{2028}</b>" } }, 'as a bundle');
    open my $f, '>', "$d->{workspace}/shown/go" or die $!;
    is(names(my @rest = $s->all), 'stderr attempt stdout display display attempt result', 'each attempt has its own');
    is_deeply([ map { $_->{data}{bundle} } grep { $_->{event} eq 'display' } @rest ], $rest[-1]{data}{display}, 'which the result has, too');
    is($rest[3]{data}{attempt}, 2, 'with its number');
}

# exactly what the result has

for my $case ([ 'bytes that are no UTF-8', $execute, q{import os; [os.write(1, bytes([b])) for b in b'a\xff\xf0\x9f\x98\x80\xe2\x28\xed\xa0\x80\xf0\x9f']} ],
              [ 'output that is cut', '/short', "print('\x{e9}' * 3, end='', flush=True); print('\x{4e2d}' * 9)" ],
              [ 'a policy that refuses', '/short', 'print(1)', "\nreturn" ],
              [ 'many lines', $execute, 'for i in range(100000): print(1)' ],
              [ 'two attempts', $execute, "print('x')\nmath.pi" ]) {
    my ($name, $path, $code, $more) = @$case;
    my @events = stream($path, $Pyexec::Events::NDJSON, $code . ($more // ''))->all;
    my $attempts = $events[-1]{data}{attempts};
    is($events[-1]{event}, 'result', "$name: a result");
    for my $attempt (@$attempts) {
        my @mine = grep { ($_->{data}{attempt} // 0) == $attempt->{attempt} } @events;
        is(Pyexec::Events::text($_, @mine), $attempt->{$_}, "$name: its $_") for qw(stdout stderr);
    }
    is(scalar grep({ $_->{event} eq 'attempt' } @events), scalar @$attempts, "$name: its attempts");
    cmp_ok(scalar @events, '<', 1000, "$name: small pieces come together");
}

# what code writes, or forges, is never an event of its own

for my $accept ($Pyexec::Events::SSE, $Pyexec::Events::NDJSON) {
    my $s = stream($execute, $accept, <<'END');
import os, struct, sys, _pyexec_repr as r
evil = b'\n\r\n\0\xe2\x80\xa8\n\nevent: result\ndata: {"evil": 1}\n\n{"event":"result","data":{"evil":1}}\n'
os.write(1, evil)
r.send(r.DISPLAY, r.encode({'text/html': evil, 'application/json': '[1,\r\r2]'}))
json = b'{"evil":1}'
event = b'\0\0\0\6result' + bytes(4) + len(json).to_bytes(4, 'big') + json
for fd in range(3, 100):
    for kind in (12, 13, 14, 17):
        for payload in (event, event[10:], event[14:]):
            try:
                os.write(fd, struct.pack('>BBHI', 1, kind, 0, len(payload)) + payload)
            except OSError:
                pass
END
    ok($s->rest !~ /\r/, "$accept: no line break in an event but its own");
    my @events = $s->all;
    is(names(@events), 'start stdout display attempt result', "$accept: no event but the run's");
    is($events[-1]{data}{status}, 'ok', "$accept: the result is the run's");
}

# ways through: the code waits until the client has read

my $n = 0;
for my $case ([ 'HTTP/1.1', '', $execute ], [ 'HTTP/2', '--http2-prior-knowledge', $execute, $proxy + 1 ], [ 'gzip', '--compressed', '/zip' ],
              [ 'a proxy that buffers', '', "/proxied$execute" ], [ 'a proxy that does not', '', "/direct$execute" ]) {
    my ($way, $options, $path, $port) = @$case;
    my $session = 'way' . $n++;
    my $body = encode_json({ session_id => $session, timeout_seconds => 60, code => <<'END' });
import os, time
print(1)
while not os.path.exists('session/go'): time.sleep(0.001)
print(2)
END
    open my $curl, '-|', 'curl', '-sN', '-m', 60, split(' ', $options), '-H', 'Accept: application/x-ndjson', '-d', $body,
                         "http://127.0.0.1:@{[ $port // $proxy ]}$path" or die "curl: $!";
    my @events = map { decode_json(scalar <$curl>) } 1 .. 2;
    is($events[1]{data}{data}, "1\n", "$way: text as it is written");
    open my $f, '>', "$d->{workspace}/$session/go" or die $!;
    is(names(@events, map { decode_json($_) } <$curl>), 'start stdout stdout attempt result', "$way: and all that follows");
}

like(`curl -sN0 -H 'Accept: text/event-stream' -d '{"code":"print(1)"}' http://127.0.0.1:$proxy$execute`,
     qr/\Aevent: start\n.*event: result\ndata: .*\n\n\z/s, 'with HTTP/1.0');

# heartbeats

for my $accept ($Pyexec::Events::SSE, $Pyexec::Events::NDJSON) {
    my $s = stream('/beats', $accept, "import time\ntime.sleep(0.5)");
    is(names($s->all), 'start attempt result', "$accept: a run that is quiet");
    cmp_ok($s->{beats}, '>', 3, 'has heartbeats');
}

# clients that go

sub status_of { my ($session) = @_; my $runs = $d->list($session); return @$runs ? $runs->[0]{status} : 'none' }

# whose host forgets the connection: the next byte to it is answered by a reset

my $vanish = sub {
    setsockopt $_[0]{client}{socket}, 6, 19, pack 'i', 1 or return;    # TCP_REPAIR
    $_[0]{client}->close;
};

for my $case ([ 'closes', $execute, sub { $_[0]{client}->close } ], [ 'resets', $execute, sub { $_[0]{client}->reset } ],
              [ 'leaves a proxy', "/proxied$execute", sub { $_[0]{client}->reset } ], [ 'vanishes', '/beats', $vanish ]) {
    my ($name, $path, $leave) = @$case;
    my $s = stream($path, $Pyexec::Events::SSE, "print(1)\nimport time\ntime.sleep(60)", session_id => $name, timeout_seconds => 60);
    $s->next, $s->next;
    is(status_of($name), 'running', 'a run');
    SKIP: {
        $leave->($s) or skip 'TCP_REPAIR is not permitted', 1;
        ok($d->until(10, sub { status_of($name) eq 'interrupted' }), "is cancelled when its client $name");
    }
}

{
    my $s = stream('/keep', $Pyexec::Events::SSE, <<'END', session_id => 'keep', timeout_seconds => 60);
import os, time
while not os.path.exists('session/go'): print('x' * 1000); time.sleep(0.001)
END
    $s->next;
    $s->{client}->reset;
    open my $f, '>', "$d->{workspace}/keep/go" or die $!;
    ok($d->until(30, sub { status_of('keep') eq 'ok' }), 'with pyexec_ignore_client_abort it goes on');
}

# many at once: they read slowly, leave, or read

{
    my @many = map {
        Pyexec::Events->new($d->port, $Pyexec::Events::SSE, $execute, { code => 'print("x" * ' . ($_ < 100 ? 200_000 : 10) . ')', session_id => "n$_" },
                            $_ < 100 ? (window => 4096) : ())
    } 0 .. 199;
    $_->next for @many[0 .. 49];
    $_->{client}->reset for @many[0 .. 99];
    is(scalar grep({ ($_->answer(60)->{json}{status} // '') ne 'ok' } @many[100 .. 199]), 0, 'of 200 at once, all that stay get theirs');
}

# an interrupted run: the status comes too late

{
    my $s = stream($execute, $Pyexec::Events::NDJSON, "print(1)\nimport time\ntime.sleep(60)", timeout_seconds => 60);
    $s->next, $s->next;
    kill KILL => $_ for $d->pids_of('runner');
    my @rest = $s->all;
    is(names(@rest), 'error', 'what goes wrong later ends the stream');
    is($rest[0]{data}{status}, 500, 'with the status');
    like($rest[0]{data}{detail}, qr/interrupted/, 'and the reason');
}

# clients that read slowly cost neither the run's time nor memory

{
    ok($d->until(30, sub { ($d->post('print(1)')->{status} // '') eq 'ok' }), 'the pool is there again');
    my ($worker) = $d->pids_of('worker');
    my $memory = sub { Pyexec::Daemon::slurp("/proc/$worker/status") =~ /^RssAnon:\s+(\d+)/m ? $1 / 1024 : die };
    my $most = sub { Pyexec::Daemon::slurp("/proc/$worker/status") =~ /^VmHWM:\s+(\d+)/m ? $1 / 1024 : die };
    my $before = $memory->();

    open my $f, '>', "/proc/$worker/clear_refs" or die $!;
    print $f 5;
    close $f or die $!;
    my $peak = $most->();

    # it is decoded here before the run's result comes, which has it too

    my $large = stream($execute, $Pyexec::Events::NDJSON, <<'END', timeout_seconds => 300);
import time, _pyexec_repr as r
r.send(r.DISPLAY, r.encode({'text/html': '\x01' * 1_600_000}))
time.sleep(300)
END
    $large->next;
    is(length($large->next(60)->{data}{bundle}{'text/html'}), 1_600_000, 'a bundle as large as may be');
    cmp_ok($most->() - $peak, '<', 5, 'is in parts in memory');
    $large->{client}->close;

    my @slow = map {
        Pyexec::Events->new($d->port, $Pyexec::Events::NDJSON, $execute,
                            { code => "for i in range(20): print('\\0' * 9999)", session_id => "slow$_" }, window => 32768)
    } 1 .. 20;
    ok($d->until(60, sub { 20 == grep { status_of("slow$_") eq 'ok' } 1 .. 20 }), 'runs whose clients do not read end');
    my $grown = $memory->() - $before;
    cmp_ok($grown, '<', 32, sprintf 'and cost %.0f MB', $grown);
    my $text = $slow[-1]->rest;
    is(scalar(() = $text =~ /\\u0000/g), 4 * 9999 * 20, 'one that reads late gets all: events, attempt and result');
    like($text, qr/\{"event":"result","data":\{[^\n]*\}\}\n\z/, 'to its end');
}

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();
