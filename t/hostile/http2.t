use strict;
use warnings;

# Clients of HTTP/2: streams that are reset, frames that are wrong.

use lib 't';
use Pyexec;
use Pyexec::Hostile;
use Pyexec::Http2;
use JSON::PP;
use Test::More;

my $port = ($ENV{TEST_NGINX_PORT} || 1984) + 2;
my $api = '/api/execute-code';
my $body = '{"code": "print(6 * 7)", "session_id": "h"}';

start(pool => 'workers=2 preload=none max_queue=200', more => "listen 127.0.0.1:$port http2; client_header_timeout 2s;");

sub http2 { Pyexec::Http2->new($port, @_) }
sub frame { Pyexec::Http2::frame(@_) }
sub fields { Pyexec::Http2::fields(@_) }
sub code { encode_json({ code => @_ }) }
sub number { my ($session, $status) = @_; return scalar grep { $_->{status} eq $status } @{ $d->list($session) } }

my @minute = ('import time; time.sleep(60)', timeout_seconds => 60);

# as over HTTP/1.1

{
    my $c = http2();
    accepted($c->ask('POST', $api, $body), 'a run', stdout => "42\n");
    refused($c->ask('POST', $api, '{'), 400, 'a body that is no JSON');
    refused($c->ask('POST', $api, '{}'), 422, 'one without code');
    refused($c->ask('POST', $api, ''), 400, 'none');
    refused($c->ask('POST', $api), 400, 'none at all');
    refused($c->ask('PUT', $api, 'x' x 100000), 405, 'another method');
    refused($c->ask('POST', $api, 'x' x 2000000), 413, 'a body over client_max_body_size');
    refused($c->ask('POST', $api, 'x', 'content-length', '2000000'), 413, 'one that says so');
    refused($c->ask('GET', '/api/code-results/..%5c'), 400, 'a session id');
    refused($c->ask('GET', "/api/code-results/$_"), [400, 404], "$_") for '..', '%2e%2e', '../../etc/passwd', '%00';
    accepted($c->ask('GET', '/api/code-results/h'), 'a list');
    accepted($c->ask('POST', $api, $body, 'if-match', '"x"', 'range', 'bytes=0-0'), 'conditions', stdout => "42\n");
    accepted($c->ask('POST', $api, $body), 'a run on the same connection', stdout => "42\n");

    my $id = $c->{next};
    $c->{next} += 2;
    $c->bytes(frame(1, 4, $id, fields('POST', $api)), (map { frame(0, 8, $id, "\x10$_" . "\0" x 16) } split //, $body), frame(0, 1, $id, ''));
    accepted($c->answer($id), 'a body in padded frames of a byte', stdout => "42\n");

    for my $length (length($body) - 1, length($body) + 1) {
        my $answer = http2()->ask('POST', $api, $body, 'content-length', $length);
        ok($answer->{reset} || is_refusal($answer, 400), "a body of another length: $length") or diag(explain($answer));
    }
}

# streams that are reset: after their head, in their body, behind it

for my $sent (0, 1, 2) {
    my $what = ('after their head', 'in their body', 'behind it')[$sent];

    for (1 .. 3) {
        my $c = http2();
        for my $id (map { 2 * $_ + 1 } 0 .. 399) {
            $c->bytes(frame(1, 4, $id, fields('POST', $api, 'content-length', length $body)),
                      $sent > 0 ? frame(0, $sent == 2, $id, $sent == 2 ? $body : substr $body, 0, 9) : (),
                      frame(3, 0, $id, pack 'N', 8));
        }
        $c->{next} = 801;
        my $answer = $c->ask('POST', $api, '{}');
        ok(is_refusal($answer, 422) || $answer->{reset} || $c->{goaway} || $c->{client}{eof},
           "400 streams that are reset $what");
        ok(innocent(), 'no harm is done');
    }
}
ok($d->until(10, sub { !number('h', 'running') }), 'none of them runs on');

# one of two runs on a connection is cancelled

{
    my $c = http2();
    my ($gone, $stays) = ($c->begin('POST', $api, code(@minute, session_id => 'gone')),
                          $c->begin('POST', $api, code('import time; time.sleep(1); print(1)', session_id => 'stays')));
    ok($d->until(10, sub { number('gone', 'running') && @{ $d->list('stays') } }), 'two runs on a connection');
    $c->rst($gone);
    ok($d->until(30, sub { number('gone', 'interrupted') }), 'one is cancelled');
    accepted($c->answer($stays), 'the other is not', stdout => "1\n");

    # all of a connection's, running and queued, with the connection

    for my $how ('close', 'reset', 'goaway') {
        my $c = http2();
        $c->begin('POST', $api, code(@minute, session_id => $how)) for 1 .. 60;
        ok($d->until(10, sub { number($how, 'running') == 2 }), 'many runs on a connection');
        $c->bytes(frame(7, 0, 0, pack 'NN', 0, 0)) if $how eq 'goaway';
        $how eq 'close' ? $c->{client}->close : $c->{client}->reset;

        # a runner that is free again may begin one that nginx has not come to yet

        ok($d->until(30, sub { my $n = number($how, 'interrupted'); $n >= 2 && $n < 10 && !number($how, 'running') }),
           "they end with it: $how") or diag(join ' ', map { $_->{status} } @{ $d->list($how) });
        ok(innocent(), 'no harm is done');
    }
}

# a window that is closed

{
    my $c = http2(window => 0);
    my ($reset, $read) = map { $c->begin('POST', $api, code("print('x' * 100000)", session_id => 'window')) } 1 .. 2;
    ok($d->until(10, sub { number('window', 'ok') == 2 }), 'answers that have no room');
    $c->rst($reset);
    $c->bytes(frame(8, 0, $read, pack 'N', 10)) for 1 .. 10;
    $c->bytes(frame(8, 0, $read, pack 'N', 1 << 20));
    accepted($c->answer($read), 'one comes whole at last', stdout => 'x' x 100000 . "\n");
    $c = http2(window => 0);
    $c->begin('POST', $api, code("print('x' * 100000)", session_id => 'window')) for 1 .. 20;
    ok($d->until(10, sub { number('window', 'ok') == 22 }), 'more of them');
    $c->{client}->reset;
    ok(innocent(), 'no harm is done');
}

# frames that are none: nginx ends the connection, or goes on

my $head = fields('POST', $api);

for my $case (
    ['a head that does not end',      frame(1, 0, 1, $head), map({ frame(9, 0, 1, fields('x', 'y')) } 1 .. 2000)],
    ['a body before its head',        frame(0, 1, 1, $body)],
    ['a body on no stream',           frame(0, 1, 0, $body)],
    ['a stream of even number',       frame(1, 5, 2, $head)],
    ['a stream twice',                frame(1, 4, 3, $head), frame(1, 4, 3, $head)],
    ['a stream of lower number',      frame(1, 4, 5, $head), frame(1, 4, 3, $head)],
    ['a body behind the end',         frame(1, 5, 1, $head), frame(0, 0, 1, $body) x 10],
    ['a head inside of another',      frame(1, 0, 1, $head), frame(1, 4, 3, $head)],
    ['trailers',                      frame(1, 4, 1, $head), frame(0, 0, 1, $body), frame(1, 5, 1, pack 'x C/a* C/a*', 'x', 'y')],
    ['padding over the frame',        frame(1, 12, 1, "\xff$head"), frame(0, 9, 1, "\xff")],
    ['a frame of 16 megabytes',       "\xff\xff\xff\0\0\0\0\0\1"],
    ['an index that there is not',    frame(1, 5, 1, "\xff\xff\xff\xff\x0f")],
    ['index 0',                       frame(1, 5, 1, "\x80")],
    ['a string over the block',       frame(1, 5, 1, "\x00\x7f\xff\xff\xff\x7f")],
    ['Huffman without an end',        frame(1, 5, 1, "\x00\x81\xff\x81\xff")],
    ['a table of all memory',         frame(1, 5, 1, "\x3f\xff\xff\xff\x0f$head")],
    ['a NUL in a path',             frame(1, 5, 1, fields('GET', "/api/code-results/a\0b"))],
    ['no path',                       frame(1, 5, 1, pack 'x C/a* C/a*', ':method', 'POST')],
    ['a method twice',                frame(1, 5, 1, $head . pack 'x C/a* C/a*', ':method', 'GET')],
    ['upper case',                    frame(1, 5, 1, $head . pack 'x C/a* C/a*', 'X-Y', 'z')],
    ['a line feed in a field',        frame(1, 5, 1, $head . pack 'x C/a* C/a*', 'x', "a\r\nb: c")],
    ['a window over its size',        frame(1, 4, 1, $head), frame(8, 0, 1, pack 'N', 0x7fffffff) x 2],
    ['a window that does not grow',   frame(1, 4, 1, $head), frame(8, 0, 1, pack 'N', 0)],
    ['settings that are none',        frame(4, 0, 0, 'x' x 5), frame(4, 0, 1, '')],
    ['a window of settings, too large', frame(4, 0, 0, pack 'nN', 4, 0xffffffff)],
    ['a window below nothing',        frame(1, 4, 1, $head), frame(0, 1, 1, $body), frame(4, 0, 0, pack 'nN', 4, 0)],
    ['a stream that depends on itself', frame(2, 0, 1, pack 'NC', 1, 16)],
    ['a reset of nothing',            frame(3, 0, 99, pack 'N', 8), frame(3, 0, 0, pack 'N', 8)],
    ['pings',                         frame(6, 0, 0, 'x' x 8) x 2000],
    ['settings, again and again',     frame(4, 0, 0, '') x 2000],
    ['a frame of no type',            frame(200, 255, 1, 'x' x 100)],
    ['noise',                         join '', map { chr($_ * 7 % 251) } 1 .. 20000],
) {
    my ($what, @frames) = @$case;
    my $c = http2();
    $c->bytes(@frames);
    my $answer = $c->answer(1, 0);
    ok($answer->{code} =~ /^(?:0|200)$/ || is_refusal($answer, 400, 405, 408, 413, 422), "$what: refused, or nothing said")
        or diag(explain($answer));
    $c->{client}->reset;
    ok(innocent(), 'no harm is done');
}

unharmed(qw(h gone stays close reset goaway window default));
undef $d;
done_testing();
