package Pyexec::Events;

# A client that reads a run's events as they come.

use strict;
use warnings;

use JSON::PP;
use Pyexec::Client;
use Time::HiRes qw(time);

our $SSE = 'text/event-stream';
our $NDJSON = 'application/x-ndjson';

# fields: of the request; window: as Pyexec::Client's

sub new {
    my ($class, $port, $accept, $path, $fields, %o) = @_;
    my $client = Pyexec::Client->new($port, %o);
    my $self = bless { client => $client, accept => $accept, text => '', beats => 0 }, $class;
    $client->send(Pyexec::Client::message('POST', $path, encode_json($fields), Accept => $accept, %{ $o{head} || {} }));
    return $self;
}

# the status and the head, when they have come

sub head {
    my ($self, $time) = @_;
    my $end = time + ($time // 30);
    while (!defined $self->{code}) {
        if ($self->{client}{in} =~ s/\AHTTP\/1\.1 (\d+)(.*?\r\n)\r\n//s) {
            @$self{qw(code head)} = ($1, $2);
            last;
        }
        return if time > $end || $self->{client}{eof};
        $self->{client}->fill($end - time);
    }
    return $self->{head};
}

# the next event, { event, data, at }, or nothing where none comes in time; the
# last one is followed by the end of the chunks

sub next {
    my ($self, $time) = @_;
    my $end = time + ($time // 30);
    $self->head($time) or return;

    while (1) {
        $self->unchunk;
        my $event = $self->parse;
        return { %$event, at => time } if $event;
        return if $self->{ended} || time > $end || $self->{client}{eof};
        $self->{client}->fill($end - time);
    }
}

sub unchunk {
    my ($self) = @_;
    my $in = \$self->{client}{in};
    while ($$in =~ /\A([0-9a-f]+)\r\n/i && length $$in >= length($1) + 4 + hex $1) {
        my ($digits, $n) = ($1, hex $1);
        $self->{text} .= substr $$in, 2 + length $digits, $n;
        substr $$in, 0, length($digits) + 4 + $n, '';
        $self->{ended} = 1 if $n == 0;
    }
}

sub parse {
    my ($self) = @_;
    my $text = \$self->{text};

    if ($self->{accept} =~ /ndjson/) {
        $self->{beats}++ while $$text =~ s/\A\n//;
        $$text =~ s/\A(.+)\n// or return;
        return decode_json($1);
    }
    $self->{beats}++ while $$text =~ s/\A:\n\n//;
    $$text =~ s/\Aevent: (\w+)\ndata: (.*)\n\n// or return;
    return { event => $1, data => JSON::PP->new->utf8->allow_nonref->decode($2) };
}

# all that come until the end, and what they say together

sub all {
    my ($self, $time) = @_;
    my @events;
    while (my $event = $self->next($time)) { push @events, $event }
    return @events;
}

# all the bytes until the end

sub rest {
    my ($self) = @_;
    $self->head or return '';
    1 while $self->unchunk, !$self->{ended} && $self->{client}->fill(30);
    return $self->{text};
}

# what an answer without events would be; code 0 where the stream was cut off

sub answer {
    my ($self, $time) = @_;
    $self->head($time) or return { code => 0, body => '' };

    if ($self->{code} != 200) {
        my ($length) = $self->{head} =~ /^Content-Length: (\d+)/mi;
        my $in = \$self->{client}{in};
        1 while length $$in < $length && $self->{client}->fill($time // 30);
        return { code => $self->{code}, body => $$in, json => scalar eval { decode_json($$in) } };
    }
    my @events = $self->all($time);
    my $last = @events ? $events[-1] : { event => 'none' };
    return { code => 200, body => '', json => $last->{data} } if $last->{event} eq 'result';
    return { code => 0, body => '' } if $last->{event} ne 'error';
    return { code => $last->{data}{status}, body => '', json => { detail => $last->{data}{detail} } };
}

sub text { my ($name, @events) = @_; join '', map { $_->{data}{data} } grep { $_->{event} eq $name } @events }

1;
