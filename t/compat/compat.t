use strict;
use warnings;

# Scripts as models and tutorials write them: each is run here, and by python3
# in the same environment.  What it prints, how it exits, and the files that it
# leaves must be the same, but for those that "differences" lists.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use IO::Uncompress::Unzip;
use File::Basename qw(basename);
use File::Find;
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use IO::Select;
use JSON::PP;
use POSIX ();
use Test::More;

my $clients = 3;

# what a run has of nginx, and what makes it the same at any time

$ENV{TZ} = 'Europe/Madrid';
my @environment = ("TZ=$ENV{TZ}", qw(
    PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 USER=nobody MPLBACKEND=Agg
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
));

my $python = "$ENV{TEST_NGINX_PYTHON}/bin/python3";
my $top = tempdir('pyexec-compat.XXXXXX', TMPDIR => 1, CLEANUP => 1);
my @user = $> == 0
    ? qw(setpriv --reuid=65534 --regid=65534 --clear-groups) : ();

mkdir "$top/session";
chmod 0777, $top;

my $here = 't/compat';
my @scripts = @ARGV ? @ARGV : sort glob "$here/*.py";
my %differs = map { /^(\w+): (.+)/ } grep { !/^#/ } split /\n/,
    slurp("$here/differences");
my %missing = map { $_ => 1 } missing(@scripts);

my $d = Pyexec::Daemon->new(workers => 1, pool => "workers=$clients", more => <<'END');
location = /on { pyexec_execute default; }
location = /lenient { pyexec_execute default; pyexec_policy lenient; }
location = /off { pyexec_execute default; pyexec_policy off; }
END

# python3 makes matplotlib's list of fonts once

make_path("$top/fonts");
chmod 0777, "$top/fonts";
outside("$top/first", 'import matplotlib.pyplot', '') if !$missing{matplotlib};

# each client takes the next script of a pipe, and says what it found

pipe(my $tasks, my $todo) or die;
pipe(my $answers, my $found) or die;
syswrite $todo, pack('n', $_) for 0 .. $#scripts;
close $todo;

for (1 .. $clients) {
    defined(my $pid = fork) or die;
    next if $pid;
    close $answers;
    my $n;
    while (sysread $tasks, $n, 2) {
        my $i = unpack 'n', $n;
        my $result = encode_json([$i, compare($scripts[$i])]);
        syswrite $found, "$result\n";
    }
    POSIX::_exit(0);
}
close $found;

my (@result, %policy);

while (my $line = <$answers>) {
    my ($i, @rest) = @{ decode_json($line) };
    $result[$i] = \@rest;
}
1 while wait != -1;

for my $i (0 .. $#scripts) {
    my $name = basename($scripts[$i], '.py');
    my ($difference, $policy) = @{ $result[$i] || ['its client died', ''] };
    $policy{$policy}++;

  SKIP: {
        if ($policy eq 'skip') {
            skip("$name: no $difference");
        }
        if ($differs{$name}) {
            ok($difference, "$name differs: $differs{$name}")
                or diag("$name does not differ any more");
            next;
        }
        ok(!$difference, "$name, policy $policy") or diag($difference);
    }
}

for my $name (sort keys %differs) {
    ok(-e "$here/$name.py", "$name is a script") if !@ARGV;
}

note("$_: $policy{$_} scripts") for sort keys %policy;
unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');
done_testing();


sub compare {
    my ($script) = @_;
    my $name = basename($script, '.py');
    my $code = slurp($script);
    my $stdin = slurp("$here/$name.in");
    my ($lib) = grep { $missing{$_} } imports($code);
    return ($lib, 'skip') if $lib;

    my ($there, $policy) = inside($name, $code, $stdin);
    my $here = outside("$top/$name", $code, $stdin);
    my %file = map { $_ => 1 } grep { /^file / } keys %$here, keys %$there;

    for my $what ('stdout', 'stderr', 'exit', sort keys %file) {
        my ($one, $two) = ($here->{$what}, $there->{$what});
        next if defined $one && defined $two && $one eq $two;
        return (first($what, $one, $two), $policy);
    }
    return ('', $policy);
}

# the first lines that are not the same

sub first {
    my ($what, @text) = @_;
    my @lines = map { [split /^/, $_ // "(none)\n"] } @text;
    my ($n) = grep { ($lines[0][$_] // '') ne ($lines[1][$_] // '') }
        0 .. $#{ $lines[0] } + $#{ $lines[1] } + 1;
    my @shown = map {
        my $part = join '', grep { defined } @$_[$n .. $n + 5];
        $part =~ s/[^\n\x20-\x7e]/?/g;
        $part = substr $part, 0, 600;
        $part =~ s/^/    /mg;
        $part;
    } @lines;
    return "$what, from line " . ($n + 1) . "\npython3:\n$shown[0]\nhere:\n$shown[1]";
}

# under the strictest policy that lets the script run

sub inside {
    my ($name, $code, $stdin) = @_;

    for my $policy (qw(on lenient off)) {
        my $body = JSON::PP->new->utf8->encode({
            code => text($code), stdin => text($stdin), session_id => $name,
            auto_correct => JSON::PP::false, timeout_seconds => 60 });
        my $r = $d->http('POST', "/$policy", $body)->{json}
            or return ({ stderr => "no answer\n" }, $policy);
        next if $r->{status} eq 'blocked' && $policy ne 'off';

        my $error = $r->{attempts}[-1]{error};
        my $number = ($error->{type} // '') eq 'SystemExit'
            && $error->{message} =~ /^-?\d+$/;
        my %result = (
            stdout => plain($r->{stdout}), stderr => plain($r->{stderr}),
            exit => $r->{status} eq 'ok' ? 0 : $number ? $error->{message} & 255 : 1 );

        for my $file (@{ $r->{created_files} }) {
            my $path = $file->{path};
            utf8::encode($path);
            $path =~ m{^code_exec/[^/]+/(.*)}s;
            $result{"file $1"} = content("$d->{workspace}/$name/$path");
        }
        return (\%result, $policy);
    }
}

sub outside {
    my ($dir, $code, $stdin) = @_;
    my %result;

    mkdir $dir;
    chmod 0777, $dir;
    symlink "$top/session", "$dir/session";
    spew("$dir/main.py", $code);
    spew("$dir.in", $stdin);

    pipe(my $out, my $stdout) or die;
    pipe(my $err, my $stderr) or die;
    my $pid = fork // die;
    if (!$pid) {
        chdir $dir;
        open STDIN, '<', "$dir.in";
        open STDOUT, '>&', $stdout;
        open STDERR, '>&', $stderr;
        exec @user, 'env', '-i', @environment, "HOME=$dir", "TMPDIR=$dir",
            "MPLCONFIGDIR=$top/fonts", 'timeout', '60', $python, 'main.py'
            or POSIX::_exit(127);
    }
    close $_ for $stdout, $stderr;

    my %text = map { $_ => '' } $out, $err;
    my $select = IO::Select->new($out, $err);
    while ($select->count) {
        for my $pipe ($select->can_read) {
            sysread $pipe, $text{$pipe}, 65536, length $text{$pipe}
                or $select->remove($pipe);
        }
    }
    waitpid $pid, 0;

    $result{exit} = $? >> 8;
    $result{stdout} = plain(text($text{$out}));
    $result{stderr} = plain(text($text{$err}));

    find({ no_chdir => 1, wanted => sub {
        (my $path = $_) =~ s{^\Q$dir\E/}{};
        return if -l || !-f || $path eq 'main.py';
        $result{"file $path"} = content($_);
    } }, $dir);

    return \%result;
}

# without addresses, and the paths of a run's directory

sub plain {
    my ($text) = @_;
    utf8::encode($text);
    $text =~ s{(?:/[\w.-]+)*/code_exec/\d{8}T\d{6}-[0-9a-f]{12}}{CWD}g;
    $text =~ s{\Q$top\E/\w+}{CWD}g;
    $text =~ s/\b0x[0-9a-f]{6,}/ADDRESS/g;
    $text =~ s{CWD/main\.py(:\d+:|", line)}{main.py$1}g;
    return $text;
}

# without the times of its making

sub content {
    my ($path) = @_;
    my $content = slurp($path);

    if ($content =~ /^PK\x03\x04/) {
        my $zip = IO::Uncompress::Unzip->new($path);
        my ($parts, $more) = ('', 1);
        while ($more > 0) {
            my $member = do { local $/; <$zip> } // '';
            my $name = $zip->getHeaderInfo->{Name};
            $member =~ s/>\d{4}-\d\d-\d\dT[\d:]{8}Z</>TIME</g
                if $name eq 'docProps/core.xml';
            $parts .= "$name\n$member\n";
            $more = $zip->nextStream;
        }
        return $parts;
    }

    $content =~ s/\(D:\d{14}[^)]*\)/(TIME)/g if $content =~ /^%PDF/;
    $content =~ s/<dc:date>[^<]*</<dc:date>TIME</ if $content =~ /<svg/;
    return $content;
}

# the libraries that scripts import, and this environment does not have

sub missing {
    my %name = map { $_ => 1 } map { imports(slurp($_)) } @_;
    open my $f, '-|', $python, '-c',
        'import importlib.util as u, sys; print(*[n for n in sys.argv[1:] '
        . 'if not u.find_spec(n)], sep="\n")', sort keys %name or die;
    chomp(my @names = <$f>);
    close $f or die "$python: $?";
    return @names;
}

# made_ and no_such_: what a script makes itself, or means to miss

sub imports {
    my ($code) = @_;
    return grep { !/^(?:made_|no_such_|__main__$)/ } $code =~ /^\s*(?:import|from) (\w+)/mg;
}

sub text {
    my ($bytes) = @_;
    require Encode;
    return Encode::decode('UTF-8', $bytes, Encode::FB_DEFAULT());
}

sub slurp { open my $f, '<:raw', $_[0] or return ''; local $/; <$f> // '' }

sub spew { open my $f, '>:raw', $_[0] or die "$_[0]: $!"; print $f $_[1]; close $f }
