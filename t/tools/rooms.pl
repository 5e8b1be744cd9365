#!/usr/bin/perl

# Draws the folders of src/: a line for each, the lowest last, and which of
# the others it uses.  t/style.t checks that all arrows go down, and that no
# files go in a circle.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/..";
use Pyexec::Rooms;

chdir "$FindBin::Bin/../.." or die "chdir: $!";

my $rooms = Pyexec::Rooms->new;
my $uses  = $rooms->folders;

for my $folder ('.', 'nginx', reverse @Pyexec::Rooms::ORDER) {
    my @units = grep { $rooms->{folder}{$_} eq $folder } sort keys %{ $rooms->{folder} };

    printf "%-16s%s\n", "$folder/", join ' ', map { s/^(?:ngx_http_)?pyexec_//r } @units;
    printf "%16s-> %s\n", '', join ' ', map { "$_/" } sort keys %{ $uses->{$folder} } if $uses->{$folder};
}

my @wrong = ((map { "up: $_" } $rooms->upward), (map { "circle: $_" } $rooms->circles));
print "$_\n" for @wrong;
exit(@wrong ? 1 : 0);
