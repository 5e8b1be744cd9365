use strict;
use warnings;

# What processes leave that die between two steps, and who puts it right.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none');
my $runs = "$d->{dir}/workspace/s/code_exec";
my @ids = map { $d->post("print($_)", session_id => 's')->{run_id} } 1 .. 3;

# as the pool's user

sub put {
    my ($name, $text) = @_;
    open my $f, '>>', "$runs/$name" or die "$name: $!";
    print $f $text;
    close $f;
    chown +(stat $runs)[4, 5], "$runs/$name";
}

sub listed { join ' ', map { "$_->{run_id} $_->{status}" } @{ $d->list('s') } }

sub lines { split /\n/, Pyexec::Daemon::slurp("$runs/runs.jsonl") }

is(listed(), join(' ', map { "$_ ok" } @ids), 'three runs');

# a runner, in the middle of a line

put('runs.jsonl', '{"run_id":"20260101T000000-0123456789ab","started_at":"2026-');
push @ids, $d->post('print(4)', session_id => 's')->{run_id};
is(listed(), join(' ', map { "$_ ok" } @ids), 'the line behind half a one is not lost');
is(scalar(grep { /^\{.*\}$/ } lines()), 4, 'and half a line is not kept');
is(scalar(lines()), 4, 'nor anything else');

# a runner, in the middle of a result

my $died = '20200101T000000-0123456789ab';
mkdir "$runs/$died" or die "mkdir: $!";
chown +(stat $runs)[4, 5], "$runs/$died";
put("$died/$_", '{"half') for 'main.py', 'result.json';
put(".results/$died.json", '{"half');
put(".running/$died.123456", '');
is(listed(), join(' ', "$died interrupted", map { "$_ ok" } @ids), 'a run without its runner is interrupted');
is($d->http('GET', "/api/code-results/s/$died")->{code}, 404, 'it has no result');
is(join(' ', map { s{.*/}{}r } glob "$runs/$died/*"), 'main.py result.json', 'what its code wrote stays');
ok(!-e "$runs/.results/$died.json", 'what the pool had half written is removed');
ok(!-e "$runs/.running/$died.123456", 'with its note');

# a clerk, between the directories and their lines

for my $id (@ids) {
    unlink glob "$runs/$id/*";
    rmdir "$runs/$id" or die "rmdir: $!";
}
is($d->http('DELETE', '/api/code-cleanup/s')->{json}{removed_runs}, 1, 'the next clean-up removes what is left');
is(listed(), '', 'and the lines');

put('runs.jsonl', qq({"run_id":"$ids[0]","started_at":"2026-01-01T00:00:00.000000+00:00","status":"ok"}\n));
is($d->http('DELETE', '/api/code-cleanup/s')->{json}{removed_runs}, 0, 'where there is none left too');
is(listed(), '', 'the lines go');

# a pool, while a run of its is to be corrected: that takes another child

my $run = $d->post_in_background("import time; time.sleep(0.5)\nprint(json.dumps([]), math.floor(1.5))", session_id => 'r');
ok($d->until(5, sub { (($d->list('r')->[0] || {})->{status} // '') eq 'running' }), 'a run begins');
kill KILL => $d->pool_pid;
my $answer = $d->wait_for($run);
is($answer->{status}, 'ok', 'it ends well though its pool has died') or diag(explain($answer));
is(scalar @{ $answer->{attempts} || [] }, 3, 'with two corrections');

# a zygote, where no other can be started: it is to have a mount of what is away

SKIP: {

skip('there are no mounts', 3) if $d->log =~ /sandbox: no namespaces/;

my $pool = $d->until(10, sub { ($d->post('print(1)', _timeout => 1)->{status} // '') eq 'ok' && $d->pool_pid });
rename "$d->{dir}/workspace", "$d->{dir}/away" or die "rename: $!";
kill KILL => $d->pids_of('light zygote');
ok($d->until(5, sub { $d->log =~ /starting a zygote failed/ }), 'a zygote that cannot be started');
rename "$d->{dir}/away", "$d->{dir}/workspace" or die "rename: $!";
ok($d->until(10, sub { ($d->post('print(1)', _timeout => 1)->{status} // '') eq 'ok' }), 'is, when it can');
is($d->pool_pid, $pool, 'by the same pool');

}

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();
