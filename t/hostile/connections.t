use strict;
use warnings;

# What is wrong with how a request comes, not with what it says.

use lib 't';
use Pyexec;
use Pyexec::Hostile;
use Test::More;

start(connections => 4096,
      http => 'client_body_timeout 1s; client_header_timeout 1s; large_client_header_buffers 4 8k;',
      more => 'location = /large { pyexec_execute default; client_max_body_size 100m; }');

my $valid = '{"session_id": "h", "code": "print(6 * 7)"}';
my $post = Pyexec::Client::message('POST', '/api/execute-code', $valid);
my @rest = ('POST', '/api/execute-code');

sub chunked { join '', "POST /api/execute-code HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", @_ }
sub chunk { sprintf "%x\r\n%s\r\n", length $_[0], $_[0] }
sub raw { client()->send($_[0])->answer }

# bodies that are slow, or do not come

{
    my $c = client();
    $c->send($_) for split //, $post;
    accepted($c->answer, 'a request in single bytes', stdout => "42\n");
    $c->send(substr $post, 0, -10);
    ok($c->ended(10), 'a body that stops: the connection is closed in time');
    ok(client()->send("POST /api/exe")->ended(10), 'a header that stops: the same');
    ok(innocent(), 'no harm is done');
}

# clients that go: after each byte, by an end or a reset

{
    for my $at (1 .. length($post)) {
        my $c = client()->send(substr $post, 0, $at);
        $at % 2 ? $c->close : $c->reset;
        $c = client()->send(substr $post, 0, $at);
        $c->half_close;
    }
    ok(innocent(), 'clients that leave early');

    my $large = Pyexec::Client::message('POST', '/large', $valid . ' ' x 3000000);
    for my $at (20000, 100000, 2900000, length $large) {
        client()->send(substr $large, 0, $at)->reset for 1 .. 3;
    }
    ok(innocent(), 'and leave temporary files');
    ok($d->until(10, sub { !glob "$d->{dir}/temp/body/*" }), 'which go too');
}

# chunks

