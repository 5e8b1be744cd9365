package Pyexec::Attack;

# A group of attacks: hostile code that tries, never asks.  Each case shows in
# the same run that its means work ("control: ok"), says what it tried
# ("tried: ..") and, where it can see it, what it got ("effect: ..").  What it
# cannot see is looked at from outside.
#
#   code        the hostile Python
#   before      Perl, with the world $w: what is there before it runs
#   fields      of the request, as JSON, beside the code
#   watch       Perl, again and again while it runs
#   effect      Perl, with $w and the $answer: true if it had an effect
#   status      what the answer has to say, where a limit ends the run
#   limit
#   namespaces  holds only where there are namespaces
#   through     the wall without which it gets through; "a+b": without both

use strict;
use warnings;

use JSON::PP;
use List::Util qw(min);
use Pyexec;
use Pyexec::Daemon;
use Test::More;
use Time::HiRes qw(time);

sub group {
    my ($name, %o) = @_;
    my @cases = cases();
    my $d = Pyexec::Daemon->new(workers => 1, pool => $o{pool} // 'workers=2 preload=numpy',
                                http => 'pyexec_policy off; ' . ($o{http} // ''));
    my ($walls) = $d->log =~ /is ready: .*sandbox: (.*?)(?: while |$)/m;
    my $w = { daemon => $d, workspace => "$d->{dir}/workspace", namespaces => $walls !~ /^no namespaces/ };
    my ($n, $effects) = (0, 0);
    my $before = innocent($d);

    for my $case (@cases) {
        my @wrong = attack($w, $case, 'attack-' . ++$n);
        my $had = grep { /effect/ } @wrong;

        if (exists $case->{namespaces} && !$w->{namespaces}) {
            @wrong = grep { !/effect/ } @wrong;
            diag("without namespaces, had an effect: $case->{title}") if $had;
        } else {
            $effects += $had;
        }
        ok(!@wrong, "$name: $case->{title}") or diag(join "\n", @wrong, excerpt($w->{answer}));
    }

    cmp_ok(innocent($d), '<', 5 * $before + 0.05, "$name: an innocent run takes as long as before");
    unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, "$name: the log has no alert")
        or diag(grep { /\[alert\]|\[emerg\]|Sanitizer/ } map { "$_\n" } split /\n/, $d->log);
    diag("$name: $n attacks tried, $effects had an effect ($walls)");
    done_testing();
}

# TEST_ATTACK picks some of them by their titles

sub cases {
    my $only = $ENV{TEST_ATTACK} // '';
    my $text = do { local $/; <main::DATA> };
    my @cases;

    for my $part (grep { /\S/ } split /^===\s+/m, $text) {
        my ($title, $rest) = split /\n/, $part, 2;
        my %case = (title => $title);
        while ($rest =~ /^--- (\w+)(?::[ ]?(.*))?\n((?:(?!^--- ).*\n?)*)/mg) {
            $case{$1} = $2 // $3;
        }
        push @cases, \%case if $title =~ /$only/;
    }
    return @cases;
}

# returns what is wrong with it

sub attack {
    my ($w, $case, $session) = @_;
    my $d = $w->{daemon};
    my %fields = %{ decode_json($case->{fields} || '{}') };

    $w->{session} = $session;
    delete @$w{qw(memory locked threads descriptors runners)};
    perl($case->{before}, $w);

    my $run = $d->post_in_background($case->{code}, session_id => $session, %fields);
    my $answer = $w->{answer} = $case->{watch}
        ? $d->until(90, sub { perl($case->{watch}, $w); $d->answer_of($run) }) || {}
        : $d->wait_for($run);
    return 'the answer is not that of a run' unless $answer->{run_id};

    my @wrong;
    push @wrong, 'there is no control' unless $answer->{stdout} =~ /^control: ok$/m;
    push @wrong, 'nothing was tried' unless $answer->{stdout} =~ /^tried: |^effect: /m;
    push @wrong, "it saw an effect: $1" if $answer->{stdout} =~ /^effect: (.*)/m;
    push @wrong, 'an effect is seen from outside' if perl($case->{effect}, $w, $answer);
    for my $field (grep { exists $case->{$_} } qw(status limit)) {
        my $value = $answer->{$field} // 'none';
        push @wrong, "$field is $value, not $case->{$field}" if $value ne $case->{$field};
    }
    return @wrong;
}

sub perl {
    my ($text, $w, $answer) = @_;
    return unless defined $text;
    my $value = eval $text;
    die "$@ in $text" if $@;
    return $value;
}

# the time of the best of some; each has to be right

sub innocent {
    my ($d) = @_;
    my @times;

    for (1 .. 5) {
        my $start = time;
        my $answer = $d->post("import numpy\nprint(numpy.arange(5).sum())");
        push @times, time - $start;
        is($answer->{stdout}, "10\n", 'an innocent run has the right answer') or diag(excerpt($answer));
    }
    return min(@times);
}

sub excerpt {
    my ($answer) = @_;
    my %some = map { $_ => $answer->{$_} } qw(status limit stdout stderr detail);
    return substr JSON::PP->new->canonical->pretty->encode(\%some), 0, 4000;
}

1;
