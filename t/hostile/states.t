use strict;
use warnings;

# Clients that leave, in each state of a job; and what else of nginx a request
# can come through.

use lib 't';
use Pyexec;
use Pyexec::Hostile;
use JSON::PP;
use Test::More;

sub code { encode_json({ code => @_ }) }
sub begin { my ($path, @code) = @_; return client()->send(Pyexec::Client::message('POST', $path, code(@code))) }
sub number { my ($session, $status) = @_; return scalar grep { $_->{status} eq $status } @{ $d->list($session) } }

my $api = '/api/execute-code';
my @minute = ('import time; time.sleep(60)', timeout_seconds => 60);

start(pool => 'workers=2 preload=none max_queue=2', more => <<'END');
location = /probe { pyexec_execute default; pyexec_queue_timeout 1ms; }
location = /stays { pyexec_execute default; pyexec_ignore_client_abort on; }
location = /big { pyexec_execute default; pyexec_max_output 1000000; }
location = /file { pyexec_execute default; client_body_in_file_only on; }
location = /clean { pyexec_execute default; client_body_in_file_only clean; client_body_buffer_size 1k; }
location = /single { pyexec_execute default; client_body_in_single_buffer on; client_body_buffer_size 512; }
location = /again { pyexec_execute default; error_page 422 = @again; }
location @again { pyexec_execute default; }
location = /cycle { pyexec_execute default; recursive_error_pages on; error_page 422 = @cycle; }
location @cycle { pyexec_execute default; recursive_error_pages on; error_page 422 = @cycle; }
location = /moved { pyexec_execute default; error_page 422 = /api/code-results/moved; }
location = /mirrored { mirror /copy; pyexec_execute default; }
location = /copy { internal; pyexec_execute default; }
location = /allowed { auth_request /api/code-results/h; pyexec_execute default; }
location = /denied { auth_request /api/code-results/..%5c; pyexec_execute default; }
location = /page { ssi on; default_type text/html; return 200
  '<!--# include virtual="/api/code-results/h" -->|<!--# include virtual="/api/code-results/a..b" -->|<!--# include virtual="/api/execute-code" -->'; }
END

# QUEUED: who leaves gives up the place

