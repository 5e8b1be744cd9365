use strict;
use warnings;

# What a machine can see of the house's style.

use Test::More;

my @c = grep { !m{/build/} } glob('*.c src/*/*.c src/*/*.h t/unit/*.c t/unit/*.h');
my @python = glob('src/python/*.py t/python/*.py');
my @perl = glob('t/*.t t/*.pm t/*/*.pm t/lib/Test/Nginx/*.pm');
my %width = map { $_ => 80 } @c;

for my $file (@c, @python, @perl, glob('src/pool/*.sh t/tools/*.sh config config.make')) {
    open my $f, '<', $file or die "$file: $!";
    my @lines = <$f>;
    my @wrong;
    my $blank = 0;

    for my $i (0 .. $#lines) {
        my ($n, $line) = ($i + 1, $lines[$i]);
        my $at = "$file:$n";
        (my $text = $line) =~ s/"(?:[^"\\]|\\.)*"//g;

        push @wrong, "$at: white space at the end" if $line =~ /[ \t]+\n/;
        push @wrong, "$at: a marker without an issue" if $text =~ /\b(?:TO[D]O|FIX[M]E|XX[X])\b/;

        next unless $width{$file};

        push @wrong, "$at: more than 80 columns" if length $line > 81;
        push @wrong, "$at: a tab" if $line =~ /\t/;
        push @wrong, "$at: a comment with //" if $text =~ m{(?:^|[^:])//};
        push @wrong, "$at: code that is switched off" if $line =~ /^#\s*if 0/;

        # functions stand two blank lines apart, their types on a line before

        if ($line =~ /^\{/ && $file =~ /\.c$/) {
            my $start = $i;
            $start-- while $start > 0 && $lines[$start - 1] =~ /\S/;
            push @wrong, "$at: not two blank lines before a function"
                if $start > 1 && !($lines[$start - 1] !~ /\S/ && $lines[$start - 2] !~ /\S/)
                   && $lines[$start - 2] !~ m{\*/};
        }
    }

    push @wrong, "$file: more than 850 lines" if $width{$file} && @lines > 850;
    push @wrong, "$file: no newline at the end" if @lines && $lines[-1] !~ /\n\z/;
    push @wrong, "$file: a sleep where a condition could be awaited"
        if $file =~ m{^t/[^/]*\.t$} && $file ne 't/style.t' && grep { /^\s*(?:sleep|select undef)/ } @lines;

    ok(!@wrong, "$file is in style") or diag(join "\n", @wrong);
}

done_testing();