accepted(raw(chunked(map({ chunk($_) } split //, $valid), "0\r\n\r\n")), 'chunks of a byte', stdout => "42\n");
accepted(raw(chunked("2b;name=value\r\n$valid\r\n", "0\r\nX-Trailer: 1\r\n\r\n")), 'extensions and trailers', stdout => "42\n");
refused(raw(chunked($_->[0])), $_->[1], "chunks: $_->[2]") for (
    ["x\r\n",                              400, 'no size'],
    ["-1\r\n",                             400, 'a size below 0'],
    ["ffffffffffffffff\r\n",               [400, 413], 'a size of 64 bits'],
    ["7fffffffffffffff\r\n",               [400, 413], 'a size of 63 bits'],
    ["fffffffffffffffffffffffff\r\n",      [400, 413], 'a size of 100 bits'],
    ["400000\r\nx",                        413, 'a size over client_max_body_size'],
    [chunk('x') x 1100000 . "0\r\n\r\n",   413, 'many that are too much together'],
    ["0\r\n\r\n",                          400, 'none'],
    ["2b\r\n${valid}0\r\n\r\n",            400, 'no end of a line'],
    ["2a\r\n$valid\r\n0\r\n\r\n",          400, 'a byte too many'],
);

# lengths

sub with_length { "POST /api/execute-code HTTP/1.1\r\nHost: x\r\n" . join('', map { "Content-Length: $_\r\n" } @_) . "\r\n$valid" }

refused(raw(with_length(@{ $_->[0] })), $_->[1], "length: @{ $_->[0] }") for (
    [['-1'], 400], [['+43'], 400], [['0x2b'], 400], [['43, 43'], 400], [[43, 43], 400], [['4 3'], 400], [['x'], 400], [[''], 400],
    [['9' x 30], 400], [['9223372036854775807'], 413], [['4294967339'], 413], [[2000000], 413], [['42'], 400], [['0'], 400],
);
refused(raw("POST /api/execute-code HTTP/1.1\r\nHost: x\r\n$_->[0]\r\n\r\n$valid"), $_->[1], $_->[0] =~ s/\r\n/, /gr) for (
    ["Content-Length: 43\r\nTransfer-Encoding: chunked", 400], ["Transfer-Encoding: gzip", 501],
    ["Transfer-Encoding: chunked, chunked", 501], ["Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400],
    ["Transfer-Encoding: identity", 501], ["X: y", 400],
);

# what is behind a body is another request, whatever it looks like

{
    my $inner = Pyexec::Client::message('POST', '/api/execute-code', '{"code": "print(2)"}');
    my $outer = '{"code": "print(1)", "x": "' . $inner =~ s/(["\\])/\\$1/gr =~ s/\r\n/\\r\\n/gr . '"}';
    my $c = client()->send(Pyexec::Client::message(@rest, $outer) . $post);
    is($c->answer->{json}{stdout}, "1\n", 'a request in a body is no request');
    is($c->answer->{json}{stdout}, "42\n", 'one behind it is');

    $c = client()->send("POST /api/execute-code HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n$inner");
    refused($c->answer, 400, 'a body that is cut by its length');
    ok($c->ended(10), 'and nothing of the rest is served');
}

# requests in a row: all are answered, in order, and errors hold up nobody

{
    my @row = ([$post, 200], [Pyexec::Client::message(@rest, '{}'), 422], [Pyexec::Client::message('PUT', $rest[1], 'x' x 5000), 405],
               [Pyexec::Client::message('GET', '/api/code-results/none', 'x' x 300), 200],
               [Pyexec::Client::message('GET', '/api/code-results/none/x'), 404],
               [Pyexec::Client::message('DELETE', '/api/code-cleanup/none', 'x' x 300), 200],
               [Pyexec::Client::message('GET', '/nowhere', 'x'), 404]);
    my $c = client()->send(join '', map { $_->[0] } (@row) x 20);
    is(join(' ', map { $c->answer->{code} } 1 .. 20 * @row), join(' ', map { $_->[1] } (@row) x 20), 'requests in a row');
    ok(innocent(), 'no harm is done');

    $c = client()->send($post x 50 . Pyexec::Client::message(@rest, '{') . $post x 50);
    is(join(' ', map { $c->answer->{code} } 1 .. 52), join(' ', (200) x 50, 400, 0), 'the first that is no JSON ends them');

    client()->send($post x 50)->reset for 1 .. 5;
    ok(innocent(), 'those of clients that have left');

    # the body comes when the answer is there

    for my $ask (['GET', '/api/code-results/none', 200], ['DELETE', '/api/code-cleanup/none', 200], ['PUT', $rest[1], 405],
                 ['GET', '/api/code-results/..%5cx', 400])
    {
        my ($method, $path, $code) = @$ask;
        $c = client()->send("$method $path HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n");
        is($c->answer->{code}, $code, "$method $path, before its body");
        $c->send('x' x 10 . $post);
        $code == 400 ? ok($c->ended(10), 'the connection is closed')
                     : is($c->answer->{json}{stdout}, "42\n", 'the next request is served');
    }
}

# an answer while the body is still sent

refused(client()->ask(@rest, 'x' x 3000000), 413, 'a body that is refused before it is read');
refused(client()->ask('PUT', '/large', 'x' x 3000000), 405, 'a method that is refused before the body is read');
accepted(client()->ask(@rest, $valid, Expect => '100-continue'), 'a client that asks first', stdout => "42\n");
refused(client()->ask(@rest, 'x' x 2000000, Expect => '100-continue'), 413, 'and is refused');

# methods, and fields that ask for part of an answer or for none

for my $method (qw(HEAD GET PUT PATCH OPTIONS TRACE CONNECT PROPFIND MKCOL COPY MOVE LOCK DELETE)) {
    my $answer = client()->send(Pyexec::Client::message($method, $rest[1]))->answer(head => $method eq 'HEAD');
    ok($method eq 'HEAD' ? $answer->{code} == 405 : is_refusal($answer, $method eq 'CONNECT' ? (400, 405) : 405), "$method is refused");
}
refused(client()->ask($_, $rest[1], $valid), [400, 405], "'$_' is refused") for 'post', 'BREW', 'X' x 3000, 'POST:', "PO\tST";
is(client()->send(Pyexec::Client::message('HEAD', '/api/code-results/h'))->answer(head => 1)->{code}, 200, 'HEAD of a list');

my %strange = (Range => 'bytes=0-0', 'If-Range' => '"x"', 'If-None-Match' => '*', 'If-Match' => '"x"',
               'If-Modified-Since' => 'Mon, 01 Jan 2035 00:00:00 GMT', 'If-Unmodified-Since' => 'Thu, 01 Jan 1970 00:00:00 GMT',
               Upgrade => 'h2c', 'Accept-Encoding' => 'gzip', Accept => 'image/png', 'Content-Encoding' => 'gzip',
               'X-HTTP-Method-Override' => 'DELETE', 'Content-Type' => 'multipart/form-data', Host => 'a' x 200, Cookie => 'x' x 4000,
               'X-Accel-Redirect' => '/etc/passwd', 'X-Forwarded-For' => 'x' x 3000, TE => 'trailers', Expect => 'x');

for my $field (sort keys %strange) {
    accepted(client()->ask(@rest, $valid, $field => $strange{$field}), "a run, with $field", stdout => "42\n");
    my $list = client()->ask('GET', '/api/code-results/h', undef, $field => $strange{$field});
    ok($list->{code} == 200 && @{ $list->{json}{items} || [] }, "a list, with $field") or diag(explain($list->{code}, $list->{body}));
}

# what is hardly HTTP

refused(raw($_->[0]), $_->[1], $_->[2]) for (
    ["\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", 400, 'TLS'],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",        [400, 405, 505], 'HTTP/2'],
    ["\0" x 100 . "\r\n\r\n",                   400, 'NULs'],
    ["POST $rest[1] HTTP/3.0\r\n\r\n",          505, 'a version that there is not'],
    ["POST $rest[1] HTTP/1.1\r\n\r\n",          400, 'no Host'],
    ["POST $rest[1] HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, 'two of them'],
    ["POST $rest[1] HTTP/1.1\r\nHost: a b/c\r\n\r\n", 400, 'a Host that is none'],
    ["POST $rest[1] HTTP/1.1\r\nHost: x\r\nX: \0\r\n\r\n", 400, 'a NUL in a header'],
    ["POST $rest[1]?" . 'x' x 20000 . " HTTP/1.1\r\nHost: x\r\n\r\n", 414, 'a long line'],
    ["POST $rest[1] HTTP/1.1\r\nHost: x\r\nX: " . 'x' x 20000 . "\r\n\r\n", 400, 'a long field'],
    ["POST $rest[1] HTTP/1.1\r\nHost: x\r\n" . "X: y\r\n" x 20000 . "\r\n", 400, 'many fields'],
    ["POST http://x/../$rest[1] HTTP/1.1\r\nHost: x\r\n\r\n", 400, 'a path above the root'],
);

# a thousand that say nothing, or half a request

{
    my @idle = map { my $c = client(); $c->send(substr $post, 0, $_ % 50) if $_ % 2; $c } 1 .. 1000;
    my @runs = map { $d->post_in_background("print($_)") } 1 .. 50;
    is(scalar(grep { ($d->wait_for($_)->{stdout} // '') =~ /^\d+\n$/ } @runs), 50, 'runs go on beside a thousand clients');
    is(scalar(grep { !$_->ended(20) } @idle[map { 2 * $_ } 0 .. 499]), 0, 'those that stop in a request are sent away');
}

unharmed('h', 'default');
undef $d;
done_testing();
