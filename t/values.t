use strict;
use warnings;

# The value of the last statement, and display(), as MIME bundles.

use lib 't';
use JSON::PP ();
use MIME::Base64;
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $libraries = glob "$ENV{TEST_NGINX_PYTHON}/lib/python3*/site-packages/pandas";
my $preload = $libraries ? 'numpy,pandas,matplotlib.pyplot' : 'none';
my $d = Pyexec::Daemon->new(workers => 1, pool => "workers=2 preload=$preload", http => 'pyexec_policy off;', more => <<'END');
location = /small { pyexec_execute default; pyexec_max_inline 1k; }
END

# which statement is the last, and an expression; what is before it has run

for (
    ['1 + 1', '2'], ["x = 5\nx", '5'], ["x = 5\n\nx  # it\n\n# end\n", '5'], ["'doc'", "'doc'"], ["'a'\n__doc__", "'a'"], ["'doc'\n'b'\n", "'b'"],
    ["max(\n1,\n    2\n)\n", '2'], ["[\n  1,\n]", '[1]'], ["{'a': [\n1\n]}", "{'a': [1]}"], ['"""a\nb"""', "'a\\nb'"], ["x = '''\n1\n'''\n2", '2'], ["x = '''\n1\n'''", undef],
    ["a = 1; a + 1", '2'], ['a = 1;', undef], ['1;', '1'], ["x = \\\n1", undef], ["1 + \\\n2", '3'], ["x = 1 + \\\n2\nx", '3'], ["x = [1,\n2\n]", undef], ["x = (\n1)\nx", '1'],
    ["if 1:\n    5", undef], ["if 0:\n    5\nelse:\n    6", undef], ["for i in [1]: i", undef], ["def f(): return 7\nf()", '7'], ["def f():\n    return 7\n\n\nf(\n)", '7'],
    ["with_ = 1\nwith_", '1'], ["import_ = 3\nimport_", '3'], ["\x{e1} = 3\n\x{e1}", '3'], ["x = 1\r\nx\r\n", '1'], ["x = 1\rx\r", '1'], ["\x{feff}4", '4'], ["  \n\f5", '5'],
    ['x = 1', undef], ['x: int = 1', undef], ['x = y = 2', undef], ["x = 1\nx += 1", undef], ["x = {}\nx['='] = 1", undef], ["x = {}\nx[lambda a=1: a] = 1", undef], ['(x := 5)', '5'],
    ['print(end="") or 4', '4'], ['1 == 1', 'True'], ['1 <= 2', 'True'], ['1 != 1', 'False'], ['(lambda a=3: a)()', '3'], ['f"{1=}"', "'1=1'"], ["del __name__", undef], ['assert 1', undef], ['pass', undef],
    ['None', undef], ['print(1)', undef], ['', undef], ["# only\n", undef], ["match = 5\nmatch", '5'], ["match 1:\n    case 1: 5", undef], ["\@staticmethod\ndef f(): 1", undef],
    ["import math\nmath.floor(2.5)", '2'], ["from __future__ import annotations\nimport os\nos.sep", "'/'"], ["import math; 4", '4'], ["import math\nx = 1", undef], ["import math\n'''a'''", "'a'"],
    ["try:\n    1 / 0\nexcept ZeroDivisionError: pass\n9", '9'], ["x = 0\nwhile x < 3: x += 1\nelse: x", undef], ["x = [i\nfor i in range(2)]\nx", '[0, 1]'], ['...', 'Ellipsis'], ['1e400', 'inf'], ['x = "' . '\ud800' . "\"\nx", "'\\ud800'"],
) {
    my ($code, $value) = @$_;
    my $r = $d->post($code);
    is(($r->{status} // '') . ' ' . ($r->{result} ? $r->{result}{'text/plain'} : 'none') . " $r->{stdout}", "ok " . ($value // 'none') . ' ' . ($code eq 'print(1)' ? "1\n" : ''),
       'value of: ' . $code =~ s/\r/\\r/gr =~ s/\n/\\n/gr =~ s/[^ -~]/?/gr);
}

# the code's meaning is what it was


# Python 3.11.2 sets its mark one column further to the right than others

like($d->post("import sys\nx = 1\n\n(x\n + y)")->{stderr},
     qr{\ATraceback \(most recent call last\):\n  File "main.py", line 5, in <module>\n    \+ y\)\n {6,7}\^\nNameError: name 'y' is not defined\n\z}, 'tracebacks');
