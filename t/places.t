use strict;
use warnings;

# A workspace that is renamed, replaced or mounted over while the pool runs, and
# mounts that come and go in it.

# root gets a mount namespace, so that its mounts do not reach the system

BEGIN {
    if ($> == 0 && !$ENV{PYEXEC_PLACES_MOUNTS} && system('unshare -m true 2>/dev/null') == 0) {
        $ENV{PYEXEC_PLACES_MOUNTS} = 1;
        exec 'unshare', '-m', $^X, $0 or die "unshare: $!";
    }
}

use lib 't';
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $dir = tempdir('pyexec-places.XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $workspace = "$dir/a workspace";
chmod 0755, $dir;
make($workspace);

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none', workspace => "'$workspace'",
                            http => 'pyexec_policy off;');

sub make { mkdir $_[0] or die "mkdir: $!"; chmod 0777, $_[0] }

sub run_in { my ($session, $code) = @_; $d->post($code, session_id => $session, _timeout => 20) }

# a run that is ok is where somebody sees it

sub is_seen {
    my ($what, $session) = @_;
    my $answer = run_in($session // 's', 'print(open("main.py").read())');
    is($answer->{status}, 'ok', "a run $what") or diag(explain($answer));
    ok(-d "$workspace/" . ($session // 's') . '/code_exec/' . ($answer->{run_id} // 'none'), 'is where it can be seen');
}

is_seen('in the first place');
rename $workspace, "$dir/away" or die "rename: $!";
is(run_in('s', 'print(1)')->{detail}, 'the workspace is not there', 'a run without its workspace is an error');
is($d->http('DELETE', '/api/code-cleanup/s')->{code}, 503, 'so is a clean-up');
is(scalar(() = glob "'$dir/away/s/code_exec/'2*"), 1, 'which removes nothing from what it was');
ok($d->until(5, sub { $d->log =~ /\[error\].* the workspace "\Q$workspace\E" is not there/ }), 'the log says so');
rename "$dir/away", $workspace or die "rename: $!";
is_seen('after it was renamed back');

rename $workspace, "$dir/away" or die "rename: $!";
make($workspace);
is_seen('in another directory of the same name');
like($d->log, qr/\[error\].* a workspace is another directory than before: the pool is started anew/, 'which the log says');

my $run = $d->post_in_background('import time; open("begun", "w"); time.sleep(2)', session_id => 'long');
ok($d->until(10, sub { glob "$dir/*/long/code_exec/*/begun" }), 'a run begins');
rename $workspace, "$dir/away2" or die "rename: $!";
make($workspace);
is_seen('meanwhile');
is($d->wait_for($run)->{detail}, 'the workspace was taken away during the run', 'it is not said to be ok');

remove_tree($workspace);
make($workspace);
is_seen('after all was removed');

# without a run, too

my $pool = $d->pool_pid;
rename $workspace, "$dir/away3" or die "rename: $!";
make($workspace);
ok($d->until(10, sub { my $p = $d->pool_pid; $p && $p != $pool }), 'an idle pool notices it');

SKIP: {
    skip('there are no mounts to be had', 22) if !$ENV{PYEXEC_PLACES_MOUNTS};

    sub mount { system('mount', @_) == 0 or die 'no mount' }

    # it is busy till the runner has closed what it had of the last run

    sub umount {
        my ($place, $what) = @_;
        ok($d->until(5, sub { system("umount '$place' 2>/dev/null") == 0 }), "the host unmounts $what");
    }

    sub write_file { open my $f, '>', $_[0] or die "$_[0]: $!"; print $f $_[1] }

    my @tmpfs = ('-t', 'tmpfs', '-o', 'mode=0777', 'tmpfs');

    is_seen('in a session');
    mkdir "$workspace/s/disk" or die "mkdir: $!";
    write_file("$workspace/s/file", '');
    write_file("$dir/other", 'other');

    # a disk

    mount(@tmpfs, "$workspace/s/disk");
    write_file("$workspace/s/disk/data", 'on disk');
    my $answer = run_in('s', <<'END');
import os
print(open("session/disk/data").read())
for path in ("session/disk/data", "session/disk/new"):
    try:
        open(path, "w")
        print("written")
    except OSError:
        pass
flags = os.statvfs("session/disk").f_flag
print([name for name in ("RDONLY", "NOSUID", "NODEV", "NOEXEC") if not flags & getattr(os, "ST_" + name)])
END
    like($answer->{stdout} // '', $d->log =~ /sandbox: no namespaces/ ? qr/^on disk\n\[/ : qr/^on disk\n\[\]$/,
         'a disk that comes is there, and only to be read') or diag(explain($answer));
    umount("$workspace/s/disk", 'it');
    ok($d->until(10, sub { !grep { Pyexec::Daemon::slurp("/proc/$_->{pid}/mountinfo") =~ m{/s/disk } } $d->tree }),
       'and no process keeps it in use');
    is(run_in('s', 'import os; print(os.listdir("session/disk"))')->{stdout}, "[]\n", 'then it is not there');

    # a file

    mount('--bind', "$dir/other", "$workspace/s/file");
    is(run_in('s', 'print(open("session/file").read())')->{stdout}, "other\n", 'a file that is mounted on another');
    umount("$workspace/s/file", 'it');
    is(run_in('s', 'print(open("session/file").read())')->{stdout}, "\n", 'and is no more');

    # a session

    make("$workspace/m");
    mount(@tmpfs, "$workspace/m");
    is_seen('in a session that is a mount', 'm');
    umount("$workspace/m", 'it');
    is_seen('in that below it', 'm');

    # the whole

    mount(@tmpfs, $workspace);
    is_seen('in a workspace that is mounted over');
    system('umount', '-l', $workspace);
    is_seen('in the one below it');

    # mounts elsewhere are nobody's

    $pool = $d->pool_pid;
    mount(@tmpfs, "$dir/away");
    is_seen('after a mount that is not in the workspace');
    umount("$dir/away", 'it');
    is($d->pool_pid, $pool, 'is by the same pool');
}

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

undef $d;
done_testing();
