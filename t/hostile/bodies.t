use strict;
use warnings;

# Bodies that are no JSON, or more of it than anybody needs.

use lib 't';
use Pyexec;
use Pyexec::Hostile;
use Test::More;

start(more => 'location = /large { pyexec_execute default; client_max_body_size 100m; }');

my $valid = '{"session_id": "h", "code": "print(6 * 7)", "timeout_seconds": 5, "auto_correct": false, "max_attempts": 1}';

accepted(post_raw($valid), 'the whole of a body', stdout => "42\n");

# every truncation, as a body of that length

{
    my @wrong = grep { !is_refusal(post_raw(substr $valid, 0, $_), 400) || !innocent() } 0 .. length($valid) - 1;
    is("@wrong", '', 'each part of it is refused');
}

# every byte replaced by others: an answer, whatever it is

{
    my @wrong;

    for my $at (0 .. length($valid) - 1) {
        for my $byte ("\0", '"', '\\', "\xff", '}') {
            my $body = $valid;
            substr($body, $at, 1) = $byte;
            my $answer = post_raw($body);
            push @wrong, "$at " . ord $byte unless is_refusal($answer, 400, 422) || $answer->{code} == 200;
        }
    }
    is("@wrong", '', 'with any byte replaced it is refused, or taken');
    ok(innocent(), 'nothing is broken then');
}

# depth

for my $deep (1000, 100000) {
    my $code = $deep > 1000 ? 400 : 422;
    refused(post_raw('[' x $deep), 400, "$deep: arrays that are not closed");
    refused(post_raw('[' x $deep . ']' x $deep), $code, "$deep: arrays in arrays");
    refused(post_raw('{"a":' x $deep . '1' . '}' x $deep), $code, "$deep: objects in objects");
    refused(post_raw('{"code":' . '[' x ($deep - 1) . ']' x ($deep - 1) . '}'), $code, "$deep: a code of arrays");
    refused(post_raw('{"session_id":' . '{"a":' x ($deep - 1) . '1' . '}' x $deep), $code, "$deep: an id of objects");
}
refused(post_raw('{"code": "print(1)", "a":' . '[' x 1000 . ']' x 1000 . '}'), 400, 'one more, in a field of no interest');
accepted(post_raw('{"code": "print(1)", "a":' . '[' x 999 . ']' x 999 . '}'), 'what is deep in a field of no interest', stdout => "1\n");
refused(post_raw('[{"code": "print(1)"}' x 40000), 400, 'no comma between objects');

# 64 megabytes: each in the time that an answer may take

my $large = 64 * 1024 * 1024;

refused(post_raw('x' x $large), 413, 'a body over client_max_body_size');
refused(post_raw($_->[1], '/large'), $_->[2], "64 MB: $_->[0]") for (
    ['no JSON',               'x' x $large, 400],
    ['spaces only',           ' ' x $large, 400],
    ['a string only',         '"' . 'x' x $large . '"', 422],
    ['without an end',        '{"code": "' . 'x' x $large, 400],
    ['a session id',          '{"code": "print(1)", "session_id": "' . 'x' x $large . '"}', 400],
    ['a timeout of 0.0..',    '{"code": "print(1)", "timeout_seconds": 0.' . '0' x $large . '}', 422],
    ['depth',                 '[' x $large, 400],
    ['depth, of keys',        '{"":' x ($large / 4), 400],
    ['backslashes',           '{"code": "' . '\\' x ($large - 1) . '"}', 400],
    ['numbers',               '[' . '1,' x ($large / 2) . '1]', 422],
    ['surrogates, all lone',  '{"code": "' . '\ud800' x ($large / 6) . '"}', 422],
);
accepted(post_raw($_->[1], '/large'), "64 MB: $_->[0]") for (
    ['a key',                 '{"' . 'x' x $large . '": 1, "code": "print(1)"}'],
    ['a field',               '{"x": "' . '\u00e9' x ($large / 6) . '", "code": "print(1)"}'],
    ['a timeout',             '{"code": "print(1)", "timeout_seconds": ' . '9' x $large . '}'],
    ['keys, all the same',    '{' . '"code": "print(0)", ' x ($large / 20) . '"code": "print(1)"}'],
    ['spaces behind',         '{"code": "print(1)"}' . ' ' x $large],
);

# keys that come twice: the last counts, for its error too

for (['codes',              '{"code": "print(1)", "code": "print(2)"}', 200],
     ['a code, and null',   '{"code": "print(1)", "code": null}', 422],
     ['null, and a code',   '{"code": null, "code": "print(2)"}', 200],
     ['a number, and a code', '{"code": 1, "code": "print(2)"}', 200],
     ['a code, and a number', '{"code": "print(2)", "code": 1}', 422],
     ['a code, and one in an object', '{"code": "print(2)", "x": {"code": 1, "session_id": "../x"}}', 200],
     ['a bad id, and a good one', '{"code": "print(2)", "session_id": "../x", "session_id": "h"}', 200],
     ['a good id, and a bad one', '{"code": "print(2)", "session_id": "h", "session_id": "../x"}', 400],
     ['a good id, and null', '{"code": "print(2)", "session_id": "../x", "session_id": null}', 200],
     ['a key with escapes', '{"code": "print(1)", "\u0063od\u0065": "print(2)"}', 200],
     ['a key with a NUL',   '{"code": "print(2)", "code\u0000": 1}', 200])
{
    my ($what, $body, $code) = @$_;
    $code == 200 ? accepted(post_raw($body), "twice: $what", stdout => "2\n") : refused(post_raw($body), $code, "twice: $what");
}