sub place { (post_raw(code('1'), '/probe')->{json} || {})->{detail} // '' }

{
    my @runs = map { begin($api, @minute, session_id => 'long') } 1 .. 2;
    ok($d->until(10, sub { number('long', 'running') == 2 }), 'all runners have something to do');

    for my $how ('close', 'reset', 'half_close', 'reset') {
        my @queued = map { begin($api, @minute, session_id => 'long') } 1 .. 2;
        ok($d->until(10, sub { place() eq 'the queue is full' }), 'the queue is full');
        ok(is_refusal(post_raw(code('1')), 503), 'and says so');
        $_->$how for @queued;
        ok($d->until(10, sub { place() eq 'no runner was free in time' }), "it is not, after a $how");
    }
    is(scalar @{ $d->list('long') }, 2, 'none of those has begun');

    # RUNNING, with another request behind

    $_->send(Pyexec::Client::message('POST', $api, code('print(1)', session_id => 'behind'))) for @runs;
    $runs[0]->reset;
    $runs[1]->close;
    ok($d->until(30, sub { number('long', 'interrupted') == 2 }), 'runs end with their clients');
    is_deeply($d->list('behind'), [], 'what is behind them is not begun');
    ok(innocent(), 'no harm is done');

    my $stays = begin('/stays', 'import time; time.sleep(0.5)', session_id => 'stays');
    ok($d->until(10, sub { @{ $d->list('stays') } }), 'a run that is to stay');
    $stays->reset;
    ok($d->until(10, sub { number('stays', 'ok') }), 'stays');
}

# QUEUED, and the body of a request that needs none comes meanwhile

for my $ask (['GET', '/api/code-results/h'], ['DELETE', '/api/code-cleanup/none']) {
    my ($worker) = $d->pids_of('worker');
    my $descriptors = sub { scalar(() = glob "/proc/$worker/fd/*") };
    my @clerks = map { $_->{pid} } grep { $_->{args} =~ /: clerk/ } $d->tree;
    my $message = Pyexec::Client::message(@$ask, 'x' x 1000);

    # the worker has seen the end of earlier connections when it answers this
    my $c = client();
    is($c->ask('GET', '/ping')->{body}, 'pong', 'a connection');
    my $before = $descriptors->();

    kill STOP => @clerks;
    $c->send(substr $message, 0, -600);
    ok($d->until(10, sub { $descriptors->() == $before + 1 }), "@$ask, with half a body, is a job");
    $c->send(substr($message, -600) . Pyexec::Client::message('POST', $api, code('print(1)')));
    is($d->http('GET', '/ping')->{body}, 'pong', 'the other half has come, and another request');
    kill CONT => @clerks;
    is($c->answer->{code}, 200, 'the answer');
    is($c->answer->{code}, 200, 'and the answer to the other request');
}

# DONE, with an answer that nobody takes

{
    my @clients = map { client(window => 4096) } 1 .. 2;
    my $big = Pyexec::Client::message('POST', '/big', code("print('x' * 900000)", session_id => 'big'));
    $_->send($big x 9) for @clients;
    ok($d->until(10, sub { number('big', 'ok') >= 2 }), 'answers that are not read');
    $clients[0]->reset;
    is(join(' ', map { length(($clients[1]->answer(raw => 1)->{body} // '') =~ s/[^x]//gr) >= 900000 } 1 .. 9), join(' ', (1) x 9),
       'those that are read late come whole');
    ok($d->until(10, sub { !number('big', 'running') }), 'clients may leave in the middle of it');
    ok(innocent(), 'no harm is done');
}

# bodies in files, in all of nginx's ways

accepted(post_raw(code('print(1)' . ' ' x $_->[1], session_id => 'h'), $_->[0]), "a body with $_->[1] spaces in $_->[0]", stdout => "1\n")
    for ['/file', 0], ['/file', 100000], ['/clean', 0], ['/clean', 100000], ['/single', 0], ['/single', 2000], ['/single', 100000];
refused(post_raw($_->[1], $_->[0]), $_->[2], "what is wrong is seen, in $_->[0]")
    for ['/file', '', 400], ['/file', '{', 400], ['/clean', '{}' . ' ' x 100000, 422], ['/single', '[' x 100000, 400];

# other ways to a handler

refused(post_raw('{}', '/again'), 422, 'an error, and the same body again');
refused(post_raw('{}' . ' ' x 100000, '/again'), 422, 'from a file, too');
refused(post_raw('{}', '/cycle'), [422, 500], 'again and again');
is(post_raw('{}', '/moved')->{body}, '{"session_id":"moved","items":[]}', 'an error that leads to a list');
accepted(post_raw(code('print(1)', session_id => 'h'), '/allowed'), 'a list allows a run', stdout => "1\n");
like(post_raw(code('print(1)'), '/denied')->{code}, qr/^(?:401|403|500)$/, 'a refusal does not');
like(client()->ask('GET', '/page', undef, Connection => 'close')->{body},
     qr/\{"session_id":"h".*\]\}.*\|.*session_id has two dots.*\|.*the method must be POST/s, 'answers in a page');
ok(innocent(), 'no harm is done');

accepted(post_raw(code('print(1)', session_id => 'twice'), '/mirrored'), 'a run with a mirror', stdout => "1\n");
ok($d->until(10, sub { number('twice', 'ok') == 2 }), 'is two runs');

{
    my $both = begin('/mirrored', @minute, session_id => 'both');
    ok($d->until(10, sub { number('both', 'running') == 2 }), 'two run');
    $both->reset;
    ok($d->until(30, sub { number('both', 'interrupted') == 2 }), 'both end with their client');
}

unharmed(qw(long stays big h default twice both));
undef $d;

# WAITING: more jobs than the control socket holds, unless the system allows it
# a large buffer, as it does to root

{
    start(under => $> == 0 ? ['setpriv', '--bounding-set', '-net_admin'] : [],
          pool => 'workers=2 preload=none max_queue=2000', connections => 8192, http => 'pyexec_queue_timeout 60s;');

    my $waiting = Pyexec::Daemon::slurp('/proc/sys/net/core/wmem_max') > 2 ** 18 ? 0 : 100;
    my @worker = $d->pids_of('worker');
    my $descriptors = sub { scalar(() = map { glob "/proc/$_/fd/*" } @worker) };
    my @stopped = $d->pids_of('runner');
    my $before = $descriptors->();
    kill STOP => @stopped;

    my @clients = map { begin($api, "print($_)") } 0 .. 799;
    ok($d->until(20, sub { $descriptors->() >= $before + 2 * 800 + $waiting }), 'jobs wait, with both ends of their sockets')
        or diag($before, ' ', $descriptors->());
    $clients[2 * $_]->reset for 0 .. 399;
    ok($d->until(20, sub { $descriptors->() < $before + 3 * 400 + 100 }), 'those of clients that leave are closed');
    kill CONT => @stopped;
    is(scalar(grep { ($clients[$_]->answer->{json}{stdout} // '') eq "$_\n" } map { 2 * $_ + 1 } 0 .. 399), 400, 'the others are done');
    ok(innocent(), 'no harm is done');
    $_->close for @clients;
    ok($d->until(20, sub { $descriptors->() <= $before }), 'and no descriptor is left');
    unharmed('default');
    undef $d;
}

# A job for which there is no connection.  error_page keeps the request for two
# seconds more, in which nothing may come of the job any more.

{
    start(pool => 'workers=2 preload=none; limit_req_zone $host zone=late:1m rate=30r/m', connections => 64, more => <<'END');
location = /first { limit_req zone=late burst=9; empty_gif; }
location = /late { pyexec_execute default; pyexec_queue_timeout 1ms; error_page 503 = /late.gif; }
location = /late.gif { limit_req zone=late burst=9; empty_gif; }
END
    my $c = client()->send('G');
    my @others;
    ok($d->until(10, sub {
           push @others, client()->send("POST $api HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{");
           $d->log =~ /\[alert\].*worker_connections are not enough/;
       }), 'nginx has no connection any more');
    $c->send(substr(Pyexec::Client::message('GET', '/first'), 1) . Pyexec::Client::message('POST', '/late', code('print(1)')));
    is($c->answer->{code}, 200, 'the first request');
    my $late = $c->answer;
    is($late->{code}, 200, "a run's is answered by error_page");
    like($late->{head} // '', qr/image\/gif/, 'and by nothing else');
    ok($c->ended(10), 'and then the connection ends');
    $_->close for @others;
    ok($d->until(10, sub { innocent() }), 'no harm is done');
    unlike($d->log =~ s/^.*worker_connections are not enough.*\n//mgr, qr/\[alert\]|\[emerg\]|Sanitizer|exited on signal/,
           'the log has no other alert') or diag($d->log);
    undef $d;
}

done_testing();
