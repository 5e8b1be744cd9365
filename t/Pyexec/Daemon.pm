package Pyexec::Daemon;

# Starts an nginx with a master process for one test, and clients for it.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Path qw(make_path);
use File::Spec::Functions qw(abs2rel);
use File::Temp qw(tempdir);
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use Time::HiRes qw(time);

my $port = ($ENV{TEST_NGINX_PORT} || 1984) + 1;

sub new {
    my ($class, %o) = @_;
    my $self = bless { %o, master => $$, name => "test$$" }, $class;
    my $dir = $self->{dir} = tempdir('pyexec-daemon.XXXXXX', TMPDIR => 1, CLEANUP => 1);
    my $prefix = $dir;
    my @modules = split ' ', $ENV{TEST_NGINX_LOAD_MODULES};
    my $main = '';

    if ($o{relative}) {
        $prefix = abs2rel($dir);
        symlink $modules[$_], "$dir/module$_.so" or die for 0 .. $#modules;
        @modules = map { "module$_.so" } 0 .. $#modules;
        $main = 'working_directory /;';
    }
    my $modules = join '', map { "load_module $_;\n" } @modules;
    my $user = $> == 0 ? 'user ' . ($o{user} // $class->user) . ';' : '';
    my $more = $o{more} // '';
    my $listen = $o{listen} // '';
    my $workspace = $self->{workspace} //= "$dir/workspace";
    my $http = $o{http} // '';
    my $connections = $o{connections} // 2048;
    (my $locations = $Pyexec::LOCATIONS) =~ s/\bdefault\b/$self->{name}/g;
    $more =~ s/\bdefault\b/$self->{name}/g;

    chmod 0755, $dir;
    make_path("$dir/logs", "$dir/temp");
    open my $f, '>', "$dir/nginx.conf" or die;
    print $f <<"END";
$modules
$main
$user
worker_processes $o{workers};
error_log $dir/logs/error.log info;
pid $dir/nginx.pid;
events { worker_connections $connections; }
http {
    access_log off;
    client_body_temp_path $dir/temp/body;
    proxy_temp_path $dir/temp/proxy;
    fastcgi_temp_path $dir/temp/fastcgi;
    uwsgi_temp_path $dir/temp/uwsgi;
    scgi_temp_path $dir/temp/scgi;
    pyexec_pool $self->{name} python=$ENV{TEST_NGINX_PYTHON} $o{pool};
    server {
        listen 127.0.0.1:$port $listen;
        pyexec_workspace $workspace;
        $http
        pyexec_json_errors on;
        $locations
        location = /ping { return 200 "pong"; }
        $more
    }
}
END
    close $f;

    system(@{ $o{under} || [] }, $ENV{TEST_NGINX_BINARY} || 'nginx', '-p', $prefix, '-c', "$dir/nginx.conf", '-e', "$dir/logs/error.log") == 0
        or die "nginx does not start: " . $self->log;
    $self->until(10, sub { -s "$dir/nginx.pid" }) or die;
    ($self->{pid}) = slurp("$dir/nginx.pid") =~ /(\d+)/;
    my $awaited = $o{await} // qr/is ready/;
    $self->until(20, sub { $self->log =~ $awaited }) or die "no pool: " . $self->log;
    return $self;
}

# nobody, where it can go where the module and Python are

sub user {
    (my $pool = $ENV{TEST_NGINX_LOAD_MODULES}) =~ s{[^/]*$}{pyexec-pool};
    return system('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'test', '-x', $pool, '-a',
                  '-r', "$ENV{TEST_NGINX_PYTHON}/lib") == 0 ? 'nobody nogroup' : 'root';
}

sub DESTROY {
    my ($self) = @_;
    return unless $self->{master} == $$;
    local $?;
    kill QUIT => $self->{pid} if $self->{pid};
    $self->until(10, sub { !$self->processes });
}

sub slurp { open my $f, '<', $_[0] or return ''; local $/; <$f> // '' }

sub log { slurp("$_[0]{dir}/logs/error.log") }

sub until {
    my ($self, $seconds, $test) = @_;
    my $end = time + $seconds;

    while (1) {
        my $value = $test->();
        return $value if $value;
        return if time > $end;
        select undef, undef, undef, 0.01;
    }
}

sub port { $port }

sub signal { kill $_[1] => $_[0]{pid} }

sub http {
    my ($self, $method, $path, $body, $timeout) = @_;
    my $socket = $self->request($method, $path, $body) or return { code => 0 };
    return $self->response($socket, $timeout || 90);
}

sub request {
    my ($self, $method, $path, $body) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or return;
    $path =~ s/ /%20/g;
    $body //= '';
    print $socket "$method $path HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
                  . length($body) . "\r\n\r\n$body";
    $socket->flush;
    return $socket;
}

sub response {
    my ($self, $socket, $timeout) = @_;
    my ($text, $end) = ('', time + $timeout);
    my $select = IO::Select->new($socket);

    while (time < $end && $select->can_read($end - time)) {
        sysread $socket, $text, 65536, length $text or last;
    }
    my ($code, $head, $content) = $text =~ /\AHTTP\/1.1 (\d+)(.*?\r\n)\r\n(.*)\z/s or return { code => 0 };
    return { code => $code, head => $head, body => $content, json => scalar eval { decode_json($content) } };
}

sub post {
    my ($self, $code, %fields) = @_;
    my $timeout = delete $fields{_timeout};
    return $self->http('POST', '/api/execute-code', encode_json({ code => $code, %fields }), $timeout)->{json} || {};
}

# returns the connection: its answer is read by answer_of() or wait_for()

sub post_in_background {
    my ($self, $code, %fields) = @_;
    return { socket => $self->request('POST', '/api/execute-code', encode_json({ code => $code, %fields })),
             text => '' };
}

sub answer_of {
    my ($self, $run) = @_;
    return $run->{answer} if $run->{answer};
    my $select = IO::Select->new($run->{socket});

    while ($select->can_read(0)) {
        if (!sysread $run->{socket}, $run->{text}, 65536, length $run->{text}) {
            my ($content) = $run->{text} =~ /\r\n\r\n(.*)\z/s;
            return $run->{answer} = eval { decode_json($content) } || { detail => 'none' };
        }
    }
    return;
}

sub wait_for { my ($self, $run) = @_; $self->until(90, sub { $self->answer_of($run) }) || {} }

sub hang_up { close $_[1]{socket} }

sub list { $_[0]->http('GET', "/api/code-results/$_[1]")->{json}{items} || [] }

sub time_of {
    my ($self, $path) = @_;
    my $start = time;
    $self->http('GET', $path);
    return time - $start;
}

# those of this nginx, and of its pools, whose name is this test's own

sub processes {
    my ($self) = @_;
    return grep { !$self->is_zombie((split)[0]) } map { "$_->{pid} $_->{name}" } $self->tree;
}

sub tree {
    my ($self) = @_;
    my (%all, @mine);

    for my $dir (glob '/proc/[0-9]*') {
        my ($pid) = $dir =~ /(\d+)/;
        my ($name, $ppid) = slurp("$dir/stat") =~ /^\d+ \((.*)\) \S (\d+)/ or next;
        (my $args = slurp("$dir/cmdline")) =~ s/\0+/ /g;
        $all{$pid} = { pid => $pid, ppid => $ppid, name => "$name $args", args => $args };
    }

    my %in = map { $_ => 1 } grep { $_ == ($self->{pid} // 0) } keys %all;

    for my $p (values %all) {
        $in{ $p->{pid} } = 1 if $p->{args} =~ /\Q$self->{dir}\E/
            || $p->{args} =~ /^pyexec-pool $self->{name}\b/;
    }
    for (1 .. 5) {
        $in{ $_->{pid} } = 1 for grep { $in{ $_->{ppid} } } values %all;
    }
    return map { $all{$_} } sort { $a <=> $b } keys %in;
}

sub is_zombie { slurp("/proc/$_[1]/stat") =~ /\) Z/ }

sub pids_of {
    my ($self, $who) = @_;
    my @tree = grep { !$self->is_zombie($_->{pid}) } $self->tree;
    my %test = (
        'worker'        => sub { $_[0]{name} =~ /worker process/ },
        'cache manager' => sub { $_[0]{name} =~ /cache manager/ },
        'pool'          => sub { $_[0]{args} =~ /^pyexec-pool \S+\s*$/ },
        'runner'        => sub { $_[0]{args} =~ /: runner/ },
        'scout'         => sub { $_[0]{args} =~ /: scout/ },
        'light zygote'  => sub { $_[0]{args} =~ /: zygote, light/ },
        'full zygote'   => sub { $_[0]{args} =~ /: zygote, full/ },
        'child'         => sub { $_[0]{args} =~ /: child/ },
    );
    my @found = grep { $test{$who}->($_) } @tree;

    # a process that a pool has just forked has its title for a moment

    my %is = map { $_->{pid} => 1 } @found;
    return map { $_->{pid} } grep { $who ne 'pool' || !$is{ $_->{ppid} } } @found;
}

sub pool_pid { ($_[0]->pids_of('pool'))[-1] }

1;
