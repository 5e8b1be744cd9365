use strict;
use warnings;

# The request's "stdin" is the code's standard input.

use lib 't';
use JSON::PP ();
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none', http => 'pyexec_policy off; client_max_body_size 40m;');

is(out('print(input("? "), input())', "uno\nd\x{f3}s"), "? uno d\x{f3}s\n", 'input() reads lines');
is(out('import sys; print([line for line in sys.stdin])', "a\nb\n"), "['a\\n', 'b\\n']\n", 'sys.stdin is iterated');
is(out('import sys; print(sys.stdin.buffer.read())', "\x{20ac}\0"), "b'\\xe2\\x82\\xac\\x00'\n", 'its buffer has the bytes');
is(out('import os; print(os.read(0, 9), os.read(0, 9))', 'abc'), "b'abc' b''\n", 'so has its descriptor, and an end');
is(out('import sys; print(sys.stdin.isatty(), sys.stdin.seekable(), sys.stdin.encoding, sys.stdin.name)', 'x'),
   "False False utf-8 <stdin>\n", 'it is a pipe');
is(out('import io, sys; print(io.TextIOWrapper(sys.stdin.buffer, "latin-1").read())', 'x'), "x\n", 'it can be wrapped anew');
is(out('import sys; print(repr(sys.stdin.readline()), sys.stdin.read(2), sys.stdin.read())', "a\r\nbcd"), "'a\\n' bc d\n", 'it has universal newlines');
is(out('print(input())', ''), undef, 'of an empty one input() has nothing');
is($d->post('import sys; print(repr(sys.stdin.read()))')->{stdout}, "''\n", 'nor is anything there without one');
is($d->post('input()', stdin => undef)->{attempts}[0]{error}{type}, 'EOFError', 'null is none');
is($d->post('print(np.arange(1), input())', stdin => 'again')->{stdout}, "[0] again\n", 'each attempt reads it from its beginning')
    if -d glob "$ENV{TEST_NGINX_PYTHON}/lib/python3*/site-packages/numpy";

# more than a pipe holds

my $much = join '', map { "line $_\n" } 1 .. 300_000;
is(out('import sys; print(sum(1 for line in sys.stdin))', $much), "300000\n", 'much of it is read');
is(out('import sys, time; time.sleep(0.2); print(len(sys.stdin.read()))', $much), length($much) . "\n", 'late, too');
is(out('print(input())', $much), "line 1\n", 'what is not read holds up nothing');
is(out('import os; os.close(0); print("closed")', $much), "closed\n", 'nor does a descriptor that is closed');
my $r = $d->post('import time; time.sleep(9)', stdin => $much, timeout_seconds => 1);
is("$r->{status}", 'timeout', 'a run that reads nothing ends in time');

# refusals

is(refused('{"code": "", "stdin": 1}'), '422 stdin must be a string', 'a number is refused');
is(refused('{"code": "", "stdin": {"a": 1}}'), '422 stdin must be a string', 'so is an object');
is(refused('{"code": "", "stdin": "\ud800"}'), '422 stdin has a lone surrogate', 'so is half a character');

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');
done_testing();

sub out { my ($code, $stdin) = @_; my $r = $d->post($code, stdin => $stdin); return $r->{status} eq 'ok' ? $r->{stdout} : undef }

sub refused {
    my $r = $d->http('POST', '/api/execute-code', $_[0]);
    return "$r->{code} " . ($r->{json}{detail} // '');
}
