use strict;
use warnings;

# Every process goes on when the kernel is short of memory, of descriptors, or
# of room for what is sent: requests have an answer, and later ones are served.

use lib 't';
use Pyexec;
use Pyexec::Census;
use Pyexec::Daemon;
use Pyexec::Inject;
use Test::More;

plan skip_all => 'strace is not there, or may not trace' if system('strace -o /dev/null true 2>/dev/null') != 0;

Pyexec::Census::adopt();
my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=1 preload=none');
$d->post('print(1)', session_id => 'kept');

for my $kind ('pool', 'runner', 'clerk', 'sweeper', 'zygote light', 'worker') {
    for my $errno ('ENOMEM', 'EMFILE', 'ETOOMANYREFS') {

        my $pid;
        $d->until(20, sub { ($pid) = Pyexec::Census->take->pids($kind) }) or die "no $kind";
        my $inject = Pyexec::Inject->start($pid, $errno, 5, $kind !~ /zygote/) or next;

        my @answers = map { ask($_) } 0 .. 5;
        $inject->stop;

        # a worker whose own reads and writes fail closes its client's connection

        is(scalar(grep { !$_->{json} && ($kind ne 'worker' || $_->{code} != 0) } @answers), 0,
           "$errno in a $kind: each request has an answer")
            or diag(join ' ', map { "$_->{code}:" . ($_->{body} // '') } @answers);
        ok($d->until(20, sub { ($d->post('print(2)', _timeout => 20)->{status} // '') eq 'ok'
                               && @{ $d->list('kept') } }), 'and later ones are served');
    }
}

unlike($d->log, qr/\[emerg\]|Sanitizer/, 'the log has no emergency');

done_testing();

sub ask {
    my ($n) = @_;
    return $d->http('GET', '/api/code-results/kept', undef, 30) if $n % 3 == 1;
    return $d->http('DELETE', '/api/code-cleanup/gone', undef, 30) if $n % 3 == 2;
    return $d->http('POST', '/api/execute-code', '{"session_id": "gone", "code": "open(\"a\", \"w\")"}', 30);
}