is($d->post("x = 1\n\n(x\n + y)")->{attempts}[0]{error}{location}{line}, 4, 'lines');
is($d->post("import sys\nprint(sys._getframe().f_lineno, sys._getframe().f_code.co_name, sorted(k for k in globals() if k == '_'), __doc__)")->{stdout}, "2 <module> [] None\n", 'frames and names');
is($d->post("print(__annotations__ if 'x' in globals() else 0)\n5 /0")->{attempts}[0]{error}{type}, 'ZeroDivisionError', 'an exception in it');
is($d->post("import sys\nsys.exit(3)")->{attempts}[0]{error}{message}, '3', 'an exit');
is_deeply([@{ $d->post("5\nreturn") }{qw(status result)}], ['syntax_error', undef], 'a syntax error');
is(scalar(() = $d->post("1 is 1")->{stderr} =~ /SyntaxWarning/g), 1, 'a warning of the compiler comes once');
is(scalar(() = $d->post("x = '\\d'\nx")->{stderr} =~ /Warning/g), scalar(() = $d->post("x = '\\d'\nx = x")->{stderr} =~ /Warning/g), 'or not');
my $r = $d->post("import atexit\natexit.register(print, 'bye')\nclass A:\n    def __del__(self): print('gone')\nA()");
like("$r->{result}{'text/plain'} $r->{stdout}", qr/^<__main__\.A object at 0x\w+> gone\nbye\n$/, 'it goes before the end');
is($d->post('5; raise SystemExit(1)')->{result}, undef, 'a run that fails has no value');

# what objects say of themselves

is_deeply($d->post(<<'END')->{result}, { 'text/plain' => 'A', 'text/html' => '<b>', 'text/latex' => '$x$', 'text/markdown' => '# x', 'image/svg+xml' => '<svg/>', 'image/png' => 'iVBORw0KGgo=', 'application/json' => { a => [1, JSON::PP::true, undef] } }, 'representations of every kind');
class A:
    __repr__ = lambda self: "A"
    _repr_html_ = lambda self: "<b>"
    _repr_latex_ = lambda self: ("$x$", {})
    _repr_markdown_ = lambda self: "# x"
    _repr_svg_ = lambda self: "<svg/>"
    _repr_png_ = lambda self: b"\x89PNG\r\n\x1a\n"
    _repr_jpeg_ = lambda self: b"\xff\xd8"
    _repr_json_ = lambda self: {"a": [1, True, None]}
A()
END
is_deeply($d->post(<<'END')->{result}, { 'text/plain' => 'B', 'text/html' => 'h', 'image/png' => 'iVBORw0KGgo=' }, '_repr_mimebundle_()');
class B:
    __repr__ = lambda self: "B"
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": "h", "image/png": "iVBORw0KGgo=", "text/x-own": "x", 5: 6}, {}
B()
END
is_deeply($d->post(<<'END')->{result}, { 'text/plain' => '5', }, 'what fails, or is of no use, is left out');
class C:
    __repr__ = lambda self: "5"
    _repr_html_ = lambda self: 1 / 0
    _repr_latex_ = lambda self: None
    def __getattr__(self, name): return lambda *a: "<anything>"
