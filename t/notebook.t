use lib 't';
use JSON::PP;
use Pyexec;
use Test::Nginx::Socket 'no_plan';

# What models copy from messages and notebooks around their code.

my $json = JSON::PP->new->canonical->allow_nonref;

# the code as a request to either endpoint, with fields besides

sub both {
    my ($code, %more) = @_;
    my $body = $json->encode({ code => $code, %more });
    return map { "POST $_\n$body" } '/api/execute-code', '/en';
}

# the answer to code that was refused, with these hints

sub refused {
    my $hints = '"hints":[' . join(',', map { $json->encode($_) } @_) . ']';
    return qr/"status":"syntax_error".*\Q$hints\E.*"attempts":\[\{[^{]*\{[^{]*\{[^{}]*\}[^{}]*\}[^{}]*\}\]/;
}

# the answer to code that ran when method had corrected it

sub corrected {
    my ($method, $stdout) = @_;
    return qr/"status":"ok","stdout":"$stdout\\n".*"hints":\[\],"attempts":\[\{"attempt":1,"status":"syntax_error".*"autocorrect":\{"applied":true,"method":"$method"\}\},\{"attempt":2,"status":"ok"/;
}

our $CONFIG = <<'END';
location = /api/execute-code { pyexec_execute default; }
location = /en { pyexec_execute default; pyexec_language en; }
END

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: a fence around the whole code is taken off
--- config eval: $::CONFIG
--- request eval
[map { (both($_))[0] } "```python\nprint(1)\n```", "\n```\r\nprint(1)\r\n```\r\n\n", "~~~py\nprint(1)\n~~~"]
--- error_code eval: [(200) x 3]
--- response_body_like eval: [(corrected('heuristic_markdown_fence', 1)) x 3]



=== TEST 2: lines with %matplotlib are dropped
--- config eval: $::CONFIG
--- request eval: [map { (both($_))[0] } "%matplotlib inline\nprint(1)", "print(1)\n  %matplotlib notebook"]
--- error_code eval: [(200) x 2]
--- response_body_like eval: [(corrected('heuristic_magic', 1)) x 2]



=== TEST 3: both, in one attempt each; the lines of errors are those of the corrected code
--- config eval: $::CONFIG
--- request eval: [(both("```python\n%matplotlib inline\n1 / 0\n```"))[0]]
--- error_code eval: [200]
--- response_body_like eval
[qr/"status":"error".*"method":"heuristic_markdown_fence".*"method":"heuristic_magic".*"attempt":3.*"message":"division by zero","location":\{"file":"main.py","line":1\}/]



=== TEST 4: a corrected code passes the same policy and the same check for modules
--- config eval: $::CONFIG
--- request eval: [map { (both("```\n$_\n```"))[0] } 'import os', 'import no_such_module', 'x =']
--- error_code eval: [(200) x 3]
--- response_body_like eval
[qr/"status":"blocked".*"method":"heuristic_markdown_fence".*"attempt":2,"status":"blocked"/,
 qr/"status":"deps_missing".*"method":"heuristic_markdown_fence".*"attempt":2,"status":"deps_missing"/,
 qr/"status":"syntax_error".*"method":"heuristic_markdown_fence".*"attempt":2,"status":"syntax_error"/]



=== TEST 5: not without auto_correct, nor where the fence is not around the whole
--- config eval: $::CONFIG
--- request eval: [both("```python\nprint(1)\n```", auto_correct => JSON::PP::false), both("Here it is:\n```python\nprint(1)\n```"), both("```python\nprint(1)\n```\n\n```\nprint(2)\n```")]
--- error_code eval: [(200) x 6]
--- response_body_like eval
[(refused("El código no es un mensaje en Markdown: envíe sólo Python, sin texto alrededor ni líneas ``` o ~~~."),
  refused("The code is no Markdown message: send Python only, without text around it and without lines of ``` or ~~~.")) x 3]



=== TEST 6: other magics
--- config eval: $::CONFIG
--- request eval: [both("%matplotlib inline\nx = 1", auto_correct => JSON::PP::false), both("%%time\nsum(range(9))"), both("x = 1\n%timeit x"), both("!ls -l"), both("%load_ext autoreload")]
--- error_code eval: [(200) x 10]
--- response_body_like eval
[refused("Quite la línea de %matplotlib: las figuras se guardan con plt.savefig() o plt.show()."),
 refused("Remove the line with %matplotlib: figures are saved by plt.savefig() or plt.show()."),
 (refused("%time y %timeit son de IPython: mida con time.perf_counter() o timeit.timeit()."),
  refused("%time and %timeit are IPython's: measure by time.perf_counter() or timeit.timeit().")) x 2,
 refused("No hay órdenes del sistema (\"!\"): escríbalo en Python, por ejemplo con pathlib.Path(\".\").iterdir()."),
 refused("There are no shell commands (\"!\"): write it in Python, for example with pathlib.Path(\".\").iterdir()."),
 refused("Las líneas que empiezan por \"%\" son de IPython, no de Python: quítelas."),
 refused("Lines that begin with \"%\" are IPython's, not Python's: remove them.")]



=== TEST 7: what wants to install
--- config eval: $::CONFIG
--- request eval: [both("!pip install plotly"), both("%pip install plotly")]
--- error_code eval: [(200) x 4]
--- response_body_like eval
[(qr/"hints":\["No se puede instalar nada: quite esa línea e importe lo que hay\."(?:,"Además de la biblioteca estándar hay: [\w, .]+")?\]/,
  qr/"hints":\["Nothing can be installed: remove that line, and import what is there\."(?:,"Beside the standard library there are: [\w, .]+")?\]/) x 2]



=== TEST 8: await outside of a function
--- config eval: $::CONFIG
--- request eval: [both("await f()"), both("async with f() as x:\n    pass"), both("[x async for x in y]")]
--- error_code eval: [(200) x 6]
--- response_body_like eval
[(refused("await, async for y async with sólo valen dentro de \"async def\": escriba async def main() y llame a asyncio.run(main()), o use funciones síncronas."),
  refused("await, async for and async with are only for \"async def\": write async def main() and call asyncio.run(main()), or use synchronous functions.")) x 3]



=== TEST 9: an ordinary syntax error is not told to be anything else
--- config eval: $::CONFIG
--- request eval: [both("x = (1 %\n% 2)"), both("def f(:\n    pass")]
--- error_code eval: [(200) x 4]
--- response_body_like eval: [qr/"status":"syntax_error"/, qr/"status":"syntax_error"/, refused(), refused()]
