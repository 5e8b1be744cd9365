package Pyexec::Client;

# An HTTP client that sends any bytes, malformed ones too, and reads the answer.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use Socket qw(SOL_SOCKET SO_LINGER SO_RCVBUF SHUT_WR);
use Time::HiRes qw(time);

$SIG{PIPE} = 'IGNORE';

# window: the bytes that it takes before it has read any

sub new {
    my ($class, $port, %o) = @_;
    my $socket = IO::Socket::INET->new(Proto => 'tcp') or die "socket: $!";
    setsockopt($socket, SOL_SOCKET, SO_RCVBUF, $o{window}) if $o{window};
    connect $socket, Socket::pack_sockaddr_in($port, Socket::INADDR_LOOPBACK()) or die "connect: $!";
    binmode $socket;
    $socket->blocking(0);
    return bless { socket => $socket, in => '', select => IO::Select->new($socket) }, $class;
}

# a request; what fields have no value in are left out

sub message {
    my ($method, $path, $body, %fields) = @_;
    %fields = (Host => 'x', defined $body ? ('Content-Length' => length $body) : (), %fields);
    return "$method $path HTTP/1.1\r\n"
           . join('', map { defined $fields{$_} ? "$_: $fields{$_}\r\n" : () } sort keys %fields)
           . "\r\n" . ($body // '');
}

# sends all, or what is taken; reads meanwhile, since nginx may answer before

sub send {
    my ($self, $bytes) = @_;
    my ($at, $end) = (0, time + 60);

    while ($at < length $bytes && time < $end) {
        my $n = syswrite $self->{socket}, $bytes, 1 << 20, $at;
        if (defined $n) {
            $at += $n;
            next;
        }
        last unless $!{EAGAIN};
        $self->fill(0);
        IO::Select->new($self->{socket})->can_write(0.05) unless $self->{eof};
    }
    return $self;
}

sub ask { my ($self, @message) = @_; return $self->send(message(@message))->answer }

# reads what is there or comes in time; false where nothing has

sub fill {
    my ($self, $time) = @_;
    return if $self->{eof} || !$self->{select}->can_read($time);
    my $n = sysread $self->{socket}, $self->{in}, 1 << 20, length $self->{in};
    return 1 if $n;
    $self->{eof} = 1 if defined $n || !$!{EAGAIN};
    return;
}

# the next response; code 0 where there is none, or none that is whole

sub answer {
    my ($self, %o) = @_;
    my $end = time + ($o{timeout} // 60);
    my ($code, $head, $length);

    while (1) {
        $self->{in} =~ s/\AHTTP\/1\.1 100 Continue\r\n\r\n// unless defined $code;
        if (!defined $code && $self->{in} =~ s/\AHTTP\/1\.1 (\d+)(.*?\r\n)\r\n//s) {
            ($code, $head) = ($1, $2);
            ($length) = $head =~ /^Content-Length: (\d+)/mi;
            $length = 0 if $o{head} || $code == 304;
        }
        last if defined $code && defined $length && length $self->{in} >= $length;
        last if time > $end || $self->{eof};
        $self->fill($end - time);
    }
    return { code => 0 } if !defined $code || defined $length && length $self->{in} < $length;
    my $body = substr $self->{in}, 0, $length // length $self->{in}, '';
    return { code => $code, head => $head, body => $body, $o{raw} ? () : (json => scalar eval { decode_json($body) }) };
}

# whether nginx ends the connection, in time, with nothing more to say

sub ended {
    my ($self, $time) = @_;
    my $end = time + ($time // 60);
    $self->fill($end - time) while !$self->{eof} && time < $end;
    return $self->{eof} && $self->{in} eq '';
}

sub half_close { shutdown $_[0]{socket}, SHUT_WR }

sub close { CORE::close $_[0]{socket} }

sub reset {
    my ($self) = @_;
    setsockopt $self->{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    CORE::close $self->{socket};
}

1;
