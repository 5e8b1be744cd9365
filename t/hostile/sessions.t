use strict;
use warnings;

# Names that lead out of the workspace: in bodies and in paths, as they are,
# encoded once, encoded twice.

use lib 't';
use Pyexec;
use Pyexec::Hostile;
use Encode qw(decode encode_utf8 FB_CROAK LEAVE_SRC);
use File::Path qw(make_path);
use JSON::PP;
use Test::More;

start();

# beside the workspace there is a session, as good as one that is in it

my $run = '20260101T000000-0123456789ab';
my $good = client()->ask('POST', '/api/execute-code', '{"code": "print(1)", "session_id": "inside"}')->{json};
my $tree = "$d->{dir}/workspace/inside";

system('cp', '-a', $tree, "$d->{dir}/outside") == 0 or die;
chmod 0755, "$d->{dir}/outside";
is(get("inside/$good->{run_id}")->{code}, 200, 'what is in the workspace can be fetched');

sub get { client()->ask('GET', "/api/code-results/$_[0]", undef, Connection => 'close') }

# the rule, said once more: true where a name is one

sub is_name {
    my ($bytes) = @_;
    my $s = eval { decode('UTF-8', $bytes, FB_CROAK | LEAVE_SRC) } // return 0;
    return length $bytes >= 1 && length $bytes <= 128 && $s !~ m{[/\\\p{Cc}]|^\.|\.\.};
}

sub encoded { my ($s) = @_; $s =~ s/([^A-Za-z0-9_~.-])/sprintf '%%%02x', ord $1/ge; return $s }
sub decoded { $_[0] =~ s/[?#].*//sr =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger }
sub encoded_all { join '', map { sprintf '%%%02X', ord } split //, $_[0] }

my @names = (
    '.', '..', '...', '../outside', '../outside/', './inside', 'inside/', 'inside/.', 'inside/..', 'inside/../../outside', '/',
    '//', '/outside', '/etc', '/etc/passwd', "$d->{dir}/outside", '..\\outside', '..\\..\\outside', '\\', '\\\\host\\share',
    'C:\\', '....//outside', '..././outside', '.../...//', '..;/outside', '..%2foutside', '..%5coutside', '%2e%2e', '%2e%2e%2f',
    '%252e%252e%252foutside', '..%c0%afoutside', "..\xc0\xafoutside", "..\xe0\x80\xafoutside", "\xc0\xae\xc0\xae/outside",
    "\xe2\x88\x95outside", "\xef\xbc\x8e\xef\xbc\x8e\xef\xbc\x8foutside", "inside\0", "inside\0/../../outside", "\0", "..\0",
    "inside\n", "\r\nX: y", "inside\r\nSet-Cookie: x", "\t", "\e[2J", "\x7f", "\xc2\x85", "\xc2\x9b", "\xe2\x80\xa8", "\xff", "\x80",
    'code_exec', 'inside/code_exec', "inside/code_exec/$run", "../inside/code_exec", '.running', '.pyexec', '.htaccess', '~',
    '~root', '-rf', '--', '*', '?', '$HOME', '`id`', '$(id)', '|id', ';id', '&', '"', "'", '<b>', '{"a": 1}', '%', '%%', '%s%n%n',
    '%zz', '%2', '#', '?limit=1', ' ', '  ', 'a b', 'con', 'nul', 'x' x 128, 'x' x 129, 'x' x 4096, "\xc3\xa9" x 64,
    "\xc3\xa9" x 64 . 'x', 'x' x 127 . "\xc3\xa9", "\xf0\x9f\x98\x80" x 32, 'file:///etc', 'proc/self/root', '../../proc/self/root',
    '..' x 50, '../' x 40 . 'etc', 'a..b', 'a.', 'a.b', '.a', '',
);

my (%made, @wrong);

# as JSON has it: what is no UTF-8 goes as it is

for my $name (@names) {
    my $text = eval { decode('UTF-8', $name, FB_CROAK | LEAVE_SRC) };
    my $quoted = defined $text ? JSON::PP->new->ascii->allow_nonref->encode($text) : '"' . $name =~ s/([\\"\0-\x1f])/sprintf '\\u%04x', ord $1/ger . '"';
    my $answer = client()->ask('POST', '/api/execute-code', "{\"code\": \"print(1)\", \"session_id\": $quoted}",
                               Connection => 'close');

    if (is_name($name)) {
        push @wrong, "$name is not taken" unless $answer->{code} == 200 && encode_utf8($answer->{json}{session_id}) eq $name;
        $made{$name} = 1;
    } else {
        push @wrong, "$name is taken" unless is_refusal($answer, 400);
    }
}
is(join("\n", @wrong), '', 'ids in bodies are names, or refused');
ok(innocent(), 'and no harm is done');

# In a path the name that counts is the one decoded once.  nginx takes %2f for
# a slash, and resolves dots and slashes before it looks for a location: what
# it makes of them is another name at worst.

for my $form (['as it is',      sub { $_[0] },                       \&decoded],
              ['encoded',       \&encoded,                           sub { $_[0] }],
              ['all encoded',   \&encoded_all,                       sub { $_[0] }],
              ['encoded twice', sub { encoded(encoded_all($_[0])) }, \&encoded_all])
{
    my ($how, $encode, $meaning) = @$form;
    my (@wrong, $taken);

    for my $name (@names) {
        my ($path, $means) = ($encode->($name), $meaning->($name));
        next if $path =~ /[\r\n]/;    # the end of the line

        for my $ask (['GET', "results/$path"], ['GET', "results/$path?limit=5"], ['DELETE', "cleanup/$path"],
                     ['GET', "results/$path/$good->{run_id}"], ['GET', "results/inside/$path"])
        {
            my ($method, $uri) = @$ask;
            my $answer = client()->ask($method, "/api/code-$uri", undef, Connection => 'close');
            my $session = $answer->{code} == 200 ? encode_utf8($answer->{json}{session_id}) : undef;
            my $exact = $uri !~ m{^results/.*/} && $means !~ m{/};

            if (defined $session) {
                $taken++ if $exact;
                push @wrong, "$session is no name" unless is_name($session);
                push @wrong, "$session has runs" if $session ne 'inside' && !$made{$session} && $answer->{body} =~ /"run_id"/;
                push @wrong, "$method $uri is $session" if $exact && $session ne $means;
            } else {
                push @wrong, "$method $uri: $answer->{code}" unless is_refusal($answer, 400, 404, 414);
                push @wrong, "$method $uri is refused" if $exact && is_name($means) && $path !~ /[ %]/ && !is_refusal($answer, 414);
            }
        }
    }
    is(join("\n", @wrong), '', "$how, in paths, they are names or refused");
    cmp_ok($taken, '>', 50, 'some of them are names');
    ok(innocent(), 'and no harm is done');
}

ok(-f "$d->{dir}/outside/code_exec/$good->{run_id}/result.json", 'what is outside is there');
is(join(' ', map { s{.*/}{}r } glob "$d->{dir}/*"), 'logs nginx.conf nginx.pid outside temp workspace', 'and nothing else');
ok(!-e "$tree/code_exec/$good->{run_id}", 'what was inside has been removed');

unharmed('inside', keys %made);
undef $d;
done_testing();
