package Test::Nginx::Runner;

# Runs the blocks of a suite as Test::Nginx::Socket does: writes nginx.conf,
# starts nginx, sends the requests and checks answers and error.log.  It knows
# the sections that %SECTIONS names.

use strict;
use warnings;

use Cwd qw(cwd);
use File::Path qw(make_path remove_tree);
use IO::Select;
use IO::Socket::INET;
use POSIX qw(:sys_wait_h);
use Test::More ();
use Time::HiRes qw(time);

our ($ServRoot, $Timeout, $Workers, $Master, $LogLevel, $Repeat)
    = (undef, 3, 1, 0, 'debug', 1);
our (@Blocks, @Preprocessors, @Cleanups);
our $Connections = 64;
our $Running;

END { stop($Running) if $Running }

my $Nginx = $ENV{TEST_NGINX_BINARY} || 'nginx';
my $Port  = $ENV{TEST_NGINX_PORT} || $ENV{TEST_NGINX_SERVER_PORT} || 1984;

# the sections that a block may have; others are an error

my %SECTIONS = map { $_ => 1 } qw(
    main_config http_config config request more_headers raw_request
    pipelined_requests error_code response_body response_body_like
    response_body_unlike response_headers response_headers_like error_log
    no_error_log timeout abort wait must_die ignore_response SKIP ONLY
    user_files preload
);

my @EXPORTS = qw(
    run_tests blocks repeat_each plan no_shuffle no_long_string
    no_root_location master_on master_process_enabled workers log_level
    worker_connections add_block_preprocessor add_cleanup_handler
    server_root html_dir server_port bail_out env_to_nginx
);

my $RootLocation = 1;

sub import_into {
    my ($class, $target) = @_;

    no strict 'refs';

    *{"${target}::import"} = sub {
        my ($self, @plan) = @_;
        my $caller = caller;

        no strict 'refs';
        *{"${caller}::$_"} = \&{"${class}::$_"} for @EXPORTS;
        *{"${caller}::$_"} = \&{"Test::More::$_"}
            for qw(ok is isnt like unlike diag note pass fail is_deeply
                   done_testing);

        strict->import;
        warnings->import;
        plan(@plan) if @plan;
    };
}

sub plan {
    my ($what, $n) = @_;
    $what =~ /no_plan/ ? Test::More::plan('no_plan')
                       : Test::More::plan($what => $n);
}

sub repeat_each { $Repeat = shift if @_; $Repeat }
sub no_shuffle { }
sub no_long_string { }
sub no_root_location { $RootLocation = 0 }
sub master_on { $Master = 1 }
sub master_process_enabled { $Master = shift if @_; $Master }
sub workers { $Workers = shift if @_; $Workers }
sub log_level { $LogLevel = shift if @_; $LogLevel }
sub worker_connections { $Connections = shift if @_; $Connections }
sub add_block_preprocessor { unshift @Preprocessors, @_ }
sub add_cleanup_handler { push @Cleanups, @_ }
sub server_port { $Port }
sub bail_out { Test::More::BAIL_OUT(@_) }
sub env_to_nginx { }

sub server_root {
    $ServRoot ||= $ENV{TEST_NGINX_SERVROOT} || cwd() . '/t/servroot';
}

sub html_dir { server_root() . '/html' }

sub blocks {
    load() unless @Blocks;
    scalar grep { !defined $_->{SKIP} } @Blocks;
}

# the data section: "=== title", "--- section filter filter: value"

