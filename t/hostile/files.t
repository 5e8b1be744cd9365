use strict;
use warnings;

# Files and directories that become links, and back, while they are read,
# listed, stored and removed.

use lib 't';
use File::Temp qw(tempdir);
use Pyexec;
use Pyexec::Client;
use Pyexec::Daemon;
use Test::More;
use Time::HiRes qw(time);

use constant { SYS_renameat2 => 316, AT_FDCWD => -100, RENAME_EXCHANGE => 2 };

my $dir = tempdir('pyexec-files.XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $w = "$dir/workspace";
chmod 0755, $dir;
my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=1 preload=none', workspace => $w,
    http => 'keepalive_requests 1000000;',
    more => 'location ~ ^/api/files/(?<s>[^/]+)/(?<p>(?s).*)$ { pyexec_files default $s $p; }');

# what must neither be seen nor changed: as the names are within the session

for my $place ($dir, "$w/victim") {
    mkdir $place;
    mkdir "$place/secret" or die "mkdir: $!";
    mkdir "$place/secret/d" or die "mkdir: $!";
    write_file("$place/secret/$_", 'secret') for qw(f d/f);
    chmod 0777, "$place/secret", "$place/secret/d";
}
my @secrets = map { ("$_/f", "$_/d/f") } "$dir/secret", "$w/victim/secret";

mkdir "$w/s" or die "mkdir: $!";
chmod 0777, "$w/s";
for my $link (['one', "$dir/secret"], ['two', '../victim/secret'], ['three', 'one']) {
    my ($name, $to) = @$link;
    make($name);
    symlink $to, "$w/s/$name.link" or die "symlink: $!";
}
make('file');
symlink "$dir/secret/f", "$w/s/file/link" or die "symlink: $!";
link "$dir/secret/f", "$w/s/file/hard" or die "link: $!";

# it exchanges them as fast as it can

my @swaps = map { [map { "$w/s/$_\0" } @$_] } ['one', 'one.link'], ['two', 'two.link'], ['three', 'three.link'], ['file/f', 'file/link'],
    ['one/d', 'two/d'], ['file/f', 'file/hard'];
my $swapper = fork // die "fork: $!";
if ($swapper == 0) {
    while (getppid() != 1) {
        syscall(SYS_renameat2, AT_FDCWD, $_->[0], AT_FDCWD, $_->[1], RENAME_EXCHANGE) for @swaps;
    }
    exec 'true';
}

my $c = Pyexec::Client->new($d->port);
my (%codes, @seen);
my $end = time + 4;

while (time < $end) {
    for my $path (qw(one/f one/d/f two/f two/d/f three/f three/d/f file/f)) {
        my $r = ask(GET => $path);
        push @seen, $path if $r->{body} =~ /secret/ && $r->{code} == 200;
        ask(PUT => $path, 'good');
    }
    for my $path ('', 'one/', 'two/d/') {
        my $r = ask(GET => $path);
        push @seen, "a list of $path" if grep { $_->{size_bytes} == 6 } @{ $r->{json}{items} || [] };
    }
    ask(DELETE => $_) for qw(one/f two/d/f three/f);
    ask(DELETE => 'three/d?recursive=1');
}
kill KILL => $swapper;
waitpid $swapper, 0;

is("@seen", '', 'nothing is seen that links lead to');
is(join(' ', map { slurp($_) } @secrets), join(' ', ('secret') x @secrets), 'nor changed, nor removed');
ok($codes{"GET 200"} && $codes{"GET 404"}, 'files were there, and were not');
ok($codes{"PUT 200"} && $codes{"PUT 201"} && $codes{"PUT 409"}, 'some were stored, some not');
ok($codes{"DELETE 200"} && $codes{"DELETE 404"}, 'some were removed');
is(join(' ', grep { /500/ } sort keys %codes), '', 'none of it is an error of ours')
    or diag($d->log =~ /.*\[error\].*/g);
note(join ', ', map { "$_: $codes{$_}" } sort keys %codes);
unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();

sub make {
    my ($name) = @_;
    mkdir "$w/s/$name" or die "mkdir: $!";
    mkdir "$w/s/$name/d" or die "mkdir: $!";
    chmod 0777, "$w/s/$name", "$w/s/$name/d";
    write_file("$w/s/$name/$_", 'good') for qw(f d/f);
}

sub ask {
    my ($method, $path, @body) = @_;
    $c = Pyexec::Client->new($d->port) if $c->{eof};
    my $r = $c->ask($method, "/api/files/s/$path", @body);
    $codes{"$method $r->{code}"}++;
    return $r;
}

sub slurp { open my $f, '<', $_[0] or return "no $_[0]"; local $/; <$f> // '' }
sub write_file { my ($name, $text) = @_; open my $f, '>', $name or die "$name: $!"; print $f $text; close $f }
