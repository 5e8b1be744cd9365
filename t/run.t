use strict;
use warnings;

# "make run" serves, or ends with a sentence that says why it does not.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use Cwd qw(getcwd);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX qw(WNOHANG);
use Test::More;

my $port = Pyexec::Daemon->port;
my $dir = tempdir('pyexec-run-test.XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $script = getcwd . '/t/tools/run.sh';
my $build = dirname($ENV{TEST_NGINX_LOAD_MODULES});
my $odd = q{a b;c|d&e'f"g$HOME\n};
my $example = Pyexec::Daemon::slurp('conf.example');

# names that a shell, sed or nginx might take for something else

mkdir "$dir/$_" or die for $odd, 'example';
chmod 0755, $dir;
symlink $build, "$dir/$odd/build" or die;
$ENV{SERVER} = $ENV{TEST_NGINX_BINARY} || 'nginx';
$ENV{BUILD} = "$dir/$odd/build";
$ENV{PYTHON} = $ENV{TEST_NGINX_PYTHON};
$ENV{PORT} = $port;
$ENV{TMPDIR} = "$dir/$odd";

{
    my $run = start(WORKSPACE => "$dir/$odd/workspace");
    Pyexec::Daemon->until(60, sub { output() =~ /until Ctrl-C/ || ended($run) });
    like(output(), qr{^http://127.0.0.1:$port/api/execute-code is there until Ctrl-C}m, 'it says that it serves');
    my @runs = grep { -d } glob_in("$dir/$odd/workspace/default/code_exec");
    is(scalar @runs, 1, 'when it has run something');
    like(Pyexec::Daemon::slurp("$runs[0]/result.json"), qr/"status":"ok"/, 'with success');
    kill TERM => $run;
    is(status($run), 0, 'a signal ends it well');
}

is(refused(WORKSPACE => '/'), 'nginx', 'nginx does not start');
like(output(), qr{the workspace "/" and "/usr", .* are one in the other}, 'because of the workspace');

{
    my $other = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', LocalPort => $port, ReuseAddr => 1) or die;
    like(refused(), qr/^bind\(\) to 127.0.0.1:$port failed/, 'somebody else has the port');
}

like(refused(_under => ['prlimit', '--nofile=100']),
     qr/ the hard limit of RLIMIT_NOFILE, 100, is below the 256 that pyexec_max_open_files needs$/, 'a limit of runs');

$example =~ s/max_queue=1000/workers=60/ && $example =~ s/(?=pyexec_workspace)/pyexec_max_open_files 64;\n/ or die;
open my $file, '>', "$dir/example/conf.example" or die;
print $file $example;
close $file;
chdir "$dir/example" or die;

like(refused(_under => ['prlimit', '--nofile=100']),
     qr/ the hard limit of RLIMIT_NOFILE, 100, is below the \d{3} that workers=60 needs$/, "a limit of the pool's own");

SKIP: {
    my $container = "$build/unit/no-namespaces";
    skip 'only root has what nobody can get to', 1 if $> != 0;
    skip "no $container", 1 if !-x $container;
    mkdir "$dir/closed", 0700 or die;
    like(refused(_under => [$container], WORKSPACE => "$dir/closed/workspace"),
         qr/ runs cannot get to .*, must be able to enter "$dir\/closed": Permission denied$/, 'a door that is closed');
}

is_deeply([grep { !m{/(build|workspace)$} } glob_in("$dir/$odd")], [], 'nothing is left');

chdir '/';
done_testing();

sub start {
    my (%environment) = @_;
    my @under = @{ delete $environment{_under} || [] };
    my $pid = fork // die;
    return $pid if $pid;
    %ENV = (%ENV, WORKSPACE => "$dir/workspace", %environment);
    open STDOUT, '>', "$dir/output" or die;
    open STDERR, '>&', \*STDOUT or die;
    exec @under, 'sh', $script or die;
}

# its last line; or "nginx", which has said it where that did not start

sub refused {
    my $run = start(@_);
    my $ends = Pyexec::Daemon->until(60, sub { ended($run) });
    kill KILL => $run if !$ends;
    my $last = (split /\n/, output())[-1];
    return !$ends ? 'it does not end' : !status($run) ? 'it ends well' : $last =~ m{^\d+/.*\[emerg\]} ? 'nginx' : $last;
}

my %status;

sub ended {
    my ($pid) = @_;
    $status{$pid} = $? if waitpid($pid, WNOHANG) == $pid;
    return exists $status{$pid};
}

sub status {
    my ($pid) = @_;
    return Pyexec::Daemon->until(60, sub { ended($pid) }) ? $status{$pid} : 'none';
}

sub output { Pyexec::Daemon::slurp("$dir/output") }

sub glob_in { opendir my $d, $_[0] or return; map { "$_[0]/$_" } grep { !/^\./ } readdir $d }
