package Pyexec::Inject;

# Makes system calls of a process fail, by strace(1).

use strict;
use warnings;

use Pyexec::Daemon;

# what the kernel says when it is short of something that comes back

our @ERRNOS = qw(EAGAIN EMFILE ENFILE ENOBUFS ENOMEM ETOOMANYREFS);

# what opens, sends, receives, waits, forks, or changes a directory; calls of
# another kind report no such errors

my $CALLS = join ',', map { "?$_" } qw(
    accept4 clone clone3 dup epoll_ctl eventfd2 fcntl fsync getdents64 ioctl linkat lseek memfd_create mkdirat
    newfstatat openat openat2 pidfd_open pidfd_send_signal pipe2 poll ppoll pread64 pwrite64 pwritev read readlinkat
    recvfrom recvmsg renameat renameat2 sendfile sendmsg sendto socketpair symlinkat timerfd_create unlinkat vfork
    write writev
);

# Every nth of each of the calls fails, by default of those above; where errno
# is "delay_enter=microseconds", it is late instead.  Returns what
# stop() takes; or nothing if the process has gone.  With follow, those that it
# forks are traced as well.

sub start {
    my ($class, $pid, $errno, $nth, $follow, $calls) = @_;
    $calls //= $CALLS;
    $errno = "error=$errno" if $errno !~ /=/;
    my $child = fork // die "fork: $!";

    if (!$child) {
        open STDERR, '>', '/dev/null';
        exec 'strace', '-qq', '-o', '/dev/null', $follow ? '-f' : (), '-p', $pid, '-e', "trace=$calls", '-e',
             "inject=$calls:$errno:when=$nth+$nth" or die "strace: $!";
    }
    my $self = bless { strace => $child }, $class;
    return $self if Pyexec::Daemon->until(10, sub { traced($pid) || !-d "/proc/$pid" }) && traced($pid);
    $self->stop;
    return;
}

sub traced { Pyexec::Daemon::slurp("/proc/$_[0]/status") =~ /^TracerPid:\s+[1-9]/m }

sub stop {
    my ($self) = @_;
    kill TERM => $self->{strace};
    waitpid $self->{strace}, 0;
}

1;
