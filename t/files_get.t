use strict;
use warnings;

# pyexec_files: lists of a session's files, and the files themselves.

use lib 't';
use File::Temp qw(tempdir);
use POSIX qw(mkfifo);
use Pyexec;
use Pyexec::Client;
use Pyexec::Daemon;
use Socket qw(AF_UNIX SOCK_STREAM pack_sockaddr_un);
use Test::More;

my $dir = tempdir('pyexec-files.XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $w = "$dir/workspace";
my $other = ($ENV{TEST_NGINX_PORT} || 1984) + 2;
chmod 0755, $dir;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none', workspace => $w,
    http => 'pyexec_policy off;', more => <<'END' =~ s/OTHER/$other/r =~ s/WORKSPACE/$w/r);
location ~ ^/api/files/(?<s>[^/]+)/(?<p>(?s).*)$ { pyexec_files default $s $p; sendfile on; gzip on; gzip_min_length 1; gzip_types text/csv; }
location ~ ^/odd/(?<s>[^/]+)/of/(?<p>.*)$ { pyexec_files default $s $p; directio 1m; read_ahead 1; }
location = /any { pyexec_files default $arg_s $arg_p; }
} server { listen 127.0.0.1:OTHER; pyexec_workspace WORKSPACE; pyexec_policy off; location = /run { pyexec_execute default; }
END

my $files = '/api/files';

# what a run has made, and what somebody has put there

my $run = $d->post('open("serie.csv", "w").write("a,b\n" * 100); open(".hidden", "w"); open("page.html", "w").write("<script>")',
                   session_id => 's');
my $code = "code_exec/$run->{run_id}";
mkdir "$w/s/uploads" or die "mkdir: $!";
put("$w/s/uploads/a b%41.txt", '0123456789');
put("$w/s/uploads/empty", '');

my $r = get("$files/s/");
is($r->{code}, 200, 'a list');
my @paths = map { $_->{path} } @{ $r->{json}{items} };
is_deeply(\@paths, [sort map({ "$code/$_" } qw(.hidden attempts.jsonl main.py page.html serie.csv)), 'code_exec/runs.jsonl',
                    'uploads/a b%41.txt', 'uploads/empty'], 'has all files but the pool\'s records, sorted');
is_deeply([@{ $r->{json} }{qw(session_id path)}, !!$r->{json}{truncated}], ['s', '', ''], 'and says of what it is');

my ($item) = grep { $_->{path} =~ /a b/ } @{ $r->{json}{items} };
is($item->{url}, '/api/files/s/uploads/a%20b%2541.txt', 'a URL');
is_deeply([@$item{qw(size_bytes mime_type)}], [10, 'text/plain'], 'size and type');
like($item->{modified_at}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/, 'and time');
is(get($item->{url})->{body}, '0123456789', 'where the file is');

is_deeply([map { $_->{path} } @{ get("$files/s/uploads/")->{json}{items} }], ['uploads/a b%41.txt', 'uploads/empty'],
          'a directory has its own list');
is(get("$files/s/uploads/")->{json}{path}, 'uploads', 'with its path');
is_deeply([map { $_->{path} } @{ get("$files/s/?glob=*.csv")->{json}{items} }], ["$code/serie.csv"], 'a pattern fits files below');
is_deeply([map { $_->{path} } @{ get("$files/s/uploads/?glob=%5Bae%5D*")->{json}{items} }],
          ['uploads/a b%41.txt', 'uploads/empty'], 'of the path in the directory');
$r = get("$files/s/?limit=2");
is_deeply([scalar @{ $r->{json}{items} }, !!$r->{json}{truncated}], [2, 1], 'a list that is cut says so');
is(@{ get("$files/s/?limit=-3")->{json}{items} }, 1, 'limits are clamped');
is(get("$files/s/?limit=x")->{code}, 422, 'what is none is refused');
is_deeply(get("$files/none/")->{json}{items}, [], 'a session that is not there has no files');
is(get("$files/none/x/")->{code}, 404, 'and no directories');
is(get("$files/s/uploads/empty/")->{code}, 404, 'a file is none');

# created_files tell where they are, if a location of the server does

my %urls = map { $_->{path} => $_->{url} } @{ $run->{created_files} };
is_deeply([map { $urls{$_} } sort keys %urls], [map { "$files/s/$code/$_" } qw(.hidden page.html serie.csv)], 'URLs of created files');
is(get($urls{"$code/serie.csv"})->{code}, 200, 'where they are');
is($d->http(GET => "/api/code-results/s/$run->{run_id}")->{json}{created_files}[0]{url}, $urls{"$code/.hidden"}, 'in the stored result, too');
my $odd = $d->post(qq{open("\xf1 ?#%25.txt", "w").write("odd")}, session_id => "a \xf1%41");
like($odd->{created_files}[0]{url}, qr{^/api/files/a%20%C3%B1%2541/code_exec/[^/]+/%C3%B1%20%3F%23%2525\.txt$}, 'of odd names');
is(get($odd->{created_files}[0]{url})->{body}, 'odd', 'as well');
ok(!exists Pyexec::Client->new($other)->ask(POST => '/run', '{"code": "open(\"f\", \"w\")"}')->{json}{created_files}[0]{url},
   'none where another server has the location');

# a file

$r = get("$files/s/$code/serie.csv");
is($r->{code}, 200, 'a file of a run that has ended');
is($r->{body}, "a,b\n" x 100, 'its contents');
like($r->{head}, qr{^Content-Type: text/csv\r}m, 'its type');
like($r->{head}, qr/^Cache-Control: private, max-age=31536000, immutable\r/m, 'may be kept');
unlike($r->{head}, qr/^Content-Disposition/m, 'browsers show it');
secure($r, 'CSV');

$r = get("$files/s/$code/page.html");
like($r->{head}, qr/^Content-Disposition: attachment\r/m, 'HTML they don\'t');
secure($r, 'HTML');

$r = get("$files/s/uploads/a%20b%2541.txt?download=1");
like($r->{head}, qr/^Content-Disposition: attachment; filename="a b_41.txt"; filename\*=UTF-8''a%20b%2541.txt\r/m,
     'a download has its name');
like($r->{head}, qr/^Cache-Control: private, no-cache\r/m, 'an upload is asked for again');
like($r->{head}, qr/^Last-Modified: /m, 'it has a time');
my ($etag) = $r->{head} =~ /^ETag: ("\S+")\r/m;
ok($etag, 'and a strong tag');

my $a = "$files/s/uploads/a%20b%2541.txt";
is(get($a, 'If-None-Match' => $etag)->{code}, 304, 'not modified');
is(get($a, 'If-Match' => '"other"')->{code}, 412, 'a precondition fails');
like(get($a, 'If-Match' => '"other"')->{json}{detail}, qr/precondition/, 'with JSON');
is(get($a, 'If-Match' => $etag)->{code}, 200, 'or holds');
$r = get($a, Range => 'bytes=2-4');
is("$r->{code} $r->{body}", '206 234', 'a range');
$r = get($a, Range => 'bytes=20-');
is("$r->{code} $r->{json}{detail}", '416 the range is not in the file', 'one that is not there');
$r = get($a, Range => 'bytes=2-4', 'If-Range' => '"other"');
is("$r->{code} $r->{body}", '200 0123456789', 'a range of what has changed');
$r = get($a, Range => 'bytes=' . join ',', ('0-9') x 1000);
is("$r->{code} $r->{body}", '200 0123456789', 'a thousand ranges are one file');
$r = get("$files/s/$code/serie.csv", 'Accept-Encoding' => 'gzip', Connection => 'close');
like($r->{head}, qr/^ETag: W\/.*^Content-Encoding: gzip\r/ms, 'compressed');
$r = get("$files/s/uploads/empty");
is("$r->{code} $r->{body}", '200 ', 'an empty one');
$r = Pyexec::Client->new($d->port)->send(Pyexec::Client::message(HEAD => $a))->answer(head => 1);
like("$r->{code} $r->{head}", qr/^200 .*Content-Length: 10\r/s, 'HEAD');
$r = get("$files/s/uploads");
like("$r->{code} $r->{json}{detail}", qr/^404 no such file, but a directory/, 'a directory is none');

# tags differ with contents of the same length

my $before = tag($a);
put("$w/s/uploads/a b%41.txt", '9876543210');
isnt(tag($a), $before, 'another tag for other contents');

# methods, names of sessions, paths

$r = get("$files/s/x", Method => 'POST');
is($r->{code}, 405, 'other methods');
like($r->{head}, qr/^Allow: GET, HEAD/m, 'have Allow');
is(get("$files/..x/y")->{code}, 400, 'a session\'s name is checked');
is(get("$files/.x/")->{code}, 400, 'for lists too');
is(get("/any?s=s&p=$_")->{code}, 400, "path $_") for '..', '../s/uploads/empty', 'a/../b', './uploads', 'uploads//empty', '/etc/passwd', '/';
is(get("$files/s/$_")->{code}, 404, "no $_")
    for 'none', 'uploads/none', 'uploads/empty/x', 'code_exec/.size', 'code_exec/.results/' . "$run->{run_id}.json",
        'code_exec/.running/', 'x' x 300, 'y/' x 1500 . 'z', '%2e%2e/.pyexec.lock';
is(get("/odd/s/of/uploads/empty")->{code}, 200, 'another location');
ok(!exists get("/odd/s/of/uploads/")->{json}{items}[0]{url}, 'which does not tell its URLs');

# names with every byte: that of a file and that of a session are decoded once

my @bytes = grep { $_ != ord '/' } 1 .. 255;
put("$w/s/uploads/" . chr($_) . 'n', "byte $_") for @bytes;
my @items = @{ get("$files/s/uploads/?glob=?n")->{json}{items} };
is(@items, @bytes, 'all names are listed');
my %got = map { get($_->{url})->{body} => 1 } @items;
is(keys %got, @bytes, 'and had by their URLs');
is(keys %{{ map { $_->{path} => 1 } @items }}, @bytes, 'with paths of their own');
put("$w/s/x", 'one');
put("$w/s/x\n", 'two');
is(get("$files/s/x%0a")->{body}, 'two', 'a newline at the end is of the name');
like(get("$files/s/uploads/%0an?download=1")->{head}, qr/filename="_n"; filename\*=UTF-8''%0An\r/, 'it splits no header');
like(get("$files/s/uploads/%22n?download=1")->{head}, qr/filename="_n"; filename\*=UTF-8''%22n\r/, 'nor a quotation mark a value');

# what is not a regular file with one name

my $secret = "$d->{dir}/secret";
put($secret, 'secret');
mkdir "$w/$_" or die "mkdir: $!" for 'links', 'links/real', 'links/real/sub';
put("$w/links/real/sub/f", 'f');
symlink $secret, "$w/links/file";
symlink '../s/uploads', "$w/links/dir";
symlink 'real', "$w/links/beneath";
symlink '../real/sub', "$w/links/real/middle";
symlink '/proc/self/fd', "$w/links/magic";
symlink "../links", "$w/alias";
link $secret, "$w/links/hard" or die "link: $!";
mkfifo("$w/links/fifo", 0666) or die "mkfifo: $!";
socket my $socket, AF_UNIX, SOCK_STREAM, 0 or die "socket: $!";
bind $socket, pack_sockaddr_un("$w/links/socket") or die "bind: $!";
system("mknod $w/links/zero c 1 5 2>/dev/null; mknod $w/links/disk b 8 0 2>/dev/null") if $> == 0;

for my $path (qw(file dir/empty beneath/sub/f real/middle/f magic/0 magic/4 hard fifo socket zero disk dir beneath)) {
    my $r = get("$files/links/$path");
    is($r->{code}, 404, "nothing at $path");
}
is(get("$files/links/$_/")->{code}, 404, "no list of $_") for qw(dir beneath real/middle magic fifo);
is(get("$files/alias/real/sub/f")->{code}, 404, 'a session that is a link');
is_deeply([map { $_->{path} } @{ get("$files/links/")->{json}{items} }], ['real/sub/f'], 'nor are they listed');
is(get("$files/links/real/sub/f")->{body}, 'f', 'what no link leads to is there');

# a file of a run under way, and what changes while it is sent

my $long = $d->post_in_background('import time; open("now", "w").write("1"); time.sleep(60)', session_id => 'now');
my $now = $d->until(20, sub { my $items = get("$files/now/?glob=*/now")->{json}{items}; @$items && $items->[0]{size_bytes} && $items->[0]{url} });
ok($now, 'a file of a run under way is listed');
like(get($now)->{head}, qr/no-cache/, 'and may change');
$d->hang_up($long);
ok($d->until(20, sub { get($now)->{head} =~ /immutable/ || get($now)->{code} == 404 }), 'until the run has ended');

my $size = 8 << 20;
put("$w/s/big", 'x' x $size);
my $c = slow("$files/s/big");
put("$w/s/new", 'y' x $size);
rename "$w/s/new", "$w/s/big";
$r = $c->answer;
is(length $r->{body}, $size, 'a file that is replaced');
unlike($r->{body}, qr/[^x]/, 'is sent as it was');

is(get("/odd/s/of/big")->{body}, 'y' x $size, 'the next one gets the other, read around the cache');

$r = get("$files/s/big", Range => 'bytes=' . join ',', map { $_ % 100 . '-99' } 1 .. 1000);
is($r->{code}, 206, 'a thousand ranges that overlap');
my @parts = $r->{body} =~ m{^Content-Range: bytes \d+-99/$size\r\n\r\n(y+)\r$}mg;
is(scalar @parts, 1000, 'are as many parts');
is(length join('', @parts), 10 * 5050, 'of so many bytes');

$c = slow("$files/s/big");
open my $f, '>>', "$w/s/big" or die;
print $f 'more';
close $f;
is(length $c->answer->{body}, $size, 'one that grows has the length that it had');

$c = slow("$files/s/big");
truncate "$w/s/big", 10;
$r = $c->answer;
is($r->{code}, 0, 'one that shrinks ends its connection');
is(get("$files/s/big")->{body}, 'y' x 10, 'and no other');

unlike($d->log, qr/\[emerg\]|Sanitizer/, 'the log has no alert');
is(join("\n", grep { !/ was truncated|read only 0 of/ } $d->log =~ /.*\[alert\].*/g), '', 'but of what was cut');

done_testing();

sub put { my ($name, $text) = @_; open my $f, '>', $name or die "$name: $!"; print $f $text; close $f }

sub get {
    my ($path, %fields) = @_;
    my $method = delete $fields{Method} // 'GET';
    return Pyexec::Client->new($d->port)->ask($method, $path, undef, %fields);
}

sub tag { (get($_[0])->{head} =~ /^ETag: (\S+)\r/m)[0] }

# a client that has read nothing yet but a window's worth

sub slow {
    my $c = Pyexec::Client->new($d->port, window => 65536)->send(Pyexec::Client::message(GET => $_[0]));
    $c->fill(20);
    return $c;
}

sub secure {
    my ($r, $what) = @_;
    like($r->{head}, qr/^X-Content-Type-Options: nosniff\r/m, "$what: nosniff");
    like($r->{head}, qr/^Content-Security-Policy: sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'\r/m, "$what: a policy");
    like($r->{head}, qr/^Cross-Origin-Resource-Policy: same-origin\r/m, "$what: of this site");
}
