use strict;
use warnings;

# "files" go into the run's directory, "return_files" brings others back.

use lib 't';
use JSON::PP ();
use MIME::Base64;
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none', http => <<'END', more => <<'MORE');
pyexec_policy off;
client_max_body_size 40m;
pyexec_max_files 20;
pyexec_max_session 0;
END
location = /small { pyexec_execute default; pyexec_max_inline 1k; pyexec_max_file_size 512; }
location = /large { pyexec_execute default; pyexec_max_inline 3m; }
location = /disk { pyexec_execute default; pyexec_max_disk 64k; }
MORE

my $r = post('print(open("a.csv").read(), open("dir/sub/b").read(), end="")', { 'a.csv' => "x\n1\n", 'dir/sub/b' => "\0\xff" =~ s/.*//sr, "\x{e1} \x{20ac}" => 'x' });
is($r->{stdout}, "x\n1\n ", 'files are there');
is(names($r), '', 'those that the code leaves as they are were not created by it');
ok(-e glob("$d->{workspace}/default/code_exec/$r->{run_id}/dir/sub/b"), 'they stay in the directory of the run');

my $bytes = join '', map { chr } 0 .. 255;
is(post('print(sum(open("bytes", "rb").read()))', { bytes => $bytes x 100 })->{stdout}, 3264000 . "\n", 'they have any bytes');
$r = post(<<'END', { map { $_ => 'old' } qw(kept changed same d/removed replaced moved) });
import os
open("changed", "r+").write("new")
open("same", "w").write("old")
open("d/new", "w").write("x")
os.remove("d/removed")
os.remove("replaced"); open("replaced", "w").write("other")
os.rename("moved", "elsewhere")
END
is(names($r), 'changed d/new elsewhere replaced', 'what the code has changed is listed');

is($d->http('POST', '/api/execute-code', qq({"code": "print(open('x').read())", "files": {"x": "$_->[0]"}}))->{json}{stdout}, $_->[1], $_->[2])
    for ['YWI=', "ab\n", 'padding'], ['YWI', "ab\n", 'none'], ['YQ==', "a\n", 'two characters of it'], ['YW\nJj\n', "abc\n", 'line breaks'],
        ['', "\n", 'an empty file'], ['Y\u0057Jj', "abc\n", 'escapes'], ['Pz8\/', "???\n", 'an escaped slash'];

SKIP: {
    skip 'numpy is not installed', 1 if !glob "$ENV{TEST_NGINX_PYTHON}/lib/python3*/site-packages/numpy";
    is(post('open("a", "a").write("!"); print(open("a").read()); np', { a => 'a' })->{stdout}, "a!\n", 'a second attempt has them anew');
}

# the code's files of the pool's names

is(names(post('open("result.json", "a").write("x")', { 'result.json' => '1', 'attempts.jsonl' => '2' })), 'result.json', "names of the pool's later files are free");

# refusals, of which nothing stays

my $path_error = 'has a path that is empty or absolute, or has an empty part, ".", ".." or a NUL in it';

for (
    ['{"x": 1}', 'must be an object of strings in base64'],
    ['{"x": null}', 'must be an object of strings in base64'],
    ['{"x": {"y": "YQ=="}}', 'must be an object of strings in base64'],
    ['["YQ=="]', 'must be an object of strings in base64'],
    ['"YQ=="', 'must be an object of strings in base64'],
    ['{"x": "a"}', 'has contents that are not base64'],
    ['{"x": "YQ=Y"}', 'has contents that are not base64'],
    ['{"x": "YQ==="}', 'has contents that are not base64'],
    ['{"x": "Y-_="}', 'has contents that are not base64'],
    ['{"../x": ""}', $path_error],
    ['{"a/../x": ""}', $path_error],
    ['{"./x": ""}', $path_error],
    ['{"/x": ""}', $path_error],
    ['{"": ""}', $path_error],
    ['{"a//b": ""}', $path_error],
    ['{"a/": ""}', $path_error],
    ['{"a\u0000b": ""}', $path_error],
    ['{"\ud800": ""}', 'has a path with a lone surrogate'],
    ["{\"\xed\xa0\x80\": \"\"}", 'has a path that is not UTF-8'],
    ['{"' . 'x' x 256 . '": ""}', 'has a path with a part over 255 bytes'],
    ['{"' . 'x/' x 512 . 'x": ""}', 'has a path that is too long or too deep'],
    ['{"' . 'x/' x 40 . 'x": ""}', 'has a path that is too long or too deep'],
    ['{"main.py": ""}', 'has "main.py" or "session", which are the pool\'s own'],
    ['{"session/uploads/x": ""}', 'has "main.py" or "session", which are the pool\'s own'],
    ['{"a": "", "a": ""}', 'has a path twice, or as a file and a directory'],
    ['{"a": "", "a/b": ""}', 'has a path twice, or as a file and a directory'],
    ['{"a/b": "", "a": ""}', 'has a path twice, or as a file and a directory'],
    ['{' . join(', ', map { qq("$_": "") } 1 .. 21) . '}', 'has more files than pyexec_max_files'],
    ['{' . join(', ', map { qq("$_/x": "") } 1 .. 11) . '}', 'has more files and directories than pyexec_max_files'],
    ['{"x": "' . encode_base64('x' x 700, '') . '", "y": "' . encode_base64('x' x 400, '') . '"}', 'is larger than pyexec_max_inline', '/small'],
    ['{"x": "' . encode_base64('x' x 600, '') . '"}', 'has one over pyexec_max_file_size', '/small'],
    ['{"x": "' . encode_base64('x' x 70000, '') . '"}', 'takes more than pyexec_max_disk, or than the session may hold yet', '/disk'],
) {
    my ($files, $why, $path) = @$_;
    my $r = $d->http('POST', $path // '/api/execute-code', qq({"code": "print(1)", "session_id": "refused", "files": $files}));
    is("$r->{code} " . ($r->{json}{detail} // ''), "422 files $why", $why);
}
is_deeply($d->list('refused'), [], 'a run that is refused is not in the history');
is_deeply([grep { !m{/\.[^/]*$} } glob "$d->{workspace}/refused/code_exec/*"], [], 'and has no directory');

# the last one of two members counts, as with the others

is(names($d->http('POST', '/api/execute-code', '{"code": "import os; print(*os.listdir())", "files": {"a": ""}, "files": {"b": ""}, "x": {"files": {"c": ""}}}')->{json}, 1),
   'b main.py session', 'files twice: the last');
is($d->http('POST', '/api/execute-code', '{"code": "import os; print(*sorted(os.listdir()))", "files": {"a": ""}, "files": null}')->{json}{stdout}, "main.py session\n", 'null is none');

# contents in the result

my $make = 'for name, n in (("one.csv", 1), ("three.csv", 3), ("two.png", 2)): open(name, "wb").write(bytes(n))
import os; os.mkdir("d"); open("d/four.csv", "wb").write(bytes(4))';

is(returned(undef), 'd/four.csv one.csv three.csv two.png', 'without return_files there are none');
is(returned(JSON::PP::false), 'd/four.csv one.csv three.csv two.png', 'nor with false');
is(returned(JSON::PP::true), 'd/four.csv=4 one.csv=1 three.csv=3 two.png=2', 'true is all');
is(returned(['*.csv']), 'd/four.csv=4 one.csv=1 three.csv=3 two.png', 'a pattern, slashes included');
is(returned(['d/*', 't??.png', '[a-o]ne*']), 'd/four.csv=4 one.csv=1 three.csv two.png=2', 'several patterns');
is(returned([]), 'd/four.csv one.csv three.csv two.png', 'none');
$r = $d->post('open("a", "wb").write(bytes(range(256)) * 3)', return_files => JSON::PP::true);
is(decode_base64($r->{created_files}[0]{content_base64}), $bytes x 3, 'it is base64');
is_deeply($d->http('GET', "/api/code-results/default/$r->{run_id}")->{json}, $r, 'the stored result is the same');
$r = $d->http('POST', '/small', JSON::PP::encode_json({ code => 'for n in 500, 400, 300, 1: open(f"f{n}", "wb").write(bytes(n))', return_files => JSON::PP::true }))->{json};
is(join(' ', map { defined $_->{content_base64} ? length decode_base64($_->{content_base64}) : 'null' } @{ $r->{created_files} }), '1 300 400 null', 'the smallest first, as long as they fit');

for (['"x"', 'must be true, false or an array of strings'], ['{"a": "b"}', 'must be true, false or an array of strings'], ['[1]', 'must be true, false or an array of strings'],
     ['["\ud800"]', 'has a lone surrogate'], ['[' . join(',', ('"x"') x 101) . ']', 'has too many patterns, or a too long one'],
     ['["' . 'x' x 1025 . '"]', 'has too many patterns, or a too long one']) {
    my $r = $d->http('POST', '/api/execute-code', qq({"code": "", "return_files": $_->[0]}));
    is("$r->{code} " . ($r->{json}{detail} // ''), "422 return_files $_->[1]", $_->[1]);
}

# 3 MB each way: the worker's memory, its own and mapped

my ($worker) = $d->pids_of('worker');
open my $f, '>', "/proc/$worker/clear_refs" or die;
print $f 5;
close $f;
my $before = memory('VmRSS');
my $size = 3 * 1024 * 1024;
$r = $d->http('POST', '/large', '{"code": "import os; print(os.stat(\'big\').st_size)", "files": {"big": "' . encode_base64('y' x $size, '') . '"}}')->{json};
is($r->{stdout}, "$size\n", 'a body of pyexec_max_inline');
my $body = $size / 3 * 4 / 1024;
my $peak = memory('VmHWM') - $before;
cmp_ok($peak, '<', 2 * $body, sprintf 'takes no more than twice its size: %d %%', 100 * $peak / $body);
cmp_ok(memory('VmRSS') - $before, '<', 2048, 'and nothing of it stays');
$r = $d->http('POST', '/large', qq({"code": "open('big', 'wb').write(bytes($size))", "return_files": true}));
is(length +($r->{body} =~ /"content_base64":"(A+)"/)[0], $size / 3 * 4, 'and a result of it');

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');
done_testing();

sub post { my ($code, $files) = @_; return $d->post($code, files => { map { $_ => encode_base64($files->{$_}, '') } keys %$files }) }

sub names {
    my ($r, $listed) = @_;
    return join ' ', sort split ' ', $r->{stdout} if $listed;
    return join ' ', map { $_->{path} =~ m{^code_exec/[^/]+/(.*)}s } @{ $r->{created_files} };
}

sub returned {
    my $r = $d->post($make, return_files => $_[0]);
    return join ' ', map { my ($name) = $_->{path} =~ m{^code_exec/[^/]+/(.*)}s; $name . (defined $_->{content_base64} ? '=' . length decode_base64($_->{content_base64}) : '') }
        @{ $r->{created_files} };
}

sub memory { return (Pyexec::Daemon::slurp("/proc/$worker/status") =~ /^$_[0]:\s+(\d+)/m)[0] }
