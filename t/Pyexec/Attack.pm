package Pyexec::Attack;

# Attacks, run over HTTP without a policy, and what became of them.
#
# A group is a suite whose data are cases:
#
#   === title
#   --- code        what a run does: "control: ok" when the same means, aimed
#                   at what is allowed, has worked in this run; "tried: ..." at
#                   each attempt; "effect: ..." where it sees one succeed.
#                   @means@, @dir@, @workspace@, @port@, @pid@ and the like
#                   stand for what is in the world; NR_open for the number
#                   of a system call, NR(open stat) for those of a list.
#   --- fields      JSON: more of the request
#   --- before      Perl, with $w, the world; before the run
#   --- watch       Perl; again and again while it is under way
#   --- effect      Perl; true where something outside shows an effect
#   --- status      what the answer is to say; --- limit likewise
#   --- namespaces  holds with namespaces only; without, it is counted apart
#   --- arch        of uname(2), where there is only there such a thing
#   --- through     the walls, "mount" or "landlock+mount", without which this
#                   attack has an effect
#
# With PYEXEC_WITHOUT, the walls of a pool that was built without them, only
# the cases that get through are run, and each must have an effect; those are
# written to the file PYEXEC_THROUGH.
#
# A case that had no control, tried nothing or got no answer of a run is no
# attack that failed, but a failure of the suite.

use strict;
use warnings;

use Digest::SHA qw(sha1_hex);
use File::Path;
use IO::Socket::INET;
use IO::Socket::UNIX;
use IPC::SysV qw(IPC_CREAT IPC_RMID);
use JSON::PP;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(time);

use Pyexec;
use Pyexec::Daemon;

# what attacks are made with: system calls as they are, and a few attempts that
# say what came of them

my $MEANS = <<'END';
import ctypes, errno, os, sys

# in one piece: a process that was forked may say something, too

def say(*what):
    sys.stdout.write(" ".join(map(str, what)) + "\n")
    sys.stdout.flush()

def call(number, *args):
    args = [ctypes.c_long(a) if isinstance(a, int) else a for a in args]
    ctypes.set_errno(0)
    rc = call.libc.syscall(ctypes.c_long(number), *args)
    name = errno.errorcode.get(ctypes.get_errno(), "0")
    say("tried: call", number, rc, name)
    return rc

call.libc = ctypes.CDLL(None, use_errno=True)
call.libc.syscall.restype = ctypes.c_long

def attempt(what, function, *args, **named):
    try:
        value = function(*args, **named)
    except Exception as e:
        say("tried:", what, args, e)
        return None
    say("tried:", what, args, "worked", repr(value)[:200])
    return True if value is None else value

def effect(*what):
    say("effect:", *what)

# ends a process that an attack has made.  Not by exit_group(), which the pool
# takes for the end of the run.

def leave():
    call.libc.syscall(ctypes.c_long(NR_exit), 7)

def read(path):
    data = attempt("read", lambda p: open(p, "rb").read(200), path)
    if data is not None:
        effect("read", path, data)

def write(path):
    if attempt("write", lambda p: open(p, "r+b").write(b"x"), path):
        effect("wrote", path)
    if attempt("append", lambda p: open(p, "ab").write(b"x"), path):
        effect("appended to", path)

def create(path):
    if attempt("create", lambda p: open(p, "xb").write(b"x"), path):
        effect("created", path)

def control(fine):
    called = call.libc.syscall(ctypes.c_long(NR_getpid)) == os.getpid()
    say("control: ok" if fine and called else "control: none")
END

my %SECTIONS = map { $_ => 1 } qw(title code fields before watch effect status limit namespaces arch through);

my $ARCH = (POSIX::uname())[4];
my %NUMBERS = `echo '#include <asm/unistd.h>' | cc -E -dM -` =~ /^#define __NR_(\w+) (\d+)$/mg;

my $INNOCENT = "import numpy\nprint(numpy.arange(5).sum())";

# Other architectures than x86-64 lack older calls: one alone is -1 there, which
# is no call either, and of a list it is left out.