C()
END
like($d->post("class C:\n    __repr__ = lambda self: '5'\n    _repr_markdown_ = lambda self: 7\nC()")->{result}{'text/plain'}, qr/^5\n\[text\/markdown was left out: /, 'what is of another type is named');
is_deeply([@{ $d->post("display(10**5000)\n10**5000") }{qw(status display result)}], ['ok', [{ 'text/plain' => '<int object: its representation raised ValueError>' }], { 'text/plain' => '<int object: its representation raised ValueError>' }],
    'a number that is too long');
is($d->post("from IPython.display import JSON\nJSON([float('nan')])")->{result}{'text/plain'} =~ s/compliant.*/compliant/r, "<IPython.core.display.JSON object>\n[application/json was left out: Out of range float values are not JSON compliant", 'what JSON has no word for');
is($d->post("'x' * 30000")->{result}{'text/plain'}, "'" . 'x' x 19999 . "\n[... 10002 more characters]", 'text is cut');
is($d->post("class A:\n    __repr__ = lambda self: '\x{20ac}' * 20000\nA()")->{result}{'text/plain'}, "\x{20ac}" x 20000, 'at 20,000 characters');

# display()

$r = $d->post("display(1, 'a')\nfrom IPython.display import display as show, HTML, Markdown, Latex, Math, JSON, SVG, Pretty, Image\nshow(HTML('<i>'), Latex('\$x\$'), Math('y'), JSON({'a': 1}), SVG('<svg/>'), Pretty('p'))\nshow({'text/plain': 'raw', 'text/html': 'r'}, raw=True)\nMarkdown('# m')");
is_deeply([map { delete $_->{'text/plain'} if keys %$_ > 1; $_ } @{ $r->{display} }, $r->{result}],
    [{ 'text/plain' => '1' }, { 'text/plain' => "'a'" }, { 'text/html' => '<i>' }, { 'text/latex' => '$x$' }, { 'text/latex' => '$\displaystyle y$' }, { 'application/json' => { a => 1 } },
     { 'image/svg+xml' => '<svg/>' }, { 'text/plain' => 'p' }, { 'text/html' => 'r' }, { 'text/markdown' => '# m' }], 'display(), with and without IPython');
is($d->post("import IPython\nprint(IPython.get_ipython())\nfrom IPython.core.display import HTML\ntry:\n    import IPython.core.magic\nexcept ImportError: print('no')")->{stdout}, "None\nno\n", 'and no more of it');
$r = $d->post("display(7)\n1 / 0");
is_deeply([$r->{status}, $r->{display}, $r->{result}], ['error', [{ 'text/plain' => '7' }], undef], 'what is displayed is there after a failure');
is($d->post("from IPython.display import Image\nImage('no.png')")->{attempts}[0]{error}{type}, 'FileNotFoundError', "an image's file is read at once");
unlike($d->post("from IPython.display import Image\nImage('no.png')")->{stderr}, qr/_pyexec/, 'and the traceback is of the code');
is(scalar @{ $d->post("import threading\nt = [threading.Thread(target=display, args=('x' * 10000,)) for i in range(9)]\n[x.start() for x in t]\n[x.join() for x in t]\n5")->{display} }, 9, 'threads display');
is_deeply($d->http('POST', '/small', JSON::PP::encode_json({ code => "for i in range(9): display('x' * 300)" }))->{json}{display}[-1], { 'text/plain' => '[... 6 more, over pyexec_max_inline]' }, 'what is over the limit is counted');
is(scalar @{ $d->post('for i in range(1100): display(i)')->{display} }, 1001, 'and so is the thousandth');
is_deeply($d->post("for i in range(1100): display(i)\n5")->{result}, { 'text/plain' => '5' }, 'the value is not one of them');
is_deeply($d->http('GET', "/api/code-results/default/$r->{run_id}")->{json}, $r, 'the stored result has them');

SKIP: {
    skip 'the libraries are not installed', 16 if !$libraries;

    $r = $d->post("import pandas as pd\npd.DataFrame({'a|b': range(30), 'c': ['x\\ny'] * 30})")->{result};
    like($r->{'text/html'}, qr/<table.*class="dataframe"/s, 'a DataFrame in HTML');
    my @lines = split /\n/, $r->{'text/markdown'};
    is("@lines[0 .. 4]", "30 rows \x{d7} 2 columns  |  | a\\|b | c | | --- | --- | --- | | 0 | 0 | x y |", 'in Markdown: shape, names, rows');
    is(@lines . " $lines[14] $lines[-1]", "25 | \x{2026} | \x{2026} | \x{2026} | | 29 | 29 | x y |", 'the first and the last ones');
    is((split /\n/, $d->post("import pandas as pd\npd.DataFrame([range(50)])")->{result}{'text/markdown'})[2] =~ tr/|//, 23, '20 columns at most');
    is($d->post("import pandas as pd\npd.Series([1, 2], name='s')")->{result}{'text/markdown'}, "2 rows\n\n|  | s |\n| --- | --- |\n| 0 | 1 |\n| 1 | 2 |", 'a Series');
    is($d->post("import pandas as pd\npd.DataFrame()")->{result}{'text/markdown'}, "0 rows \x{d7} 0 columns\n\n|  |\n| --- |", 'nothing');
    is($d->post("import numpy as np\nnp.arange(3)")->{result}{'text/plain'}, 'array([0, 1, 2])', 'an array');

    $r = $d->post("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2])\nfig");
    like(decode_base64($r->{result}{'image/png'}), qr/^\x89PNG/, 'a figure is an image');
    is(join(' ', map { $_->{path} =~ m{([^/]+)$} } @{ $r->{created_files} }), 'figure-1.png', 'and counts as shown');
    $r = $d->post("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nfig.savefig('a.png')\nfig");
    is(join(' ', map { $_->{path} =~ m{([^/]+)$} } @{ $r->{created_files} }), 'a.png', 'it is not saved twice');
    is(side($d->post("import matplotlib.pyplot as plt\nplt.figure(figsize=(30, 3))")->{result}{'image/png'}), 1568, 'a large one is smaller');
    $r = $d->post("import matplotlib.pyplot as plt\nfor n in 1, 2:\n    display(plt.figure(n))\nplt.close()");
    is(@{ $r->{display} } . ' ' . join(' ', map { $_->{path} =~ m{([^/]+)$} } @{ $r->{created_files} }), '2 figure-1.png figure-2.png', 'displayed ones are shown, too');

    SKIP: {
        skip 'Pillow is not installed', 4 if !glob "$ENV{TEST_NGINX_PYTHON}/lib/python3*/site-packages/PIL";
        my $make = "from PIL import Image as P\nP.frombytes('RGB', (2000, 1000), %s).save('x.%s')\nfrom IPython.display import Image\nImage('x.%s')";
        is(side($d->post(sprintf $make, 'bytes(6000000)', 'png', 'png')->{result}{'image/png'}), 1568, 'a PNG is scaled down');
        $r = $d->post(sprintf $make, '__import__("random").randbytes(6000000)', 'png', 'png');
        cmp_ok(length decode_base64($r->{result}{'image/png'}), '<=', 1 << 20, 'to 1 MB');
        is(side(do { my $bytes = $d->post(sprintf($make, 'bytes(6000000)', 'png', 'png'), return_files => JSON::PP::true); $bytes->{created_files}[0]{content_base64} }), 2000, 'its file is not');
        like(decode_base64($d->post(sprintf $make, 'bytes(6000000)', 'jpg', 'jpg')->{result}{'image/jpeg'} // ''), qr/^\xff\xd8/, 'a JPEG stays one');
    }
}

unlike($d->log, qr/\[alert\]|\[emerg\]|Sanitizer/, 'the log has no alert');
done_testing();

sub side { my @n = unpack 'x16 N N', decode_base64($_[0] // ''); return $n[0] > $n[1] ? $n[0] : $n[1] }
