use strict;
use warnings;

# Clients that mean no good: whatever they send, they get JSON that says what
# is wrong, and nginx and its pool go on as they were.
#
# REQUESTS: how many go into the last test, which looks for growth.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use Socket;
use Test::More;
use Time::HiRes qw(time);

my $requests = $ENV{REQUESTS} || 3000;
my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none', listen => '',
                            http => 'client_max_body_size 80m; pyexec_policy off; pyexec_max_output 1000000; keepalive_requests 1000000;'
                                    . ' client_body_timeout 2s;',
                            more => 'listen 127.0.0.1:' . (port() + 1) . ' http2;');

sub port { ($ENV{TEST_NGINX_PORT} || 1984) + 1 }

sub connection {
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $_[0] || port()) || die "connect: $!";
}

sub post { "POST /api/execute-code HTTP/1.1\r\nHost: x\r\nContent-Length: " . length($_[0]) . "\r\n\r\n$_[0]" }

# one answer of a connection: its code, and its body as it was and decoded

sub answer {
    my ($socket, $timeout) = @_;
    my ($text, $end, $code, $head, $length) = ('', time + ($timeout || 30));

    while (time < $end && IO::Select->new($socket)->can_read($end - time)) {
        sysread $socket, $text, 1 << 20, length $text or last;
        $text =~ s/\AHTTP\/1.1 100 .*?\r\n\r\n//s;

        if (!$code && $text =~ /\A(HTTP\/1.1 (\d+).*?\r\n\r\n)/s) {
            ($head, $code) = (length $1, $2);
            ($length) = $1 =~ /\r\nContent-Length: (\d+)/i;
        }
        next unless $code && length $text >= $head + ($length || 0);
        my $body = substr $text, $head;
        return { code => $code, body => $body, json => eval { decode_json($body) } };
    }
    return { code => 0, body => $text };
}

sub is_refused {
    my ($name, $socket, $codes) = @_;
    my $answer = answer($socket);

    return if $answer->{code} =~ /^(?:$codes)$/ && ref $answer->{json} eq 'HASH' && $answer->{json}{detail};
    return "$name: $answer->{code} " . substr $answer->{body}, 0, 200;
}

# all of them are refused, or the wrong ones are told

