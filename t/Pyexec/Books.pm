package Pyexec::Books;

# Compares what clients were told, what the history says, and what is on disk.
#
# A run is accepted when its client was told a run_id, or when it is in
# runs.jsonl.  It is in the history once then.  Its status is the one that was
# told, if one was.  If none was, since the client or a process of the run's
# has gone or the disk did not take it, it is "interrupted", or what became of
# it before its answer was lost.

use strict;
use warnings;

use JSON::PP;
use Pyexec::Load;

my $json = JSON::PP->new->utf8->canonical;
my $run_id = qr/\A\d{8}T\d{6}-[0-9a-f]{12}\z/;

# what is wrong, in sentences; may has what this time is no fault: errors,
# cuts (connections without an answer), status (instead of the code's own),
# lost (runs that were in another workspace for a while)

sub check {
    my ($class, $daemon, $may, $entries, $kept, $swept) = @_;
    my $self = bless { daemon => $daemon, may => $may, entries => $entries, wrong => [] }, $class;

    $self->answers;
    $self->session($_, 1) for @$kept;
    $self->session($_, 0) for @$swept;
    return @{ $self->{wrong} };
}

sub wrong { my ($self, @words) = @_; push @{ $self->{wrong} }, join ' ', @words }

sub told {
    my ($entry) = @_;
    return $entry->{verdict} && $entry->{code} == 200 ? $entry->{json} : undef;
}

