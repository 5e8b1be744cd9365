use strict;
use warnings;

# pyexec_files: storing and removing files of sessions.

use lib 't';
use File::Temp qw(tempdir);
use JSON::PP qw(encode_json);
use POSIX qw(mkfifo);
use Pyexec;
use Pyexec::Client;
use Pyexec::Daemon;
use Test::More;

my $dir = tempdir('pyexec-files.XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $w = "$dir/workspace";

# on another file system, where there is one

my $elsewhere = tempdir('pyexec-files.XXXXXX', -w '/dev/shm' ? (DIR => '/dev/shm') : (TMPDIR => 1), CLEANUP => 1);
chmod 0755, $dir, $elsewhere;

my $d = Pyexec::Daemon->new(workers => 2, pool => 'workers=2 preload=none', workspace => $w,
    http => 'pyexec_policy off; client_max_body_size 16m; client_body_buffer_size 8k;', more => <<'END' =~ s/WORKSPACE2/${w}2/r =~ s/ELSEWHERE/$elsewhere/r);
location ~ ^/api/files/(?<s>[^/]+)/(?<p>(?s).*)$ { pyexec_files default $s $p; }
location ~ ^/small/(?<s>[^/]+)/(?<p>(?s).*)$ { pyexec_files default $s $p; pyexec_max_session 4m; }
location ~ ^/elsewhere/(?<s>[^/]+)/(?<p>(?s).*)$ { pyexec_files default $s $p; client_body_temp_path ELSEWHERE; }
location = /api/small { pyexec_execute default; pyexec_max_session 4m; }
location = /any { pyexec_files default $arg_s $arg_p; }
location ~ ^/full/(?<s>[^/]+)/(?<p>(?s).*)$ { pyexec_files default $s $p; pyexec_workspace WORKSPACE2; pyexec_min_free 1000000g; }
END

my $files = '/api/files';

# a new file, and its directories

my $r = put("$files/s/uploads/deep/a%20b%25.csv", 'a,b');
is($r->{code}, 201, 'a new file');
is_deeply({ map { $_ => $r->{json}{$_} } qw(path size_bytes mime_type url) },
          { path => 'uploads/deep/a b%.csv', size_bytes => 3, mime_type => 'text/csv', url => "$files/s/uploads/deep/a%20b%25.csv" }, 'is told of');
my $a = $r->{json}{url};
my $tag = tag($r);
$r = get($a);
is("$r->{code} $r->{body}", '200 a,b', 'and had');
is(tag($r), $tag, 'with the same tag');
is($d->post('print(open("session/uploads/deep/a b%.csv").read(), end="")', session_id => 's')->{stdout}, 'a,b', 'a run reads it');

$r = put($a, 'other');
is("$r->{code} $r->{json}{size_bytes}", '200 5', 'it is replaced');
is(get($a)->{body}, 'other', 'by the other');
is(put("$files/s/empty", '')->{code}, 201, 'an empty one');
is(request(PUT => "$files/s/none", undef)->{code}, 201, 'none at all');
is(-s "$w/s/$_", 0, 'has no bytes') for 'empty', 'none';

my $large = join '', map { chr($_ % 251) } 1 .. 3_000_003;
is(put("$files/s/large", $large)->{code}, 201, 'a large one');
ok(get("$files/s/large")->{body} eq $large, 'as it was');
my @pieces = map { substr $large, $_ * 500_000, 500_000 } 0 .. 6;
$r = Pyexec::Client->new($d->port)->send(Pyexec::Client::message(PUT => "$files/s/chunks", undef, 'Transfer-Encoding' => 'chunked')
    . join '', map { sprintf("%x\r\n", length) . "$_\r\n" } @pieces, '')->answer;
is($r->{code}, 201, 'in chunks');
ok(get("$files/s/chunks")->{body} eq $large, 'the same');

note('bodies are on ' . ((stat $elsewhere)[0] == (stat $dir)[0] ? 'the same' : 'another') . ' file system');
is(put('/elsewhere/s/moved', $large)->{code}, 201, 'from another file system');
ok(get("$files/s/moved")->{body} eq $large, 'the same');

# preconditions

$tag = tag(get($a));
is(put($a, 'x', 'If-None-Match' => '*')->{code}, 412, 'not if there is one');
is(put("$files/s/first", 'x', 'If-None-Match' => '*')->{code}, 201, 'if there is none');
is(put($a, 'x', 'If-Match' => '"other"')->{code}, 412, 'not another one');
is(put($a, 'x', 'If-Match' => "W/$tag")->{code}, 412, 'nor one like it');
is(put($a, 'x', 'If-None-Match' => "\"no\", W/$tag")->{code}, 412, 'nor this one');
is(put("$files/s/new/dir/f", 'x', 'If-Match' => '*')->{code}, 412, 'not if there is none');
ok(!-e "$w/s/new", 'for which no directory is made');
is(get($a)->{body}, 'other', 'it stays as it was');
is(put($a, 'last', 'If-Match' => "\"no\" , $tag")->{code}, 200, 'this one');
is(request(DELETE => $a, undef, 'If-Match' => $tag)->{code}, 412, 'is removed if it is this');
is(request(DELETE => $a, undef, 'If-Match' => '*')->{json}{removed_files}, 1, 'it is removed');
is(get($a)->{code}, 404, 'and gone');
is(request(DELETE => $a)->{code}, 404, 'once');

# what is not to be written

for my $path ('code_exec', 'code_exec/x', 'code_exec/.size', '') {
    is(put("$files/s/$path", 'x')->{code}, 403, "no file at \"$path\"");
    is(request(DELETE => "$files/s/$path?recursive=1")->{code}, 403, "nor is it removed");
}
is(put("$files/s/uploads", 'x')->{code}, 409, 'nor where a directory is');
is(put("$files/s/uploads/", 'x')->{code}, 409, 'nor with a slash');
is(put("$files/s/empty/x", 'x')->{code}, 409, 'nor below a file');
is(put("$files/s/" . 'x' x 256, 'x')->{code}, 400, 'nor with a name that is too long');
is(put("/any?s=s&p=../t/x", 'x')->{code}, 400, 'nor elsewhere');
is(put("/any?s=..&p=x", 'x')->{code}, 400, 'nor in what is no session');
is(put("$files/s/part", 'x', 'Content-Range' => 'bytes 0-0/2')->{code}, 400, 'nor a part');
is(request(PUT => "$files/s/part", undef, 'Content-Length' => 17 << 20)->{code}, 413, 'nor more than client_max_body_size');
is(request(POST => "$files/s/part", 'x')->{code}, 405, 'nor by another method');
ok(!-e "$w/s/part", 'nothing of it is there');
ok($d->post('open("mine", "w")', session_id => 's')->{run_id}, 'runs go on');

# links and other things

my $secret = "$d->{dir}/secret";
write_file($secret, 'secret');
mkdir "$w/links" or die "mkdir: $!";
chmod 0777, "$w/links";
symlink $secret, "$w/links/file";
symlink '../s', "$w/links/dir";
symlink "$w/links/nowhere", "$w/links/dangling";
symlink '../s', "$w/links/code_exec";
link $secret, "$w/links/hard" or die "link: $!";
mkfifo("$w/links/fifo", 0666) or die "mkfifo: $!";
symlink 's', "$w/alias";

is(put("$files/links/$_", 'x')->{code}, 409, "no file at $_") for qw(file dir/x dangling hard fifo fifo/x dir);
is(request(DELETE => "$files/links/$_?recursive=1")->{code}, 404, "nor is it removed") for qw(file dir/empty dir dangling hard fifo);
is(put("$files/alias/x", 'x')->{code}, 404, 'nor in a session that is a link');
is(slurp($secret), 'secret', 'what links lead to is as it was');
ok(!-e "$w/s/x" && -e "$w/s/empty", 'there too');
is(put("$files/links/good", 'x')->{code}, 201, 'a file beside them');

# directories

is(put("$files/tree/$_", 'x')->{code}, 201, "a file $_") for qw(d/1 d/2/3 d/2/4 e);
symlink $dir, "$w/tree/d/out";
chmod 0555, "$w/tree/d/2";
$r = request(DELETE => "$files/tree/d");
is($r->{code}, 409, 'a directory is not removed');
like($r->{json}{detail}, qr/recursive=1/, 'without that');
is(request(DELETE => "$files/tree/d/?recursive=1")->{json}{removed_files}, 3, 'with it, its files are counted');
ok(!-e "$w/tree/d" && -e "$w/tree/e" && -e $secret, 'and nothing else is removed');

# names with every byte

my @bytes = grep { $_ != ord '/' } 1 .. 255;
my %code = map { put(sprintf("$files/bytes/%%%02xx", $_), $_)->{code} => 1 } @bytes;
is(join(' ', keys %code), 201, 'names of every byte');
is(join(' ', map { slurp("$w/bytes/" . chr($_) . 'x') } @bytes), "@bytes", 'are those of the files');
is(request(DELETE => "$files/bytes/%0ax")->{code}, 200, 'and removed by them');
ok(!-e "$w/bytes/\nx" && -e "$w/bytes/ x", 'one of them');

# a body that stops in the middle leaves nothing, whoever has it then

my $c = Pyexec::Client->new($d->port)->send(substr Pyexec::Client::message(PUT => "$files/half/d/f", 'x' x 1_000_000), 0, 500_000);
$c->close;
is(put("$files/half/other", 'x')->{code}, 201, 'another request');
ok(!-e "$w/half/d", 'nothing of one that has stopped');
is(put("$files/s/large", 'x' x 2_000_000)->{code}, 200, 'a file');
$c = Pyexec::Client->new($d->port)->send(substr Pyexec::Client::message(PUT => "$files/s/large", 'y' x 2_000_000), 0, 1_500_000);
$c->reset;
is(get("$files/s/large")->{body}, 'x' x 2_000_000, 'that was to be replaced is whole');

# many PUTs of one name: one of them is there, whole, at any time

my @c = map { my $n = $_; map { Pyexec::Client->new($d->port)->send(Pyexec::Client::message(PUT => "$files/s/one", $n x 300_000)) } 1 .. 3 } 1 .. 5;
my @codes = map { $_->answer->{code} } @c;
is(join(' ', sort @codes), join(' ', (200) x 14, 201), 'one of them makes it');
my $one = get("$files/s/one")->{body};
ok($one eq substr($one, 0, 1) x 300_000, 'the file is one of them');
@c = map { Pyexec::Client->new($d->port)->send(Pyexec::Client::message(PUT => "$files/s/only", $_ x 100, 'If-None-Match' => '*')) } 1 .. 9;
is(join(' ', sort map { $_->answer->{code} } @c), join(' ', 201, (412) x 8), 'the first, if there is to be one only');
$tag = tag(get("$files/s/only"));
@c = map { Pyexec::Client->new($d->port)->send(Pyexec::Client::message(PUT => "$files/s/only", $_ x 99, 'If-Match' => $tag)) } 1 .. 9;
is(join(' ', sort map { $_->answer->{code} } @c), join(' ', 200, (412) x 8), 'or the first that changes it');
# a file is there, whole, while it is replaced

put("$files/s/over", 'x' x 100);
my $over = fork // die "fork: $!";
if ($over == 0) {
    my $c = Pyexec::Client->new($d->port);
    $c->ask(PUT => "$files/s/over", $_ x 100) for ('a' .. 'z') x 20;
    POSIX::_exit(0);
}
my %seen;
do {
    my $c = Pyexec::Client->new($d->port);
    my $r = $c->ask(GET => "$files/s/over");
    $seen{ "$r->{code} " . ($r->{body} =~ s/\A(.)\1{99}\z/whole/r) }++;
    $seen{ 'listed ' . @{ $c->ask(GET => "$files/s/?glob=over")->{json}{items} } }++;
} while waitpid($over, POSIX::WNOHANG()) == 0;
is(join(', ', sort keys %seen), '200 whole, listed 1', 'a file that is replaced is there all the time');
is(join(' ', glob("$w/s/.pyexec*")), '', 'no temporary name is left');

# what a session may hold

is(put("/small/q/$_", 'x' x 1_500_000)->{code}, 201, "a file of a small session") for 1, 2;
$r = put('/small/q/3', 'x' x 1_500_000);
is("$r->{code} $r->{json}{detail}", '413 the session would hold more than pyexec_max_session', 'which has no room for a third');
is(put('/small/q/2', 'x' x 2_500_000)->{code}, 200, 'but for a larger second');
is(request(PUT => '/small/q/4', undef, 'Content-Length' => 5 << 20)->{code}, 413, 'too long a one is not even received');
$c = Pyexec::Client->new($d->port)->send(Pyexec::Client::message(PUT => '/small/q/4', undef, 'Transfer-Encoding' => 'chunked')
    . sprintf("%x\r\n%s\r\n", 1 << 20, 'x' x (1 << 20)) x 5);
$r = $c->answer(timeout => 10);
is("$r->{code} " . ($r->{json}{detail} // ''), '413 the session would hold more than pyexec_max_session', 'nor the end of one in chunks');
is($d->http(POST => '/api/small', encode_json({ session_id => 'q', code => 'open("f", "wb").write(bytes(1 << 20))' }))->{json}{limit}, 'disk',
   'a run has no more room than that');
is(request(DELETE => '/small/q/1')->{code}, 200, 'when one is removed');
is(put('/small/q/3', 'x' x 1_000_000)->{code}, 201, 'there is room');
ok(!-e "$w/q/4", 'nothing was left of others');

@c = map { Pyexec::Client->new($d->port)->send(Pyexec::Client::message(PUT => "/small/race/d$_/f", 'x' x 1_500_000)) } 1 .. 6;
my %n;
$n{ $_->answer->{code} }++ for @c;
is_deeply(\%n, { 201 => 2, 413 => 4 }, 'of many at a time, as many as there is room for');

# a full disk

$r = put('/full/s/new/f', 'x');
is("$r->{code} $r->{json}{detail}", "507 the workspace's disk is full", 'a full disk');
ok(!-e "${w}2/s", 'of which nothing is left');
is(request(DELETE => '/full/s/f')->{code}, 404, 'it can be told what to remove');

# another owner's session, by whom it is not opened to the pool

SKIP: {
    skip 'only root has other users', 5 if $> != 0;
    mkdir "$w/theirs" or die "mkdir: $!";
    chmod 0755, "$w/theirs";
    mkdir "$w/theirs/$_" or die "mkdir: $!" for qw(closed open);
    write_file("$w/theirs/$_/f", 'f') for qw(closed open);
    chown 1000, 1000, map { "$w/theirs$_" } '', '/closed', '/open', '/closed/f', '/open/f';
    chmod 0777, "$w/theirs/open";
    chmod 0600, "$w/theirs/closed/f";
    $r = put("$files/theirs/closed/x", 'x');
    like("$r->{code} $r->{json}{detail}", qr/^403 .*closed to the pool's user/, 'nothing is put into what is closed');
    chmod 01777, "$w/theirs/closed";
    $r = put("$files/theirs/closed/f", 'x');
    like("$r->{code} $r->{json}{detail}", qr/^403 .*closed to the pool's user/, 'nor for what another owns');
    chmod 0755, "$w/theirs/closed";
    is(request(DELETE => "$files/theirs/closed?recursive=1")->{code}, 403, 'nor removed');
    is(get("$files/theirs/closed/f")->{code}, 403, 'nor read');
    is(put("$files/theirs/open/f", 'new')->{code}, 200, 'but into what is open');
}

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer|is buffered/, 'the log has no alert, nor a line for each upload');
done_testing();

sub request { my ($method, $path, $body, %fields) = @_; Pyexec::Client->new($d->port)->ask($method, $path, $body, %fields) }
sub put { request('PUT', @_) }
sub get { request('GET', $_[0]) }
sub tag { ($_[0]{head} =~ /^ETag: (\S+)\r/m)[0] }
sub slurp { open my $f, '<', $_[0] or return ''; local $/; <$f> // '' }
sub write_file { my ($name, $text) = @_; open my $f, '>', $name or die "$name: $!"; print $f $text; close $f }