sub all_refused {
    my ($what, $codes, @cases) = @_;
    my @wrong;

    # nginx closes a connection with its first answer of 400

    for my $case (@cases) {
        my $socket = connection();
        print $socket $case->[1];
        push @wrong, is_refused($case->[0], $socket, $case->[2] || $codes);
    }
    is(@wrong, 0, "$what: " . @cases . ' are refused') or diag(join "\n", @wrong[0 .. ($#wrong > 9 ? 9 : $#wrong)]);
    innocent($what);
}

sub innocent { is($d->post('print(6 * 7)')->{stdout}, "42\n", "an innocent run after $_[0]") }


my $valid = '{"session_id": "s", "code": "print(1)", "timeout_seconds": 5, "auto_correct": true, "max_attempts": 2}';

all_refused('truncations of a valid body', '400',
            map { [ "$_ bytes", post(substr $valid, 0, $_) ] } 0 .. length($valid) - 1);

my $million = '9' x 1000000;

all_refused('JSON that is none, or too much', '400|422',
    [ 'depth, of arrays', post('[' x 100000) ],
    [ 'depth, closed', post('[' x 100000 . ']' x 100000) ],
    [ 'depth, of objects', post('{"a":' x 100000) ],
    [ 'depth, in a field', post('{"code": "x", "timeout_seconds": ' . '[' x 100000 . ']' x 100000 . '}') ],
    [ 'a key of a megabyte', post('{"' . 'k' x 1000000 . '": 1}') ],
    [ 'a hundred thousand keys', post('{' . join(',', map { "\"k$_\": $_" } 1 .. 100000) . '}') ],
    [ 'NUL', post("\0") ], [ 'NULs', post("\0" x 1000000) ], [ 'no JSON', post('code=print(1)') ],
    [ 'two of them', post($valid . $valid) ], [ 'a mark of UTF-16', post("\xff\xfe{\0}\0") ],
    [ 'nothing', post('') ], [ 'spaces', post(' ' x 100000) ], [ 'a comment', post("/* */$valid") ],
    [ 'NaN', post('{"code": "x", "timeout_seconds": NaN}') ], [ 'a comma', post('{"code": "x",}') ]);

for my $number ($million, "-$million", '1e999999999', '-99999999999999999999', '18446744073709551617', '1e-999999999') {
    my $socket = connection();
    print $socket post("{\"code\": \"print(1)\", \"timeout_seconds\": $number, \"max_attempts\": $number}");
    like(answer($socket)->{code}, qr/^(?:200|422)$/, 'a huge number is clamped, or refused: ' . substr $number, 0, 20);
}

all_refused('bytes that are no UTF-8', '400', map { [ unpack('H*', $_), post("{\"code\": \"$_\"}") ] }
            "\x80", "\xff", "\xc0\xaf", "\xc1\xba", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf0\x80\x80\x80",
            "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xc3", "\xe2\x82", "\xed\xb0\x80\xed\xa0\x80");

all_refused('surrogates that are alone', '400|422', map { [ "@$_", post("{\"$_->[0]\": \"$_->[1]\", \"code\": \"x\"}") ] }
            map { my $f = $_; map { [ $f, $_ ] } '\ud800', '\udc00', '\udc00\ud800', '\ud800\u0041', 'x\udfff' }
            'session_id');

my %wrong = (session_id => [ 1, 'true', '[]', '{}', '1.5', '""' ], code => [ 1, 'true', 'null', '[]', '{}', '["x"]' ],
             timeout_seconds => [ '"5"', 'true', '[]', '{}', '1.5' ],
             auto_correct => [ 1, '"true"', '[]', '{}' ], max_attempts => [ '"2"', 'true', '[]', '{}', '2.5' ]);

all_refused('wrong types', '400|422', map {
    my $field = $_;
    map { my %fields = (code => '"x"', $field => $_);
          [ "$field: $_", post('{' . join(',', map { "\"$_\": $fields{$_}" } keys %fields) . '}') ] } @{ $wrong{$field} }
} sort keys %wrong);


# a name that leads out, in the body and in paths, encoded not at all to twice

my @names = ('..', '.', '../x', '../../etc/passwd', '..\\x', '/etc', '//', 'a/../b', 'a/b', './x', '.hidden', 'a..b', "a\0b",
             "a\nb", "\x7f", '....//', 'x' x 129, '..;/', 'a\\b', '.pyexec.lock', '.pyexec.probe', '..%00', "..\r\nX: y");

sub encoded { my ($s) = @_; $s =~ s/([^A-Za-z0-9])/sprintf '%%%02x', ord $1/ge; return $s }

all_refused('ids in the body', '400|422', map {
    (my $json = encode_json([ $_ ])) =~ s/^\[|\]$//g;
    [ $_, post("{\"code\": \"x\", \"session_id\": $json}") ]
} grep { !/%/ && $_ ne '..;/' } @names);

my $outside = join ' ', sort glob "$d->{dir}/*";
my @wrong;

for my $name (@names) {
    for my $twice (0, 1) {
        my $path = encoded($name);
        $path = encoded($path) if $twice;

        for my $request ("GET /api/code-results/$path", "GET /api/code-results/$path/20260101T000000-000000000000",
                         "GET /api/code-results/x/$path", "DELETE /api/code-cleanup/$path") {
            my $socket = connection();
            print $socket "$request HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
            my $answer = answer($socket);
            push @wrong, "$request: $answer->{code}" unless $answer->{json} && $answer->{code} =~ /^(?:200|40[045])$/;
            push @wrong, "$request: something" if $answer->{code} == 200 && $answer->{body} =~ /root:|run_id/;
        }
    }
}
is(@wrong, 0, 'ids in paths, encoded once and twice') or diag(join "\n", @wrong);
is(join(' ', sort glob "$d->{dir}/*"), $outside, 'nothing was made beside the workspace');
innocent('ids in paths');


# how a body comes

all_refused('bodies that are too large, or not what they say', '400|408|411|413|405|501',
    [ 'over the limit, said before', "POST /api/execute-code HTTP/1.1\r\nHost: x\r\nContent-Length: 99000000\r\n\r\n", 413 ],
    [ 'no number', "POST /api/execute-code HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400 ],
    [ 'below nothing', "POST /api/execute-code HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400 ],
    [ 'chunks that are none', "POST /api/execute-code HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400 ],
    [ 'a chunk over all', "POST /api/execute-code HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", '400|413' ]);

{
    my $socket = connection();
    print $socket "POST /api/execute-code HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    my $chunk = sprintf("%x\r\n", 1 << 20) . 'x' x (1 << 20) . "\r\n";
    print $socket $chunk for 1 .. 64;
    print $socket "0\r\n\r\n";
    is(is_refused('64 MB in chunks', $socket, '400|413'), undef, '64 MB in chunks are refused');

    # yajl begins a string anew with each piece of it that it gets

    $socket = connection();
    my $start = time;
    print $socket post('{"other": "' . 'x' x (60 << 20) . '", "code": "print(1)"}');
    is(answer($socket)->{json}{status}, 'ok', 'a string of 60 MB is read');
    cmp_ok(time - $start, '<', 15, 'in the time that it takes to come');

    $socket = connection();
    print $socket post($_ % 2 ? $valid : '{"code": 1}') for 1 .. 20;
    my ($text, $end) = ('', time + 30);
    while (time < $end && (() = $text =~ /HTTP\/1.1 \d+/g) < 20 && IO::Select->new($socket)->can_read($end - time)) {
        sysread $socket, $text, 65536, length $text or last;
    }
    is(join(' ', $text =~ /HTTP\/1.1 (\d+)/g), join(' ', (200, 422) x 10), 'requests in a row get answers in a row');

    $socket = connection();
    print $socket "POST /api/execute-code HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{";
    is(answer($socket, 10)->{body}, '', 'a body that never comes: nginx closes the connection in its time');

    for my $length (0, 1, 50, length($valid) - 1) {
        $socket = connection();
        print $socket substr post($valid), 0, length(post($valid)) - length($valid) + $length;
        close $socket;
    }
    $socket = connection();
    for my $byte (split //, post($valid)) {
        print $socket $byte;
        $socket->flush;
    }
    is(answer($socket)->{json}{status}, 'ok', 'a body in single bytes is taken');
    innocent('aborted bodies');
}


# conditions, which an answer that is of this request only can't be under

for my $condition ('If-Match: "x"', 'If-None-Match: *', 'If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT',
                   'If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT', 'If-Range: "x"', 'Range: bytes=0-1', 'Expect: 100-continue') {
    my $socket = connection();
    print $socket post($valid) =~ s/Host: x/Host: x\r\n$condition/r;
    my $answer = answer($socket);
    is($answer->{json}{status} || $answer->{code}, 'ok', "the answer to a request with $condition");
}
innocent('conditions');


# an answer that is larger than all buffers, and taken when it is long there

{
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
    setsockopt $socket, SOL_SOCKET, SO_RCVBUF, 4096;
    connect $socket, pack_sockaddr_in(port(), inet_aton('127.0.0.1')) or die "connect: $!";
    $socket->autoflush;
    print $socket post('{"code": "print(1000000 * chr(1))", "session_id": "slow"}');
    ok($d->until(10, sub { ($d->list('slow')->[0] || { status => '' })->{status} eq 'ok' }), 'a run ends');
    innocent('it');
    is(length(answer($socket)->{json}{stdout} || ''), 1000000, 'its answer is there for who takes it slowly');
}


# streams of HTTP/2 that are reset: at once, with half a body, while they run

sub frame { substr(pack("N", length $_[2]), 1) . pack("CCN", $_[0], $_[1], $_[3]) . $_[2] }

sub headers {
    my ($length) = @_;
    my $literal = sub { pack('C', 0) . pack('C/a*C/a*', @_) };
    return $literal->(':method', 'POST') . $literal->(':scheme', 'http') . $literal->(':path', '/api/execute-code')
         . $literal->(':authority', 'x') . $literal->('content-length', $length);
}

{
    my $body = encode_json({ code => 'import time; time.sleep(20)', session_id => 'reset', timeout_seconds => 20 });
    for my $kind ('at once', 'with half a body', 'while it runs') {
        my $socket = connection(port() + 1);
        print $socket "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" . frame(4, 0, '', 0);
        for (my $id = 1; $id < 200; $id += 2) {
            print $socket frame(1, 4, headers(length $body), $id);
            print $socket frame(0, 0, substr($body, 0, 10), $id) if $kind eq 'with half a body';
            print $socket frame(0, 1, $body, $id) if $kind eq 'while it runs';
            print $socket frame(3, 0, pack('N', 8), $id) or last;
        }
        $socket->flush;
        innocent("100 streams that are reset $kind");
    }
    ok($d->until(5, sub { !grep { $_->{status} eq 'running' } @{ $d->list('reset') } }), 'none of them runs on');
}


# connections that say nothing, and those that begin to

{
    my @idle = map { connection() } 1 .. 1000;
    my $n = 0;
    for my $socket (@idle) { print $socket "POST /api/execute-code HTTP/1.1\r\nHost: x\r\nContent-Le" if $n++ % 2 }
    innocent('a thousand connections that are open');
}


# nothing grows

sub sizes {
    my %size;
    for my $p ($d->tree) {
        my $name = $p->{name} =~ /worker process/ ? 'nginx worker' : $p->{args} =~ /^pyexec-pool [^:]+(?:: (\w+))?/ ? 'pool ' . ($1 || 'first') : next;
        next if $name eq 'pool zygote' && !$d->has_children($p);
        my ($rss) = Pyexec::Daemon::slurp("/proc/$p->{pid}/status") =~ /^VmRSS:\s+(\d+)/m;
        $size{"$name $p->{pid}"} = [ $rss // 0, scalar(() = glob "/proc/$p->{pid}/fd/*") ];
    }
    return \%size;
}

sub burst {
    my ($count) = @_;
    my @kinds = (post('{'), post('{"code": 1}'), post('[' x 1000), post("{\"code\": \"\xff\"}"), post('{"code": "x", "session_id": ".."}'),
                 map { "GET $_ HTTP/1.1\r\nHost: x\r\n\r\n" } '/api/code-results/..%5c', '/api/code-results/none',
                     '/api/code-results/x/y', '/api/execute-code', '/nowhere');
    my ($answers, $wrong) = (0, 0);

    for (my $sent = 0; $sent < $count; $sent += 50) {
        my @sockets = map { connection() } 1 .. 50;
        $sockets[$_]->print($kinds[ $_ % @kinds ]) && $sockets[$_]->flush for 0 .. 49;
        for my $answer (map { answer($_) } @sockets) {
            $answers++ if $answer->{code} =~ /^(?:200|40\d|422)$/;
            $wrong++ if $answer->{code} =~ /^(?:5\d\d|0)$/;
        }
    }
    return ($answers, $wrong);
}

# AddressSanitizer keeps what was freed for a while

my $most = ($ENV{TEST_NGINX_BINARY} || '') =~ /asan/ ? 4 : 1.05;

burst(1000);
$d->post('print(1)', session_id => "warm$_") for 1 .. 5;
my $before = sizes();
my ($answers, $errors) = burst($requests);
is("$answers answers, $errors errors of ours", "$requests answers, 0 errors of ours", "$requests requests are answered");
innocent('all of them');
my $after = sizes();

for my $process (sort keys %$before) {
    my ($b, $a) = ($before->{$process}, $after->{$process} || [ 0, 0 ]);
    diag(sprintf '%-24s %6d KB -> %6d KB, %3d -> %3d descriptors', $process, $b->[0], $a->[0], $b->[1], $a->[1]);
    cmp_ok($a->[0], '<=', $most * $b->[0] + 64, "$process does not grow");
    cmp_ok($a->[1], '<=', $b->[1] + 2, "$process holds no more descriptors");
}
unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();