sub numbered {
    my ($text) = @_;
    my $number = sub {
        die "$_[0] is no system call" if !exists $NUMBERS{ $_[0] } && $ARCH eq 'x86_64';
        return $NUMBERS{ $_[0] } // -1;
    };
    $text =~ s/\bNR_(\w+)/$number->($1)/ge;
    $text =~ s/\bNR\(([\w\s]+)\)/join ', ', grep { $_ >= 0 } map { $number->($_) } split ' ', $1/ge;
    return $text;
}

# runs the cases of the suite that calls it

sub group {
    my ($name, %o) = @_;
    my @cases = cases(do { no strict 'refs'; local $/; readline *{'main::DATA'} });
    return without($name, \@cases, %o) if $ENV{PYEXEC_WITHOUT};

    my $w = world(%o);
    my $ordinary = innocent($w);
    my ($tried, $effects, $apart) = (0, 0, 0);

    for my $case (@cases) {
        my $result = run($w, $case);

        if (exists $case->{namespaces} && !$w->{namespaces}) {
            ok(!@{ $result->{untried} }, "$case->{title}, which only namespaces stop");
            diag("$case->{title}: @{ $result->{untried} }") if @{ $result->{untried} };
            $apart++;
            next;
        }

        my @bad = (@{ $result->{untried} }, @{ $result->{effects} });
        ok(!@bad, $case->{title}) or explain_case(\@bad, $w->{answer});
        $tried++;
        $effects += @{ $result->{effects} } != 0;
    }

    innocent($w) for 1 .. 2;    # waiting children of before are used up
    cmp_ok(innocent($w), '<', 10 * $ordinary + 1, 'an innocent run takes ordinary time');
    unlike($w->{daemon}->log, qr/\[(?:alert|emerg)\]|Sanitizer/, 'nothing alarming in the log');

    my $user = $> == 0 ? 'root' : 'an ordinary user';
    my $set_up = ($w->{namespaces} ? 'namespaces' : 'no namespaces') . ", nginx of $user";
    diag("$name: $tried attacks tried, $effects had an effect"
         . ($apart ? "; $apart that only namespaces stop" : '') . " ($set_up)");

    append($ENV{PYEXEC_ATTACKS}, "$tried $effects $apart\n");
    done_testing();
}

sub append {
    my ($path, $line) = @_;
    open my $f, '>>', $path // return or die "$path: $!";
    print $f $line;
}

