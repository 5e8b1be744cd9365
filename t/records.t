use strict;
use warnings;

# A run's record is the pool's word; all else in its directory is the code's.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none', http => 'pyexec_policy off; pyexec_max_disk 300m; pyexec_max_file_size 200m;');
my $runs = "$d->{dir}/workspace/s/code_exec";

sub post { $d->http('POST', '/api/execute-code', JSON::PP::encode_json({ session_id => 's', code => $_[0] })) }
sub stored { $d->http('GET', "/api/code-results/s/$_[0]") }
sub files { [ map { $_->{path} =~ s{^code_exec/[^/]+/}{}r } @{ $_[0]{json}{created_files} } ] }
sub own { Pyexec::Daemon::slurp("$runs/$_[0]{json}{run_id}/$_[1]") }

# files of the code's with names that the pool uses too

my $put = join '', map { "open('$_', 'w').write('mine')\n" } qw(attempts.jsonl main.py main.py.new result.json);
my $answer = post("import os\n${put}os.remove('session')\nopen('session', 'w').write('mine')");
my @mine = qw(attempts.jsonl main.py main.py.new result.json session);
is($answer->{json}{status}, 'ok', 'code that uses the names of the pool\'s files');
is_deeply(files($answer), \@mine, 'has them listed');
is(own($answer, $_), 'mine', "and keeps its $_") for @mine;
is(stored($answer->{json}{run_id})->{body}, $answer->{body}, 'the stored result is the one that was answered');

$answer = post('open("main.py", "r+").write("0")');
is_deeply(files($answer), ['main.py'], 'a main.py of the same size is the code\'s too');
like(own($answer, 'main.py'), qr/^0pen/, 'and stays');

$answer = post('import os; os.remove("main.py"); os.remove("session")');
is_deeply(files($answer), [], 'what the code has removed');
like(own($answer, 'main.py'), qr/^import os; os/, 'is put back: main.py');
is(readlink "$runs/$answer->{json}{run_id}/session", '../..', 'and the link');
is(own($answer, 'result.json'), $answer->{body}, 'the record is there as result.json');
is(own($answer, 'attempts.jsonl') =~ tr/\n//, 1, 'beside the attempts');

$answer = post('import os; os.mkdir("result.json"); open("result.json/f", "w")');
is_deeply(files($answer), ['result.json/f'], 'a directory with the name of the result');
is(stored($answer->{json}{run_id})->{body}, $answer->{body}, 'does not hide it');

$answer = post('f = open("result.json", "w"); f.truncate(100 << 20)');
is($answer->{json}{created_files}[0]{size_bytes}, 100 << 20, 'nor does a large file');
is(stored($answer->{json}{run_id})->{body}, $answer->{body}, 'which is not served instead');

# what fails, is repaired or killed

$answer = post("open('a', 'w')\nopen('result.json', 'w')\n1/0");
is_deeply(files($answer), ['a', 'result.json'], 'files of a failed run are listed');

$answer = post("import os\nprint(sorted(os.listdir('.')), open('main.py').read().count('json'))\n"
               . "open('a', 'w')\nopen('main.py', 'w')\nos.remove('session')\nprint(json.dumps([]))\nos.mkdir('session')");
is($answer->{json}{stdout}, "['main.py', 'session'] 3\n[]\n", 'another attempt begins with an empty directory')
    or diag(explain($answer));
is_deeply(files($answer), ['a', 'main.py'], 'and its files alone are listed');

my $run = $d->post_in_background("open('result.json', 'w').write('{\"forged\": 1}')\nimport time; time.sleep(60)", session_id => 's');
ok($d->until(5, sub { ($d->list('s')->[-1]{status} // '') eq 'running' }), 'a run that makes its own result');
my $id = $d->list('s')->[-1]{run_id};
ok($d->until(5, sub { -s "$runs/$id/result.json" }), 'before its client goes');
$d->hang_up($run);
ok($d->until(5, sub { $d->list('s')->[-1]{status} eq 'interrupted' }), 'is interrupted');
is(stored($id)->{code}, 404, 'and has no stored result');

# what is found on disk: a result of an older version, and a link

mkdir "$runs/20200101T000000-00000000000a";
open my $f, '>', "$runs/20200101T000000-00000000000a/result.json";
print $f '{"forged": 1}';
close $f;
symlink '20200101T000000-00000000000a', "$runs/20200101T000000-00000000000b";
is(stored("20200101T000000-00000000000$_")->{code}, 404, 'a result that is no record is not served') for 'a', 'b';

# records behind a link, and what else has a record's name

$answer = post('print(1)');
rename "$runs/.results", "$runs/.away" or die "rename: $!";
symlink '.away', "$runs/.results" or die "symlink: $!";
is(stored($answer->{json}{run_id})->{code}, 404, 'what is behind a link is no record');
unlink "$runs/.results";
rename "$runs/.away", "$runs/.results";
is(stored($answer->{json}{run_id})->{body}, $answer->{body}, 'without it, it is');
mkdir "$runs/.results/20200101T000000-00000000000c.json" or die "mkdir: $!";
is(stored('20200101T000000-00000000000c')->{code}, 404, 'nor is a directory');
rmdir "$runs/.results/20200101T000000-00000000000c.json";

# a line that can't be written

unlink "$runs/runs.jsonl";
mkdir "$runs/runs.jsonl" or die "mkdir: $!";
$answer = post('open("a", "w").write("a")');
is("$answer->{code} $answer->{json}{detail}", '500 the run cannot be recorded', 'a run whose line cannot be written');
rmdir "$runs/runs.jsonl" or die "rmdir: $!";
my ($last) = grep { $_->{status} ne 'running' } @{ $d->list('s') };
is($last->{status}, 'interrupted', 'is listed as interrupted');
is(stored($last->{run_id})->{code}, 404, 'and has no result');
ok(!-e "$runs/$last->{run_id}", 'nor files');

# names that are not UTF-8

$answer = post('[open(n, "w") for n in (b"\xff", b"\xfe", b"\\\\xff", b"a\\\\b", b"\\\\x5cxff")]');
is_deeply([ sort @{ files($answer) } ], [ sort '\xff', '\xfe', '\x5cxff', 'a\b', '\x5cx5cxff' ], 'different names have different paths')
    or diag(explain($answer));

is($d->http('DELETE', '/api/code-cleanup/s')->{code}, 200, 'a clean-up');
is_deeply([ glob "$runs/.results/*" ], [], 'removes the records too');

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();
