use strict;
use warnings;

# What a machine can see of the house's style.

use lib 't';
use Pyexec::Rooms;
use Test::More;

my @c      = glob('*.c {src/*,src/*/*,t/unit,t/fuzz}/*.[ch] t/tools/*.c
                   t/bench/*.c');
my @python = glob('src/python/*.py t/python/*.py t/bench/*.py');
my @shell  = glob('src/python/*.sh t/tools/*.sh config config.make');
my @perl   = glob('t/*.t t/*/*.t t/*.pm t/*/*.pm t/lib/Test/Nginx/*.pm t/tools/*.pl');

# these may have more than the 700 lines of a file

my %lines = ('t/unit/sandbox_test.c' => 850);

# what no line may match; C's are looked at without their strings

my %all = (
    'white space at the end'        => qr/[ \t]+$/,
    'a marker of unfinished work'   => qr/\b(?:TO[D]O|FIX[M]E|XX[X])\b/,
);

my %wide = ('more than 80 columns'  => qr/^.{81}/);

my %c = (
    %wide,
    'a tab'                         => qr/\t/,
    'a comment with //'             => qr{(?:^|[^:])//},
    'code that is switched off'     => qr/^#\s*if 0/,
);

my %suite = ('a sleep, where something can be awaited'
    => qr/^\s*(?:sleep|usleep|select undef)\b/);

look($_, %all, %c) for @c;
look($_, %all, %wide) for @python, @shell;
look($_, %all, m{\.t$} ? %suite : ()) for @perl;

# each folder of src/ uses only those before it, and no files go in a circle

my $rooms = Pyexec::Rooms->new;

is(join("\n", $rooms->upward), '', 'no file uses one of a later folder');
is(join("\n", $rooms->circles), '', 'no files use each other in a circle');

done_testing();

sub look {
    my ($file, %rules) = @_;
    my $is_c = $file =~ /\.[ch]$/;
    my $most = $lines{$file} || 700;
    my @wrong;

    open my $f, '<', $file or die "$file: $!";
    chomp(my @lines = <$f>);

    for my $i (0 .. $#lines) {
        my $text = $lines[$i];

        for my $what (sort keys %rules) {
            my $seen = $text;
            $seen =~ s/"(?:[^"\\]|\\.)*"/""/g if $is_c && !$wide{$what};
            push @wrong, "$what, line " . ($i + 1) if $seen =~ $rules{$what};
        }

        # a function begins with its type, on a line of its own

        if ($is_c && $text eq '{') {
            my $first = $i;
            my ($last) = grep { $lines[$_] eq '}' } $i .. $#lines;
            push @wrong, 'a function of more than 80 lines, line ' . ($i + 1)
                if ($last // $#lines) - $i > 81 && $file !~ m{^t/};
            $first-- while $first > 0 && $lines[$first - 1] =~ /\S/;
            push @wrong, 'a function on the line of its type, line '
                         . ($first + 1) if $lines[$first] =~ /\(/;
        }

        # it ends with "}", and the next is two blank lines away

        push @wrong, 'not two blank lines behind a function, line ' . ($i + 1)
            if $is_c && $text eq '}' && $i < $#lines
               && join("\n", @lines[$i + 1 .. $i + 3], '')
                  !~ /^\n\n[^\n]|^\n#(?:endif|else)/;
    }

    push @wrong, "more than $most lines" if @lines > $most;

    ok(!@wrong, "$file is in style") or diag(join "\n", @wrong);
}
