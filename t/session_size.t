use strict;
use warnings;

# pyexec_max_session: what all of a session takes.

use lib 't';
use JSON::PP ();
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none',
    http => 'pyexec_policy off; pyexec_max_session 8m; pyexec_retain 30s;', more => <<'END');
location = /api/write { pyexec_execute default; pyexec_session_access write; }
location = /api/free { pyexec_execute default; pyexec_max_session 0; }
END

my $three = 'open("three", "wb").write(bytes(3 << 20))';
my $over = qr/^the session holds pyexec_max_session, or directories nested too deep to be counted: remove runs or files$/;

is(post($three, 'a')->{json}{status}, 'ok', "run $_ of 3 MB") for 1 .. 2;
my $r = post($three, 'a');
is(($r->{json}{limit} // '') . @{ $r->{json}{created_files} }, 'disk0', 'a third one loses its files');
is(post('print(1)', 'a')->{json}{status}, 'ok', 'there is room for less');
is(post('open("two", "wb").write(bytes(2 << 20))', 'a')->{json}{limit}, 'disk', 'but not for 2 MB');
is(post('import time; open("two", "wb").write(bytes(2 << 20)); time.sleep(20)', 'a')->{json}{limit}, 'disk',
   'nor while it runs');
is(post($three, 'b')->{json}{status}, 'ok', 'another session has its own');
is(post($three, 'a', '/api/free')->{json}{status}, 'ok', '0 is no limit');
$r = post('print(1)', 'a');
is($r->{code}, 507, 'over it, a run is refused');
like($r->{json}{detail}, $over, 'with a sentence');
is($d->http('DELETE', '/api/code-cleanup/a')->{code}, 200, 'when its runs are removed,');
is(post($three, 'a')->{json}{status}, 'ok', 'there is room again');

# two at the same time: the one that ends last has no room

my @both = map { $d->post_in_background("import time; $three; time.sleep(0.5)", session_id => 'both') } 1, 2;
is(join(' ', sort map { $d->wait_for($_)->{status} } @both), 'ok ok', 'two runs at the same time');
@both = map { $d->post_in_background('import time; open("f", "wb").write(bytes(3 << 19)); time.sleep(0.5)', session_id => 'both') } 1, 2;
is(join(' ', sort map { $_->{limit} // $_->{status} } map { $d->wait_for($_) } @both), 'disk ok', 'of which one has room');

# files that no run has made

mkdir "$d->{workspace}/b/uploads" or die "mkdir: $!";
open my $f, '>', "$d->{workspace}/b/uploads/six" or die "six: $!";
print $f "x" x (6 << 20);
close $f;
ok($d->until(20, sub { post('print(1)', 'b')->{code} == 507 }), 'an upload is counted with the next sweep');
unlink "$d->{workspace}/b/uploads/six";
ok($d->until(20, sub { post('print(1)', 'b')->{code} == 200 }), 'and so is its removal');

# the session itself; without namespaces, what is at its top must have been there

mkdir "$d->{workspace}/$_" or die "mkdir: $!" for 'w', 'w/uploads';
chmod 0777, map { "$d->{workspace}/$_" } 'w', 'w/uploads';

is(post('open("session/uploads/nine", "wb").write(bytes(9 << 20))', 'w', '/api/write')->{json}{limit}, 'disk', 'what is written to the session counts');
is(post('print(1)', 'w')->{code}, 507, 'for the next run too');
unlink "$d->{workspace}/w/uploads/nine";
is(post('import time; open("session/uploads/nine", "wb").write(bytes(9 << 20)); time.sleep(20)', 'w', '/api/write')->{json}{limit}, 'disk',
   'while it runs, too');

# what is nested too deep to be counted

mkdir "$d->{workspace}/$_" or die "mkdir: $!" for 'deep', 'deep/uploads';
chmod 0777, map { "$d->{workspace}/$_" } 'deep', 'deep/uploads';

is(post(<<'END', 'deep', '/api/write')->{json}{limit}, 'disk', 'directories nested without end are over the limit');
import os
os.chdir("session/uploads")
for n in range(100):
    os.mkdir("d")
    os.chdir("d")
END
is(scalar @{ $d->list('deep') }, 1, 'the run is listed');
$r = post('print(1)', 'deep', '/api/write');
is($r->{code}, 507, 'the next run is refused');
like($r->{json}{detail}, $over, 'with a sentence');
system('rm', '-rf', "$d->{workspace}/deep/uploads/d") == 0 or die;
is(post('print(1)', 'deep', '/api/write')->{json}{status}, 'ok', 'until they are removed');

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');
done_testing();

sub post {
    my ($code, $session, $path) = @_;
    return $d->http('POST', $path // '/api/execute-code', JSON::PP::encode_json({ code => $code, session_id => $session }));
}
