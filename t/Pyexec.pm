package Pyexec;

# What every suite uses: a workspace of its own, and defaults for its blocks: a
# pool and the API's locations.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);

my $top = abs_path(dirname(__FILE__) . '/..');

# the Python environment that "make" has made, or the system's

$ENV{TEST_NGINX_PYTHON} ||= -f "$top/build/python"
    ? do { open my $f, '<', "$top/build/python"; my $p = <$f>; chomp $p; $p }
    : '/usr';

$ENV{TEST_NGINX_LOAD_MODULES} = "$top/build/ngx_http_pyexec_module.so"
    if !defined $ENV{TEST_NGINX_LOAD_MODULES}
       && -f "$top/build/ngx_http_pyexec_module.so";

$ENV{TEST_NGINX_WORKSPACE} = tempdir('pyexec-ws.XXXXXX', TMPDIR => 1);
chmod 0777, $ENV{TEST_NGINX_WORKSPACE};

# the pool ends with nginx; the workspace is removed here

my $owner = $$;

sub holders {
    return grep {
        grep { (readlink $_ // '') eq $ENV{TEST_NGINX_WORKSPACE} } glob "$_/fd/*"
    } glob '/proc/[0-9]*';
}

END {
    if ($owner == $$) {
        my $status = $?;
        my $end = time + 15;
        my @left;

        do {
            select undef, undef, undef, 0.05;
            @left = holders();
            remove_tree($ENV{TEST_NGINX_WORKSPACE}, { error => \my $errors })
                unless @left;
        } while ((@left || -d $ENV{TEST_NGINX_WORKSPACE}) && time < $end);

        if (@left || -d $ENV{TEST_NGINX_WORKSPACE}) {
            print STDERR "# left behind: @left $ENV{TEST_NGINX_WORKSPACE}\n";
            $status ||= 1;
        }
        $? = $status;
    }
}

our $LOCATIONS = <<'END';
location = /api/execute-code { pyexec_execute default; }
location ~ ^/api/code-results/(?<s>[^/]+)$ { pyexec_results default $s; }
location ~ ^/api/code-results/(?<s>[^/]+)/(?<r>[^/]+)$ {
    pyexec_results default $s $r;
}
location ~ ^/api/code-cleanup/(?<s>[^/]+)$ { pyexec_cleanup default $s; }
END

# to be called by each suite: adds to its blocks what they do not say

sub setup {
    my ($add) = @_;

    $add->(sub {
        my ($block) = @_;
        my $preload = $block->preload // 'none';

        $block->set_value(http_config => <<"END")
pyexec_pool default workers=2 preload=$preload python=$ENV{TEST_NGINX_PYTHON};
pyexec_workspace $ENV{TEST_NGINX_WORKSPACE};
END
            unless defined $block->http_config;

        $block->set_value(config => $LOCATIONS)
            unless defined $block->config;

        $block->set_value(request => 'GET /')
            if !defined $block->request && !defined $block->raw_request
               && !defined $block->pipelined_requests;

        $block->set_value(timeout => 20) unless defined $block->timeout;

        $block->set_value(no_error_log => "[alert]\n[emerg]\nSanitizer")
            unless defined $block->no_error_log || defined $block->must_die;
    });
}

1;