sub load {
    no warnings 'once';
    my $data = do { local $/; readline main::DATA };

    for my $text (split /^===/m, $data) {
        next unless $text =~ /\S/;

        my ($title, @rest) = split /\n/, $text, -1;
        $title =~ s/^\s+|\s+$//g;
        my $block = bless { name => $title }, 'Test::Nginx::Runner::Block';
        my $current;

        for my $line (@rest) {
            if ($line =~ /^---\s+(\w+)((?:\s+\w+)*)\s*(?::\s?(.*))?$/) {
                $current = $1;
                die "$title: the section \"$1\" is not known\n"
                    unless $SECTIONS{$1};
                $block->{filters}{$1} = [split ' ', $2 // ''];
                $block->{$1} = defined $3 ? $3 : '';
                $block->{inline}{$1} = defined $3;
            } elsif (defined $current && !$block->{inline}{$current}) {
                $block->{$current} .= "$line\n";
            }
        }

        for my $name (grep { $SECTIONS{$_} } keys %$block) {
            $block->{$name} =~ s/\n\s*\z/\n/;
            $block->{$name} = filter($block, $name);
        }

        push @Blocks, $block;
    }

    if (my @only = grep { defined $_->{ONLY} } @Blocks) {
        @Blocks = @only;
    }
}

sub filter {
    my ($block, $name) = @_;
    my $value = $block->{$name};

    for my $filter (@{ $block->{filters}{$name} }) {
        if ($filter eq 'eval') {
            my $result = eval "package main; no strict; $value";
            die "$block->{name}: $name: $@" if $@;
            $value = $result;
        } elsif ($filter eq 'chomp') {
            chomp $value;
        } else {
            die "$block->{name}: the filter \"$filter\" is not known\n";
        }
    }
    return $value;
}

sub run_tests {
    load() unless @Blocks;

    for my $block (@Blocks) {
        if (defined $block->{SKIP}) {
            Test::More::note("skipped: $block->{name}");
            next;
        }
        $_->($block) for @Preprocessors;
        run_block($block);
    }

    $_->() for @Cleanups;
    remove_tree(server_root()) unless $ENV{TEST_NGINX_NO_CLEAN};
}

sub run_block {
    my ($block) = @_;
    my $name = $block->{name};
    my $root = server_root();

    remove_tree($root);
    make_path("$root/logs", "$root/conf", "$root/html");
    write_config($block, "$root/conf/nginx.conf");

    my ($pid, $output) = start($root);

    if (defined $block->{must_die}) {
        Test::More::ok(!$pid, "$name - nginx refuses to start");
        stop($pid) if $pid;
        check_log($block, $output . slurp("$root/logs/error.log"));
        return;
    }

    if (!$pid) {
        Test::More::fail("$name - nginx starts");
        Test::More::diag($output . slurp("$root/logs/error.log"));
        return;
    }

    for (1 .. $Repeat) {
        my @requests = requests($block);
        my $timeout = $block->{timeout} || $Timeout;
        $timeout =~ s/\s//g;

        my $i = 0;
        for my $request (@requests) {
            my @responses = talk($request, $timeout, defined $block->{abort});
            for my $response (@responses) {
                check($block, $response, $i,
                      @requests > 1 || @responses > 1);
                $i++;
            }
        }
    }

    sleep_for($block->{wait}) if $block->{wait};
    Test::More::ok(stop($pid), "$name - nginx ends");
    check_log($block, slurp("$root/logs/error.log"));
}

# the test's author asks for it: what the log is to say takes its time

sub sleep_for { select undef, undef, undef, $_[0] }

sub expand {
    my ($text) = @_;
    $text =~ s/\$(TEST_NGINX_\w+)/$ENV{$1} \/\/ die "no $1 in the environment\n"/ge;
    return $text;
}

sub write_config {
    my ($block, $file) = @_;
    my $root = server_root();
    my %part = map { $_ => expand($block->{$_} // '') }
        qw(main_config http_config config);
    my $modules = join '', map { "load_module $_;\n" }
        split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // '';
    my $user = $> == 0 ? "user root;\n" : '';
    my $master = $Master ? 'on' : 'off';
    my $location = $RootLocation ? "location / {\n root $root/html;\n}\n" : '';
    my $temp = join '', map { "${_}_temp_path $root/temp_$_;\n" }
        qw(client_body proxy fastcgi uwsgi scgi);

    open my $f, '>', $file or die "$file: $!";
    print $f <<"END";
$modules
worker_processes $Workers;
daemon on;
master_process $master;
error_log $root/logs/error.log $LogLevel;
pid $root/logs/nginx.pid;
$user
$part{main_config}
events { worker_connections $Connections; }
http {
    access_log $root/logs/access.log;
    default_type text/plain;
    keepalive_timeout 68;
    $temp
    $part{http_config}
    server {
        listen $Port;
        server_name localhost;
        client_max_body_size 30M;
        $part{config}
        $location
    }
}
END
    close $f;
}

sub start {
    my ($root) = @_;

    my $output = `$Nginx -p $root/ -c $root/conf/nginx.conf -e $root/logs/error.log 2>&1`;
    return (0, $output) if $?;

    until_true(10, sub { -s "$root/logs/nginx.pid" })
        or return (0, $output);
    my ($pid) = slurp("$root/logs/nginx.pid") =~ /(\d+)/;

    until_true(10, sub {
        IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $Port)
    }) or die "nginx does not listen on port $Port\n";

    $Running = $pid;
    return ($pid, $output);
}

sub stop {
    my ($pid) = @_;

    undef $Running;
    kill QUIT => $pid;
    return 1 if until_true(15, sub { gone($pid) });

    kill KILL => $pid;
    until_true(5, sub { gone($pid) });
    return 0;
}

# a zombie whose parent does not wait for it is gone too

sub gone {
    my ($pid) = @_;
    open my $f, '<', "/proc/$pid/stat" or return 1;
    my $stat = <$f> // '';
    return $stat =~ /\)\s+Z/;
}

sub until_true {
    my ($seconds, $test) = @_;
    my $end = time + $seconds;

    while (time < $end) {
        my $value = $test->();
        return $value if $value;
        select undef, undef, undef, 0.01;
    }
    return;
}

# one string for each connection, with what is to be sent over it

sub requests {
    my ($block) = @_;

    return ref $block->{raw_request} eq 'ARRAY' ? @{ $block->{raw_request} }
                                                : $block->{raw_request}
        if defined $block->{raw_request};

    if (my $many = $block->{pipelined_requests}) {
        my @parts;
        for my $i (0 .. $#$many) {
            my $connection = $i == $#$many ? 'close' : 'keep-alive';
            push @parts, request($block, $many->[$i], $connection, $i);
        }
        return join '', @parts;
    }

    my $request = $block->{request};
    return map { request($block, $request->[$_], 'close', $_) }
        0 .. $#$request if ref $request;
    return request($block, $request, 'close', 0);
}

sub request {
    my ($block, $text, $connection, $i) = @_;

    $text = join '', map { ref $_ ? $_->{value} : $_ } @$text if ref $text;
    my ($line, $body) = $text =~ /\A\s*([^\n]*)\n?(.*)\z/s
        or die "$block->{name}: no request\n";
    $body =~ s/\n\z// unless grep { $_ eq 'eval' }
        @{ $block->{filters}{request} // [] };
    my ($method, $uri, $version) = split ' ', expand($line);
    $version ||= 'HTTP/1.1';

    my $more = $block->{more_headers} // '';
    $more = $more->[$i] // '' if ref $more;
    $more = expand($more);
    $more =~ s/\s+\z//;
    $more =~ s/\r?\n/\r\n/g;
    $more .= "\r\n" if length $more;

    utf8::encode($body) if utf8::is_utf8($body);
    my $length = length $body && $more !~ /^(content-length|transfer-encoding):/mi
        ? 'Content-Length: ' . length($body) . "\r\n" : '';
    my $host = $more =~ /^host:/mi ? '' : "Host: localhost\r\n";
    my $close = $more =~ /^connection:/mi ? '' : "Connection: $connection\r\n";

    return "$method $uri $version\r\n$host$close$more$length\r\n$body";
}

sub talk {
    my ($data, $timeout, $abort) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $Port)
        or die "connect: $!";
    my $select = IO::Select->new($socket);
    my $end = time + $timeout;
    my $answer = '';

    local $SIG{PIPE} = 'IGNORE';

    while (time < $end) {
        if (length $data && $select->can_write(0)) {
            my $n = syswrite $socket, $data;
            last unless defined $n;
            substr $data, 0, $n, '';
            next;
        }
        if ($select->can_read(length $data ? 0.01 : $end - time)) {
            my $n = sysread $socket, $answer, 65536, length $answer;
            last unless $n;
        }
    }

    close $socket;
    return {} if $abort;
    return parse($answer);
}

sub parse {
    my ($text) = @_;
    my @responses;

    while ($text =~ s/\AHTTP\/[\d.]+ (\d+)[^\r]*\r\n(.*?)\r\n\r\n//s
           || $text =~ s/\AHTTP\/[\d.]+ (\d+)[^\r]*\r\n()\r\n//s)
    {
        my ($code, $head) = ($1, $2);
        next if $code == 100;

        my $body;
        my ($length) = $head =~ /^content-length:\s*(\d+)/mi;

        if ($head =~ /^transfer-encoding:\s*chunked/mi) {
            $body = '';
            while ($text =~ s/\A([0-9a-f]+)\r\n//i) {
                my $n = hex $1;
                $body .= substr $text, 0, $n, '';
                $text =~ s/\A\r\n//;
                last if $n == 0;
            }
        } elsif (defined $length) {
            $body = substr $text, 0, $length, '';
        } else {
            ($body, $text) = ($text, '');
        }

        push @responses, { code => $code, head => $head, body => $body };
    }

    return @responses ? @responses : { code => '', head => '', body => $text };
}

sub check {
    my ($block, $response, $i, $many) = @_;
    my $name = $block->{name} . ($many ? ' ' . ($i + 1) : '');
    my $ok = 1;

    return 1 if defined $block->{ignore_response} || defined $block->{abort};

    my $of = sub {
        my $value = $block->{$_[0]};
        return ref $value eq 'ARRAY' ? $value->[$i] : $value;
    };

    my $code = $of->('error_code') // ($many ? undef : 200);
    if (defined $code) {
        $code =~ s/\s//g;
        $ok &&= Test::More::is($response->{code}, $code, "$name - status");
    }

    if (defined(my $body = $of->('response_body'))) {
        $ok &&= Test::More::is($response->{body}, expand($body), "$name - body");
    }

    for my $like (grep { defined } list($of->('response_body_like'))) {
        my $regex = ref $like ? $like : qr/$like/s;
        $ok &&= Test::More::like($response->{body}, $regex, "$name - body");
    }

    for my $unlike (grep { defined } list($of->('response_body_unlike'))) {
        my $regex = ref $unlike ? $unlike : qr/$unlike/s;
        $ok &&= Test::More::unlike($response->{body}, $regex, "$name - body");
    }

    for my $line (split /\n/, $of->('response_headers') // '') {
        if ($line =~ /^!\s*(\S+)/) {
            $ok &&= Test::More::ok($response->{head} !~ /^\Q$1\E:/mi,
                                   "$name - no $1");
        } elsif ($line =~ /^(\S+):\s*(.*)$/) {
            my ($key, $want) = ($1, $2);
            my ($have) = $response->{head} =~ /^\Q$key\E:[ \t]*([^\r\n]*)/mi;
            $ok &&= Test::More::is($have, $want, "$name - $key");
        }
    }

    Test::More::diag(substr $response->{body}, 0, 2000) unless $ok;
    return $ok;
}

sub list { ref $_[0] eq 'ARRAY' ? @{ $_[0] } : $_[0] }

sub check_log {
    my ($block, $log) = @_;

    for my $want (patterns($block->{error_log})) {
        Test::More::ok(found($log, $want), "$block->{name} - the log has $want")
            or Test::More::diag(tail($log));
    }
    for my $unwanted (patterns($block->{no_error_log})) {
        Test::More::ok(!found($log, $unwanted),
                       "$block->{name} - the log has no $unwanted")
            or Test::More::diag(tail($log, $unwanted));
    }
}

sub patterns {
    my ($value) = @_;
    return () unless defined $value;
    return ref $value eq 'ARRAY' ? @$value : ($value) if ref $value;
    return grep { length } map { expand($_) } split /\n/, $value;
}

sub found {
    my ($log, $pattern) = @_;
    return ref $pattern ? $log =~ $pattern : index($log, $pattern) >= 0;
}

sub tail {
    my ($log, $pattern) = @_;
    my @lines = grep { !/\[debug\]/ } split /\n/, $log;
    @lines = grep { found($_, $pattern) } @lines if defined $pattern;
    return join "\n", splice @lines, @lines > 20 ? -20 : 0;
}

sub slurp {
    my ($file) = @_;
    open my $f, '<', $file or return '';
    local $/;
    return <$f> // '';
}

package Test::Nginx::Runner::Block;

our $AUTOLOAD;

sub set_value {
    my ($self, $name, @values) = @_;
    $self->{$name} = $values[0];
}

sub DESTROY { }

sub AUTOLOAD {
    my ($self) = @_;
    my ($name) = $AUTOLOAD =~ /(\w+)$/;
    return $self->{$name};
}

1;