sub answers {
    my ($self) = @_;
    my $may = $self->{may};

    for my $e (@{ $self->{entries} }) {
        my $what = "$e->{kind} $e->{mark}:";
        $self->wrong($what, $e->{wrong}) if $e->{wrong} && !$may->{lost};
        $self->wrong($what, 'no answer') if defined $e->{code} && $e->{code} == 0 && !$e->{left} && !$may->{cuts};
        $self->wrong($what, $e->{code}, $e->{json}{detail})
            if (($e->{code} // 0) >= 500 || ($e->{code} // 0) == 403) && ref $e->{json} && !$may->{errors};
        my $result = told($e) or next;
        $self->wrong($what, "$result->{status}, should be $e->{verdict}:", $json->encode($e->{attempt}))
            if !$self->may_be($result->{status}, $e);
    }
}

sub may_be {
    my ($self, $status, $e) = @_;
    return $status eq ($e->{verdict} // '') || $status eq ($self->{may}{status} // '');
}

sub session {
    my ($self, $session, $kept) = @_;
    my $list = $self->{daemon}->http('GET', "/api/code-results/$session?limit=200");

    if ($list->{code} != 200) {
        $self->wrong("the list of $session: $list->{code}", $list->{body} // '');
        return;
    }

    my $runs = "$self->{daemon}{workspace}/$session/code_exec";
    my @mine = grep { ($_->{session} // '') eq $session && ($_->{verdict} || $_->{left}) } @{ $self->{entries} };
    my $lines = $self->lines($runs);
    my %told = map { $_->{run_id} => $_ } grep { $_ } map { told($_) } @mine;
    my %by_mark = map { $_->{mark} => $_ } @mine;
    my %untold;

    $self->same("$session: the list", [map { "$_->{run_id} $_->{status}" } @{ $list->{json}{items} }],
                "runs.jsonl", [map { "$_->{run_id} $_->{status}" } values %$lines]);

    for my $id (sort keys %told) {
        my $line = $lines->{$id};
        $self->wrong("$session: $id is not in the history") if !$line && $kept && !$self->{may}{lost};
        $self->wrong("$session: $id was $told{$id}{status} and is $line->{status}")
            if $line && $line->{status} ne $told{$id}{status};
    }

    for my $id (sort keys %$lines) {
        my $mark = $self->run_on_disk("$runs/$id", $lines->{$id}, $told{$id});
        next if $told{$id};

        my $status = $lines->{$id}{status};
        my $e = $by_mark{ $mark // '' };
        $self->wrong("$session: $id is $status, and nobody was told;", $e ? $json->encode($e) : "none asked for " . ($mark // "it"))
            if $status ne 'interrupted' && (!$e || told($e) || $e->{code} == 503 || !$self->may_be($status, $e));
        $untold{ $mark // '' }++;
    }

    # a job whose runner dies before it has said so is given to another, once

    for my $mark (sort keys %untold) {
        my $e = $by_mark{$mark};
        my $most = $self->{may}{errors} ? 2 : $e && ($e->{left} || $e->{code} == 0) ? 1 : 0;
        $self->wrong("$session: $untold{$mark} runs of '$mark' that nobody was told of")
            if $mark ne '' ? $untold{$mark} > $most : !$self->{may}{errors} && !$self->{may}{cuts} && !grep { $_->{left} } @mine;
    }

    $self->removed($session, \@mine, scalar keys %$lines) if !$kept && !$self->{may}{errors} && !$self->{may}{recount};
    $self->directory($runs, $lines);
    $self->clean_up($session, $runs);
}

# a line each, and each run once

sub lines {
    my ($self, $runs) = @_;
    my %lines;

    for my $text (map { Pyexec::Daemon::slurp($_) =~ /(.+\n?)/g } glob("$runs/.runs/*.jsonl"), "$runs/runs.jsonl") {
        my $line = eval { $json->decode($text) };
        if (!$line || $text !~ /\n\z/ || ($line->{run_id} // '') !~ $run_id) {
            $self->wrong("$runs has half a line: $text");
            next;
        }
        $self->wrong("$line->{run_id} is in the history twice") if $lines{ $line->{run_id} };
        $lines{ $line->{run_id} } = $line;
    }
    return \%lines;
}

sub same {
    my ($self, $name, $one, $other_name, $other) = @_;
    my ($a, $b) = map { join ', ', sort @$_ } $one, $other;
    $self->wrong("$name has [$a], $other_name [$b]") if $a ne $b;
}

# returns the mark of its code

sub run_on_disk {
    my ($self, $dir, $line, $told) = @_;
    my $id = $line->{run_id};
    my $text = slurp("$dir/result.json");

    if ($line->{status} eq 'interrupted') {
        $self->wrong("$id is interrupted and has a result") if defined $text;

    } else {
        my $result = eval { $json->decode($text // '') };
        $self->wrong("$id has no result that can be read") if !$result;
        $self->wrong("the result of $id is of $result->{run_id}, $result->{status}")
            if $result && "$result->{run_id} $result->{status}" ne "$id $line->{status}";
        $self->wrong("the result of $id is not what was told")
            if $result && $told && Pyexec::Load::digest($result) ne $told->{digest};
        $self->wrong("$id has attempts that cannot be read")
            if grep { !eval { $json->decode($_) } } split /\n/, slurp("$dir/attempts.jsonl") // '{';
    }

    my ($mark) = (slurp("$dir/main.py") // '') =~ /^# (\S+)$/m;
    return $mark;
}

sub removed {
    my ($self, $session, $mine, $left) = @_;
    my @cleanups = grep { $_->{kind} eq 'cleanup' && $_->{session} eq $session } @{ $self->{entries} };
    my $removed = 0;

    return if grep { $_->{code} != 200 } @$mine, @cleanups;
    $removed += $_->{json}{removed_runs} for @cleanups;
    $self->wrong("$session: of " . @$mine . " runs $removed were removed and $left are left")
        if $removed + $left != @$mine;
}

sub directory {
    my ($self, $runs, $lines) = @_;

    $self->wrong("$_ is left over") for glob("$runs/*.new $runs/*/*.new"), glob("$runs/.running/*");
    for my $dir (glob "$runs/[0-9]*") {
        my ($id) = $dir =~ m{([^/]+)\z};
        $self->wrong("$dir has no line") if !$lines->{$id};
    }
}

# then nothing is left, and an empty history

sub clean_up {
    my ($self, $session, $runs) = @_;
    my $r = $self->{daemon}->http('DELETE', "/api/code-cleanup/$session");
    my @left = grep { !m{/runs\.jsonl\z} || -s } glob("$runs/*"), glob("$runs/.running/*");

    $self->wrong("the clean-up of $session: $r->{code}") if $r->{code} != 200;
    $self->wrong("left by the clean-up of $session: @left") if @left;
}

sub slurp {
    open my $f, '<', $_[0] or return;
    local $/;
    return scalar <$f>;
}

1;
