use strict;
use warnings;

# Clients that do not read their answers: what nginx holds for them.

use lib 't';
use JSON::PP;
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none', http => 'pyexec_max_output 1000000;');
my @run = ('POST', '/api/execute-code', encode_json({ session_id => 's', code => 'print("\0" * 1000000)' }));
my $first = $d->http(@run);
is($first->{json}{status}, 'ok', 'a large result');
cmp_ok(length $first->{body}, '>', 12_000_000, 'of 12 MB');
is($first->{head} =~ /^Content-Length: (\d+)/mi && $1, length $first->{body}, 'with its length');
my @fetch = ('GET', "/api/code-results/s/$first->{json}{run_id}");

sub memory {
    my ($worker) = $d->pids_of('worker');
    return Pyexec::Daemon::slurp("/proc/$worker/status") =~ /^RssAnon:\s+(\d+)/m ? $1 / 1024 : die 'no worker';
}

# the answers have begun, but for their first byte nothing is read

sub idle {
    my ($clients, $what, @request) = @_;
    my $before = memory();
    my @waiting = map { { socket => $d->request(@request), text => '' } } 1 .. $clients;
    sysread $_->{socket}, $_->{text}, 1 for @waiting;
    my $grown = memory() - $before;
    cmp_ok($grown, '<', 32, sprintf "%d clients of a %s that do not read cost %.0f MB", $clients, $what, $grown);
    return @waiting;
}

my @waiting = idle(60, 'stored result', @fetch);
is($d->post('print(1)')->{status}, 'ok', 'others are served');
my $text = $waiting[-1]{text};
1 while sysread $waiting[-1]{socket}, $text, 1 << 20, length $text;
ok(substr($text, -length $first->{body}) eq $first->{body}, 'one that reads late gets all of it');

@waiting = ();
idle(15, 'run', @run);
ok($d->until(30, sub { !grep { m{/temp/body/} } map { readlink // '' } map { glob "/proc/$_/fd/*" } $d->pids_of('worker') }),
   'their files go with them');
is(join(' ', glob "$d->{dir}/temp/body/*"), '', 'and have no names');

my $head = $d->http('HEAD', $fetch[1]);
is($head->{head} =~ /^Content-Length: (\d+)/mi && $1, length $first->{body}, 'HEAD has the length');

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();
