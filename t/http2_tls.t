use strict;
use warnings;

# The API over TLS, over HTTP/2 with and without it, and over HTTP/3 where nginx
# and curl, which is the client, have that.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;

my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;
system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
       . " -keyout $dir/key -out $dir/cert 2>/dev/null") == 0 or die 'openssl';

my $port = ($ENV{TEST_NGINX_PORT} || 1984) + 2;
my $http3 = `$ENV{TEST_NGINX_BINARY} -V 2>&1` =~ /http_v3_module/ && `curl -V` =~ /HTTP3/;
diag('no HTTP/3, in nginx or in curl') if !$http3;
my $d = Pyexec::Daemon->new(workers => 1, pool => 'workers=2 preload=none',
                            more => ($http3 ? "listen 127.0.0.1:$port quic; " : '')
                                    . "listen 127.0.0.1:$port ssl http2; ssl_certificate $dir/cert; ssl_certificate_key $dir/key;",
                            listen => 'http2');

my $tls = "https://127.0.0.1:$port";
my $plain = 'http://127.0.0.1:' . (($ENV{TEST_NGINX_PORT} || 1984) + 1);

open my $f, '>', "$dir/body" or die;
print $f encode_json({ session_id => 'h2', code => '# ' . 'x' x 300000 . "\nprint(1)" });
close $f;

for my $case ([ 'HTTP/2 over TLS', "--http2 -k $tls" ], [ 'HTTP/1.1 over TLS', "--http1.1 -k $tls" ],
              [ 'HTTP/2 without TLS', "--http2-prior-knowledge $plain" ], $http3 ? [ 'HTTP/3', "--http3-only -k $tls" ] : ()) {
    my ($name, $how) = @$case;
    my ($options, $url) = $how =~ /^(.*) (\S+)$/;
    my $json = eval { decode_json(`curl -s $options -d \@$dir/body $url/api/execute-code`) } || {};
    is($json->{status}, 'ok', "a run, $name");
    is($json->{stdout}, "1\n", "its output, $name");
    like(`curl -s $options $url/api/code-results/h2`, qr/"items":\[\{/, "a list, $name");
    like(`curl -sN $options -H 'Accept: text/event-stream' -d \@$dir/body $url/api/execute-code`,
         qr/\Aevent: start\n.*^event: stdout\ndata: \{"attempt":1,"data":"1\\n"\}\n.*^event: result\ndata: .*\n\n\z/ms, "events, $name");
    is(`curl -s -o /dev/null -w '%{http_code} %{content_type}' $options -X PUT $url/api/execute-code`,
       '405 application/json', "an error, $name");
}

# a client that resets its stream

my $pid = fork // die;
exec(qw(curl -s -o /dev/null --http2 -k -d),
     encode_json({ session_id => 'reset', code => 'import time; time.sleep(60)', timeout_seconds => 60 }),
     "$tls/api/execute-code") or die if !$pid;
ok($d->until(30, sub { `curl -sk $tls/api/code-results/reset` =~ /"status":"running"/ }), 'a run');
kill KILL => $pid;
waitpid $pid, 0;
ok($d->until(30, sub { `curl -sk $tls/api/code-results/reset` =~ /"status":"interrupted"/ }),
   'is cancelled when its stream is gone');

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');

done_testing();
