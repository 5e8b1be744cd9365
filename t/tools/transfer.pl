use strict;
use warnings;

# Stores a file of SIZE= MB over HTTP and fetches it, while another client asks
# for a short answer over and over.  Prints times and memory; the worker may not
# grow by the file, nor be held up by it.

use lib 't', 't/lib';
use Digest::MD5;
use IO::Select;
use IO::Socket::INET;
use POSIX ();
use Pyexec;
use Pyexec::Client;
use Pyexec::Daemon;
use Test::More;
use Time::HiRes qw(time);

use constant { PIECE => 1 << 20, GROWTH => 8 << 10 };

my $size = $ENV{SIZE} || 1024;
my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=1 preload=none', http => 'client_max_body_size 0; client_body_buffer_size 128k; pyexec_max_session 0; sendfile on; aio threads;',
    more => 'location ~ ^/api/files/(?<s>[^/]+)/(?<p>(?s).*)$ { pyexec_files default $s $p; }');
my ($worker) = $d->pids_of('worker');
my $piece = join '', map { chr(int rand 256) } 1 .. PIECE;
my $path = '/api/files/s/large';

$d->http(GET => "/api/files/s/");
print "$size MB\n";
printf "%-8s  %9s  %11s  %14s  %14s  %s\n", '', 'seconds', 'MB/s', 'worker, KB', 'most, KB', 'a short answer meanwhile, ms: p50, p99, the longest';
measured('nothing', sub { select undef, undef, undef, 2 });
my $before = memory('VmHWM');

my $sent = Digest::MD5->new;
my $code = measured('put', sub {
    my $c = connection();
    syswrite $c, "PUT $path HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " . $size * PIECE . "\r\n\r\n";
    for (1 .. $size) {
        substr $piece, 0, 8, pack 'Q', $_;
        for (my $at = 0; $at < PIECE;) {
            $at += syswrite($c, $piece, PIECE - $at, $at) // die "write: $!";
        }
        $sent->add($piece);
    }
    return (<$c> =~ /(\d\d\d)/)[0];
});
is($code, 201, 'stored');

my $got = Digest::MD5->new;
measured('get', sub {
    my $c = connection();
    syswrite $c, "GET $path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    my $head = '';
    1 while $head !~ /\r\n\r\n/ && sysread $c, $head, 1, length $head;
    while (sysread $c, my $part, PIECE) {
        $got->add($part);
    }
});
is($got->hexdigest, $sent->hexdigest, 'and fetched, as it was');
is($d->http(DELETE => $path)->{json}{removed_files}, 1, 'and removed');
cmp_ok(memory('VmHWM') - $before, '<', GROWTH, 'the worker has never had more than 8 MB more');
is_deeply([$d->pids_of('worker')], [$worker], 'it is the same');
done_testing();

sub connection { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $d->port) or die "connect: $!" }
sub memory { my $what = $_[0] || 'VmRSS'; (Pyexec::Daemon::slurp("/proc/$worker/status") =~ /^$what:\s+(\d+)/m)[0] }

sub measured {
    my ($what, $do) = @_;
    pipe my $from, my $to or die "pipe: $!";
    pipe my $wait, my $stop or die "pipe: $!";
    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        close $stop;
        my @times = ping($wait);
        print $to join(' ', @times);
        close $to;
        POSIX::_exit(0);
    }
    close $to;
    close $wait;
    my $start = time;
    my $result = $do->();
    my $seconds = time - $start;
    close $stop;
    my @times = sort { $a <=> $b } split ' ', <$from>;
    waitpid $pid, 0;
    report($what, $seconds, memory(), map { 1000 * $_ } @times[@times / 2, @times * 0.99, -1]);
    return $result;
}

sub ping {
    my ($stop) = @_;
    my $select = IO::Select->new($stop);
    my $c = Pyexec::Client->new($d->port);
    my @times;

    while (!$select->can_read(0.002)) {
        my $start = time;
        $c = Pyexec::Client->new($d->port) if $c->{eof};
        $c->ask(GET => '/ping');
        push @times, time - $start;
    }
    return @times;
}

sub report {
    my ($what, $seconds, $kb, @ms) = @_;
    printf "%-8s  %9.2f  %11s  %14d  %14d  %s\n", $what, $seconds, $what eq 'nothing' ? '' : sprintf('%.0f', $size / $seconds), $kb,
        memory('VmHWM'), join(', ', map { sprintf '%.2f', $_ } @ms);
}