sub without {
    my ($name, $cases, %o) = @_;
    my $walls = $ENV{PYEXEC_WITHOUT};
    my @cases = grep { ($_->{through} // '') eq $walls } @$cases
        or plan(skip_all => "no attack of $name is stopped by $walls alone");
    (my $built = $ENV{TEST_NGINX_LOAD_MODULES}) =~ s{[^/]*$}{without/$walls};
    my $w = world(%o, module => $built);

    for my $case (@cases) {
        my $result = run($w, $case);
        ok(@{ $result->{effects} }, "without $walls: $case->{title}")
            or explain_case(['no effect', @{ $result->{untried} }], $w->{answer});
        append($ENV{PYEXEC_THROUGH}, "$walls\t$name: $case->{title}\n") if @{ $result->{effects} };
    }
    done_testing();
}

sub cases {
    my $text = numbered($_[0]);
    my @cases;

    for my $part (split /^=== /m, $text) {
        next unless $part =~ /\S/;
        my ($title, $rest) = split /\n/, $part, 2;
        my %case = (title => $title);

        while ($rest =~ /^--- (\w+)(?::[ ]*(.*))?\n((?:(?!--- ).*\n?)*)/mg) {
            $case{$1} = defined $2 ? $2 : $3;
        }
        next if exists $case{arch} && $case{arch} ne $ARCH;
        my ($unknown) = grep { !$SECTIONS{$_} } keys %case;
        die "$title: what is \"$unknown\"?" if defined $unknown;
        push @cases, \%case;
    }
    return @cases ? @cases : die 'no cases';
}

# an nginx, and around it what is not to be had; module: its directory

sub world {
    my (%o) = @_;
    local $ENV{TEST_NGINX_LOAD_MODULES} = "$o{module}/ngx_http_pyexec_module.so" if $o{module};

    my $d = Pyexec::Daemon->new(workers => 1, pool => $o{pool} // 'workers=2 preload=numpy',
                                http => 'pyexec_policy off; ' . ($o{http} // ''), more => $o{more});
    my $secret = sha1_hex(rand . time . $$);
    my $w = { daemon => $d, dir => $d->{dir}, workspace => "$d->{dir}/workspace", pid => $d->{pid},
              port => $d->port, secret => $secret, n => 0, means => numbered($MEANS),
              namespaces => $d->log =~ /sandbox: no namespaces/ ? 0 : 1 };

    # a file of another session, of an earlier run of it, of nginx's, of the
    # host's; an abstract socket, one with a path, ports

    $d->post("open('secret.txt', 'w')", session_id => 'victim');
    ($w->{victim}) = glob "$w->{workspace}/victim/code_exec/2*";
    $w->{evil} = "pyexec-evil-$$";
    $w->{tmp} = "/tmp/pyexec-secret-$$";
    $w->{shm} = "/dev/shm/pyexec-secret-$$";
    hide($w, $_) for secrets($w);
    neighbour($w);

    $w->{socket} = "$w->{dir}/socket";
    $w->{abstract} = "pyexec-$$";
    $w->{listeners} = [
        IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', Blocking => 0),
        IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1', Blocking => 0),
        IO::Socket::UNIX->new(Listen => 5, Local => $w->{socket}, Blocking => 0),
        IO::Socket::UNIX->new(Listen => 5, Local => "\0$w->{abstract}", Blocking => 0) ];
    $w->{tcp} = $w->{listeners}[0]->sockport;
    $w->{udp} = $w->{listeners}[1]->sockport;
    chmod 0777, $w->{socket};

    $w->{key} = $$;
    $w->{segment} = shmget $w->{key}, 4096, IPC_CREAT | 0666;
    shmwrite $w->{segment}, $secret, 0, length $secret;

    return bless $w;
}

sub secrets { "$_[0]{victim}/secret.txt", "$_[0]{dir}/secret.key", $_[0]{tmp}, $_[0]{shm} }

sub hide {
    my ($w, $path) = @_;
    File::Path::make_path($path =~ s{/[^/]*$}{}r);
    spew($path, $w->{secret});
    chmod 0666, $path;
}

# a process of the user that runs are of, with a secret in its memory

sub neighbour {
    my ($w) = @_;
    my ($runner) = $w->{daemon}->pids_of('runner');
    my ($uid) = slurp("/proc/$runner/status") =~ /^Uid:\s+(\d+)/m;
    my @as = $> == 0 ? ("--reuid=$uid", "--regid=$uid", '--clear-groups') : ();

    defined(my $pid = $w->{neighbour} = fork) or die;
    if (!$pid) {
        $ENV{SECRET} = $w->{secret};
        exec 'setpriv', '--pdeathsig', 'KILL', @as, 'sleep', 'infinity' or POSIX::_exit(1);
    }
    $w->{daemon}->until(10, sub { slurp("/proc/$pid/stat") =~ /\(sleep\) S/ }) or die 'no neighbour';
    ($w->{stack}) = slurp("/proc/$pid/maps") =~ /^(\w+)-.*\[stack\]/m;
    $w->{as_it_was} = condition($pid);
}

# whether it runs, with what priority, processors and limits, and who traces it

sub condition {
    my ($pid) = @_;
    my ($state, $nice) = (split ' ', slurp("/proc/$pid/stat") =~ s/.*\) //r)[0, 16];
    my @status = grep { /^(?:TracerPid|Cpus_allowed|SigPnd|ShdPnd|Uid):/ } split /\n/, slurp("/proc/$pid/status");
    return join "\n", $state // '', $nice // '', @status, slurp("/proc/$pid/limits"),
        slurp("/proc/$pid/oom_score_adj");
}

sub DESTROY {
    my ($w) = @_;
    local $?;
    kill KILL => $w->{neighbour} and waitpid $w->{neighbour}, 0 if $w->{neighbour};
    unlink $w->{tmp}, $w->{shm}, map { "$_/$w->{evil}" } '/tmp', '/var/tmp', '/dev/shm';
    shmctl $w->{segment}, IPC_RMID, 0;
}

# what is outside is as it was, and nobody has called; put right for the next

sub harmed {
    my ($w) = @_;
    my @harmed = grep { slurp($_) ne $w->{secret} } secrets($w);
    hide($w, $_) for @harmed;

    if (waitpid($w->{neighbour}, WNOHANG) || condition($w->{neighbour}) ne $w->{as_it_was}) {
        push @harmed, 'the neighbour';
        kill KILL => $w->{neighbour};
        waitpid $w->{neighbour}, 0;
        neighbour($w);
    }
    for my $i (0, 2, 3) {
        push @harmed, "listener $i" if $w->{listeners}[$i]->accept;
    }
    push @harmed, 'the UDP port' if $w->{listeners}[1]->recv(my $buffer, 100);
    push @harmed, 'nginx' unless kill 0 => $w->{pid};

    return @harmed;
}

# returns why the case was not tried, and what effects it had

sub run {
    my ($w, $case) = @_;
    my ($d, @untried, @effects) = $w->{daemon};

    $w->{session} = 's' . ++$w->{n};
    delete @$w{qw(memory locked threads runners descriptors posted)};

    perl($w, $case->{before}, \@untried) if exists $case->{before};
    (my $code = $case->{code}) =~ s/\@(\w+)\@/$w->{$1} \/\/ "\@$1\@"/ge;

    my $request = $d->post_in_background($code, session_id => $w->{session},
                                         %{ decode_json($case->{fields} || '{}') });

    if (exists $case->{watch}) {
        $d->until(90, sub { perl($w, $case->{watch}, \@untried); $d->answer_of($request) });
    }
    my $answer = $w->{answer} = $d->wait_for($request);
    my $out = $answer->{stdout} // '';

    push @untried, 'no answer of a run' unless $answer->{run_id};
    push @untried, 'no control' unless $out =~ /^control: ok$/m;
    push @untried, 'nothing was tried' unless $out =~ /^tried: /m;

    push @effects, $out =~ /^(effect: .*)/mg;
    push @effects, 'a secret is in the answer' if encode_json($answer) =~ /$w->{secret}/;
    push @effects, 'an effect outside' if exists $case->{effect} && perl($w, $case->{effect}, \@untried);
    push @effects, map { "$_ was reached" } harmed($w);

    for my $what (qw(status limit)) {
        push @effects, "$what is " . ($answer->{$what} // 'not there')
            if exists $case->{$what} && ($answer->{$what} // '') ne $case->{$what};
    }
    return { untried => \@untried, effects => \@effects };
}

sub perl {
    our $w = $_[0];
    our $answer = $w->{answer};
    my $value = eval "package Pyexec::Attack; no strict; $_[1]";
    push @{ $_[2] }, "died: $@" if $@;
    return $value;
}

# for the cases' own Perl: for whom nginx gives its pool to, whoever that is

sub slurp { Pyexec::Daemon::slurp($_[0]) }

sub spew {
    my ($path, $text) = @_;
    open my $f, '>', $path or die "$path: $!";
    print $f $text;
    close $f;
}

sub make_path { chmod 0777, File::Path::make_path($_[0]) }

sub innocent {
    my ($w) = @_;
    my $start = time;
    my $answer = $w->{daemon}->post($INNOCENT, session_id => 'innocent');

    is($answer->{stdout}, "10\n", 'an innocent run') or diag(encode_json($answer));
    return time - $start;
}

sub explain_case {
    my ($bad, $answer) = @_;
    my %shown = map { $_ => $answer->{$_} } qw(status limit detail stdout stderr created_files);
    diag(join("\n", @$bad), "\n", substr JSON::PP->new->canonical->pretty->encode(\%shown), 0, 3000);
}

1;
