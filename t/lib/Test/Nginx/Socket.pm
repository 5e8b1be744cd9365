package Test::Nginx::Socket;

# Test::Nginx::Socket, if it is installed elsewhere in @INC; otherwise
# Test::Nginx::Runner, which implements the part of it that these suites use.

use strict;
use warnings;

my $genuine;

BEGIN {
    my ($own) = __FILE__ =~ m{^(.*)/Test/Nginx/Socket\.pm$};

    for my $dir (grep { !ref && $_ ne $own } @INC) {
        $genuine = "$dir/Test/Nginx/Socket.pm", last
            if -f "$dir/Test/Nginx/Socket.pm"
               && (stat _)[1] != (stat __FILE__)[1];
    }
}

if ($genuine) {
    no warnings 'redefine';
    do $genuine or die "$genuine: " . ($@ || $!);
    return 1;
}

require Test::Nginx::Runner;
Test::Nginx::Runner->import_into(__PACKAGE__);

1;
