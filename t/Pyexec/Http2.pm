package Pyexec::Http2;

# A client of HTTP/2 over cleartext that makes its frames by hand.

use strict;
use warnings;

use JSON::PP;
use Pyexec::Client;
use Time::HiRes qw(time);

use constant { DATA => 0, HEADERS => 1, PRIORITY => 2, RST_STREAM => 3, SETTINGS => 4, PING => 6, GOAWAY => 7,
               WINDOW_UPDATE => 8, CONTINUATION => 9 };
use constant { END_STREAM => 1, ACK => 1, END_HEADERS => 4, PADDED => 8, CANCEL => 8 };

# of :status, in HPACK's static table

my %STATUS = (8 => 200, 9 => 204, 10 => 206, 11 => 304, 12 => 400, 13 => 404, 14 => 500);

sub new {
    my ($class, $port, %o) = @_;
    my $self = bless { client => Pyexec::Client->new($port), next => 1, streams => {} }, $class;
    my $window = $o{window} // 1 << 30;
    $self->bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" . frame(SETTINGS, 0, 0, pack 'nN', 4, $window)
                 . frame(WINDOW_UPDATE, 0, 0, pack 'N', 1 << 30));
    return $self;
}

sub frame {
    my ($type, $flags, $id, $payload) = @_;
    return substr(pack('N', length $payload), 1) . pack('CCN', $type, $flags, $id) . $payload;
}

sub bytes { my ($self, @bytes) = @_; $self->{client}->send(join '', @bytes); return $self }

# literal fields, without an index, of up to 126 bytes

sub fields {
    my ($method, $path, @more) = @_;
    my @fields = (':method', $method, ':scheme', 'http', ':path', $path, ':authority', 'x', @more);
    my $block = '';
    $block .= pack 'x C/a* C/a*', splice @fields, 0, 2 while @fields;
    return $block;
}

# begins a stream; returns its number

sub begin {
    my ($self, $method, $path, $body, @more) = @_;
    my $id = $self->{next};
    $self->{next} += 2;
    $self->bytes(frame(HEADERS, END_HEADERS | (defined $body ? 0 : END_STREAM), $id, fields($method, $path, @more)),
                 defined $body ? map({ frame(DATA, 0, $id, $_) } unpack '(a16000)*', $body) : (),
                 defined $body ? frame(DATA, END_STREAM, $id, '') : ());
    return $id;
}

sub rst { my ($self, $id) = @_; return $self->bytes(frame(RST_STREAM, 0, $id, pack 'N', CANCEL)) }

# what has come of a stream when it has ended, or the time is up

sub answer {
    my ($self, $id, $time) = @_;
    my $end = time + ($time // 60);
    my $s = $self->{streams}{$id} ||= { code => 0, body => '' };

    while (!$s->{ended} && time < $end) {
        next if $self->take;
        last if $self->{client}{eof};
        $self->{client}->fill($end - time);
    }
    my ($json) = eval { decode_json($s->{body}) };
    return { %$s, json => $json, head => $s->{code} ? "Content-Type: application/json\r\n" : '' };
}

sub ask { my ($self, @request) = @_; return $self->answer($self->begin(@request)) }

# whether nginx ends the connection

sub ended {
    my ($self, $time) = @_;
    my $end = time + ($time // 60);
    while (!$self->{client}{eof} && time < $end) { $self->{client}->fill($end - time) }
    1 while $self->take;
    return $self->{client}{eof};
}

# the next frame, if there is a whole one

sub take {
    my ($self) = @_;
    my $in = \$self->{client}{in};
    return if length $$in < 9;
    my ($high, $low, $type, $flags, $id) = unpack 'CnCCN', $$in;
    my $length = $high << 16 | $low;
    return if length $$in < 9 + $length;
    my $payload = substr $$in, 9, $length;
    substr $$in, 0, 9 + $length, '';
    my $s = $self->{streams}{$id} ||= { code => 0, body => '' };

    if ($type == HEADERS) {
        my $first = ord $payload;
        $s->{code} = $first & 0x80 ? $STATUS{ $first & 0x7f } : substr $payload, 2, 3;
    }
    $s->{body} .= $payload if $type == DATA;
    $s->{reset} = unpack 'N', $payload if $type == RST_STREAM;
    $s->{ended} = 1 if $type == RST_STREAM || $type <= HEADERS && $flags & END_STREAM;
    $self->{goaway} = unpack 'x4 N', $payload if $type == GOAWAY;
    return 1;
}

1;
