package Pyexec::Rooms;

# Finds which source uses which.  A unit is a C file with the header of its
# name; it uses another if it includes its header or names one of its functions.

use strict;
use warnings;

# the folders of src/, each of which may use itself and those before it

our @ORDER = qw(base wire sandbox python/memory python store run pool);

# nginx's side uses these two only

our @NGINX = qw(base wire nginx .);

sub new {
    my ($class) = @_;
    my $self = bless { folder => {}, uses => {} }, $class;
    my (%names, %owner, %used);

    for my $file (glob('*.c {src/*,src/*/*}/*.[ch]')) {
        my ($folder, $unit) = $file =~ m{^(?:src/)?(?:(.*)/)?(\w+)\.[ch]$};
        my $text = text($file);

        $folder //= '.';
        die "$file: no folder of src/ that is known" if !grep { $_ eq $folder } @ORDER, @NGINX;
        die "$file: another unit has this name" if ($self->{folder}{$unit} // $folder) ne $folder;

        $self->{folder}{$unit} = $folder;
        $used{$unit}{$_} = 1 for $text =~ /^\s*#\s*include\s*[<"]\S*?(\w+)\.[ch][>"]/mg;

        next if $file =~ /\.h$/;

        $text =~ s/"(?:[^"\\]|\\.)*"//g;
        $names{$unit} = [$text =~ /\b((?:ngx_http_)?pyexec_\w+)/g];

        # a definition: its type, unless static, has the line before

        $owner{$1} = $unit while $text =~
            /^(?!static\b)\w[^\n;]*\n(\w+)\([^;{]*\)\n\{/mg;
    }

    for my $unit (keys %{ $self->{folder} }) {
        $used{$unit}{$_} = 1 for grep { defined } @owner{@{ $names{$unit} || [] }};
        delete $used{$unit}{$unit};
        $self->{uses}{$unit} = [grep { $self->{folder}{$_} }
                                sort keys %{ $used{$unit} }];
    }

    return $self;
}

sub text {
    my ($file) = @_;

    open my $f, '<', $file or die "$file: $!";
    local $/;

    return <$f> =~ s{/\*.*?\*/}{}gsr;
}

# for each folder those that its units use

sub folders {
    my ($self) = @_;
    my %uses;

    for my $unit (keys %{ $self->{uses} }) {
        my $folder = $self->{folder}{$unit};

        for my $other (map { $self->{folder}{$_} } @{ $self->{uses}{$unit} }) {
            $uses{$folder}{$other} = 1 if $other ne $folder;
        }
    }

    return \%uses;
}

# a sentence for each unit that uses one of a folder that is not for it

sub upward {
    my ($self) = @_;
    my @wrong;

    for my $unit (sort keys %{ $self->{uses} }) {
        my $folder = $self->{folder}{$unit};
        my %may;

        for my $order ($folder =~ /^(?:nginx|\.)$/ ? \@NGINX : \@ORDER) {
            for my $name (@$order) {
                $may{$name} = 1;
                last if $name eq $folder;
            }
        }

        push @wrong, map { "$folder/$unit uses $self->{folder}{$_}/$_" }
                     grep { !$may{ $self->{folder}{$_} } }
                          @{ $self->{uses}{$unit} };
    }

    return @wrong;
}

# the circles: sets of units each of which uses, by others, all of its set

sub circles {
    my ($self) = @_;
    my (%reach, %seen, @circles);

    for my $unit (keys %{ $self->{uses} }) {
        my @next = @{ $self->{uses}{$unit} };

        while (defined(my $to = shift @next)) {
            push @next, @{ $self->{uses}{$to} } if !$reach{$unit}{$to}++;
        }
    }

    for my $unit (sort keys %reach) {
        next if !$reach{$unit}{$unit} || $seen{$unit};
        my @circle = grep { $reach{$unit}{$_} && $reach{$_}{$unit} }
                     sort keys %reach;

        $seen{$_} = 1 for @circle;
        push @circles, join(' ', @circle);
    }

    return @circles;
}

1;
