package Pyexec::Census;

# Counts this process's descendants by kind, and the memory and descriptors that
# they hold.  This process is a subreaper, so that orphans of nginx and of its
# pools become its children.

use strict;
use warnings;

use POSIX qw(WNOHANG);

use constant { SYS_prctl => 157, PR_SET_CHILD_SUBREAPER => 36 };

sub adopt {
    my $zero = 0;
    syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, $zero, $zero, $zero) == 0 or die "prctl: $!";
}

sub reap { 1 while waitpid(-1, WNOHANG) > 0 }

sub take {
    my ($class) = @_;
    my (%all, %children);
    reap();

    for my $dir (glob '/proc/[0-9]*') {
        my ($pid) = $dir =~ /(\d+)/;
        my ($comm, $state, $ppid) = slurp("$dir/stat") =~ /^\d+ \((.*)\) (\S) (\d+)/ or next;
        $all{$pid} = { pid => $pid, ppid => $ppid, comm => $comm, state => $state, args => slurp("$dir/cmdline") };
        push @{ $children{$ppid} }, $pid;
    }

    my @mine = @{ $children{$$} || [] };
    for (my $i = 0; $i < @mine; $i++) {
        push @mine, @{ $children{ $mine[$i] } || [] };
    }
    return bless { process => { map { $_ => $all{$_} } @mine } }, $class;
}

sub kind {
    my ($self, $p) = @_;
    my $parent = $self->{process}{ $p->{ppid} };

    return 'zombie' if $p->{state} eq 'Z';
    return $1 if $p->{args} =~ /^nginx: (master|worker|cache manager)/;
    return $1 if $p->{comm} =~ /^pyexec-(pool|scout|runner|clerk|sweeper)$/;
    return "zygote $1" if $p->{comm} =~ /^pyexec-(light|full)$/;
    return "child $1" if $p->{comm} eq 'pyexec-child' && $parent && $parent->{comm} =~ /^pyexec-(\w+)/;
    return "other ($p->{comm})";
}

sub pids {
    my ($self, $kind) = @_;
    return grep { $self->kind($self->{process}{$_}) eq $kind } sort { $a <=> $b } keys %{ $self->{process} };
}

# how many there are of each kind

sub count {
    my ($self) = @_;
    my %count;
    $count{ $self->kind($_) }++ for values %{ $self->{process} };
    return \%count;
}

# the most that one of a kind holds: of descriptors, of resident memory in KB

sub descriptors {
    my ($self) = @_;
    return $self->most(sub { scalar(() = glob "/proc/$_[0]/fd/*") });
}

sub memory {
    my ($self) = @_;
    return $self->most(sub { slurp("/proc/$_[0]/status") =~ /^VmRSS:\s+(\d+)/m ? $1 : 0 });
}

sub most {
    my ($self, $of) = @_;
    my %most;

    for my $p (values %{ $self->{process} }) {
        my ($kind, $n) = ($self->kind($p), $of->($p->{pid}));
        $most{$kind} = $n if $n > ($most{$kind} // -1);
    }
    return \%most;
}

# objects of shared memory that are in no process: root has a place of its own

sub shared_memory { return join ' ', sort grep { $> == 0 || -O } glob '/dev/shm/*' }

sub slurp { open my $f, '<', $_[0] or return ''; local $/; return scalar(<$f>) // '' }

1;