# what is no UTF-8

for my $bad ("\xff", "\x80", "\xc0\xaf", "\xc1\xbf", "\xc3", "\xe0\x80\xaf", "\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf",
             "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfc\x80\x80\x80\x80\x80")
{
    my $hex = unpack 'H*', $bad;
    refused(post_raw("{\"code\": \"print(1) # $bad\"}"), 400, "$hex in a code");
    refused(post_raw("{\"code\": \"print(1)\", \"session_id\": \"a${bad}b\"}"), 400, "$hex in an id");
    refused(post_raw("$bad\{\"code\": \"print(1)\"}"), 400, "$hex before the body");
}

for my $lone ('\ud800', '\udc00', '\udfff', '\ud800\ud800', '\udc00\ud800', '\ud800\u0041', '\ud800x', '\ud83d\\n\ude00',
              '\uD83D\uD83D\uDE00')
{
    refused(post_raw("{\"code\": \"print(1) # $lone\"}"), 422, "$lone in a code");
    refused(post_raw("{\"code\": \"print(1)\", \"session_id\": \"$lone\"}"), 400, "$lone in an id");
}
accepted(post_raw('{"code": "print(ascii(\'\ud83d\ude00\'))"}'), 'a pair of surrogates', stdout => "'\\U0001f600'\n");

# numbers

for my $n (1, 5, '30.0', '3e1', '1e999', '-1e999', '1E+400', '1e-999', 0, -0, '-0.0', -1, '9' x 20, '-' . '9' x 400,
           '9223372036854775807', '-9223372036854775808', '18446744073709551616')
{
    my $name = substr $n, 0, 24;
    accepted(post_raw("{\"code\": \"print(1)\", \"$_\": $n}"), "$_: $name") for 'timeout_seconds', 'max_attempts';
}
for my $n ('1.5', '1e-1', '0.' . '3' x 100, '1' x 70 . '.5') {
    my $name = substr $n, 0, 24;
    refused(post_raw("{\"code\": \"print(1)\", \"$_\": $n}"), 422, "$_: $name") for 'timeout_seconds', 'max_attempts';
}
for my $n ('01', '+1', '1.', '.5', '0x10', 'NaN', 'Infinity', '-', '1e', '1e+', '--1', '1 2', "1\x002") {
    refused(post_raw("{\"code\": \"print(1)\", \"timeout_seconds\": $n}"), 400, "timeout_seconds: $n");
}

# wrong types, everywhere

my %type = (string => '"5"', number => '5', true => 'true', false => 'false', array => '[5]', object => '{"code": "5"}');
my %wants = (session_id => 'string', code => 'string', timeout_seconds => 'number', max_attempts => 'number', auto_correct => 'true|false');

for my $field (sort keys %wants) {
    for my $type (sort keys %type) {
        my $body = $field eq 'code' ? "{\"code\": $type{$type}}" : "{\"code\": \"print(1)\", \"$field\": $type{$type}}";
        my $answer = post_raw($body);
        $type =~ /^(?:$wants{$field})$/ ? accepted($answer, "$field: $type") : refused($answer, 422, "$field: $type");
        like($answer->{body}, qr/\Q$field\E/, "and the answer names $field") if $answer->{code} == 422;
    }
}
refused(post_raw($_), 422, "$_ instead of an object") for '[]', '"code"', '5', 'true', 'null', '[{"code": "print(1)"}]', '{}',
                                                          '{"Code": "print(1)"}';

# beside the object

refused(post_raw($_->[0]), 400, $_->[1]) for (
    ["\xef\xbb\xbf$valid",                       'a byte order mark'],
    [join('', map { "$_\0" } split //, $valid),  'UTF-16'],
    ["$valid$valid",                             'two objects'],
    ["$valid,",                                  'a comma behind'],
    ["$valid\0",                                 'a NUL behind'],
    ["\0$valid",                                 'a NUL before'],
    ['{"code": "print(1)",}',                    'a comma too many'],
    ["{'code': 'print(1)'}",                     'single quotes'],
    ['{"code": "print(1)" /* x */}',             'a comment'],
    ['{code: "print(1)"}',                       'a key without quotes'],
    ["{\"code\": \"print(1)\n\"}",               'a line feed in a string'],
    ['{"code": "\x41"}',                         'an escape that there is not'],
    ['{"code": "\u00g0"}',                       'an escape with a wrong digit'],
    ['code=print(1)',                            'a form'],
    ["\x1f\x8b\x08\x00\x00\x00\x00\x00",         'gzip'],
);

unharmed('h', 'default', '5', '}');
undef $d;
done_testing();
