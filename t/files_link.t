use strict;
use warnings;

# Links that expire: the location that conf.example has in a comment.

use lib 't';
use Digest::MD5 qw(md5_base64);
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my ($location) = Pyexec::Daemon::slurp('conf.example') =~ m{^( *# location ~ \^/links/.*?^ *# \}\n)}ms
    or die 'conf.example has no location for links';
$location =~ s/^ *# ?//mg;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=1 preload=none', more => $location);

my $run = $d->post('open("a b.txt", "w").write("text")', session_id => 'demo');
my $path = "/links/demo/code_exec/$run->{run_id}/a b.txt";

my $r = $d->http('GET', linked($path, time + 60));
is("$r->{code} $r->{body}", '200 text', 'a link');
is($d->http('GET', linked($path, time - 1))->{code}, 410, 'that has expired');
is($d->http('GET', $path)->{code}, 403, 'without a signature');
(my $forged = linked($path, time + 60)) =~ s/a b/main/;
is($d->http('GET', $forged)->{code}, 403, 'of another file');
(my $later = linked($path, time - 1)) =~ s/expires=(\d+)/'expires=' . ($1 + 100)/e;
is($d->http('GET', $later)->{code}, 403, 'with another time');
is($d->http('DELETE', linked($path, time + 60))->{code}, 403, 'for another method');
is($d->http('GET', linked('/links/demo/', time + 60))->{code}, 404, 'of a list');
is($d->http('GET', linked('/links/demo/../x', time + 60))->{code}, 404, 'above the session');

done_testing();

sub linked {
    my ($path, $expires) = @_;
    (my $md5 = md5_base64("$expires$path a secret")) =~ tr{+/=}{-_}d;
    return "$path?md5=$md5&expires=$expires";
}
