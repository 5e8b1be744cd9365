"""Checks code before it runs: syntax, imports, calls, missing modules.

This is a service to the code's author and no wall: it is easy to get around.

check() parses and compiles the code once; what it returns is what is run.
"""

import __future__
import ast
import functools
import importlib.util
import operator
import os
import re
import sys
import unicodedata

DENIED_IMPORTS = frozenset("""
    asyncio ctypes httpx importlib inspect multiprocessing os pickle pty
    resource shlex shutil signal socket subprocess sys tempfile threading
    urllib
""".split())

DENIED_CALLS = frozenset("eval exec compile __import__ open_code".split())

# of the policy "lenient", and what it refuses of modules under any name

LENIENT = 2
LENIENT_IMPORTS = frozenset("ctypes pty socket subprocess".split())

LENIENT_CALLS = {
    "os": re.compile("system|popen|(exec|spawn|posix_spawn|fork|kill).*"
                     "|set(e|re|res)?[ug]id|(set|init)groups"),
    "shutil": re.compile("chown"),
    "sys": re.compile("settrace|setprofile"),
}

FILE_NAME = "main.py"
MAX_LINE = 1000          # characters of a source line that is shown


# reasons, by the number of their language; clients match on the Spanish ones

_REASONS = (
    {"import": "Imports no permitidos: %s",
     "call": "Llamada no permitida: %s()",
     "open_path": "Ruta no permitida en open(): %s",
     "missing": "Dependencias faltantes: %s"},
    {"import": "Imports not permitted: %s",
     "call": "Call not permitted: %s()",
     "open_path": "Path not permitted in open(): %s",
     "missing": "Missing dependencies: %s"},
)


def check(code, policy, deny, allow, language=0):
    """Return (status, reasons, imports, violations, missing, code, value).

    status is "ok", "blocked", "syntax_error" or "deps_missing"; reasons say
    why.  deny are roots of modules that are refused beside DENIED_IMPORTS,
    allow those that are not refused after all; a root in both is refused.
    If policy is 0, nothing is refused; LENIENT has tables of its own.  imports
    are all roots, missing those of imports that are certain to be reached, and
    to fail.
    violations are tuples (rule, name, line, column); line and column begin
    with 1, columns are characters.  code is a code object, None unless status
    is "ok"; value that of the last statement, if it is an expression, which
    code lacks then; else None.  No exception is raised for any code.
    """
    code = code[1:] if code.startswith("\ufeff") else code

    try:
        tree = ast.parse(code, FILE_NAME)
    except Exception as exc:
        return _syntax_error(exc, code)

    found = _walk(tree)
    imports = sorted({name for name, _ in found.imports})

    if policy:
        denied = LENIENT_IMPORTS if policy == LENIENT else DENIED_IMPORTS
        denied = (denied - set(allow)) | set(deny)
        reasons, violations = _violations(found, denied, policy, code,
                                          _REASONS[language])
        if reasons:
            return "blocked", reasons, imports, violations, [], None, None

    missing = _missing(tree)
    if missing:
        reason = _REASONS[language]["missing"] % ", ".join(missing)
        return "deps_missing", [reason], imports, [], missing, None, None

    try:
        return "ok", [], imports, [], [], *_compile(tree)
    except Exception as exc:
        return _syntax_error(exc, code)


def _compile(tree):
    last = tree.body[-1] if tree.body else None
    value = None

    # a string alone is the docstring, too
    if isinstance(last, ast.Expr) and not (
            len(tree.body) == 1 and isinstance(last.value, ast.Constant)):
        tree.body.pop()
    code = compile(tree, FILE_NAME, "exec", dont_inherit=True)

    if isinstance(last, ast.Expr):
        value = compile(ast.Expression(last.value), FILE_NAME, "eval",
                        code.co_flags & FUTURES, dont_inherit=True)
    return code, value


# flags of code objects that are the compiler's, too

FUTURES = functools.reduce(operator.or_, (
    getattr(__future__, name).compiler_flag
    for name in __future__.all_feature_names))


# pyexec_python_compile() does without check() where none of them occurs
WORDS = ("import", "open", *sorted(DENIED_CALLS))


def is_normalized(code):
    return unicodedata.is_normalized("NFKC", code)


class _Found:
    def __init__(self):
        self.imports = []    # (root, node)
        self.calls = []      # (name, node)
        self.paths = []      # (path, node)
        self.own = set()     # names that are no builtins in this code
        self.modules = {}    # module by the name that an import gives it
        self.attributes = [] # (name, attribute, node)


def _walk(tree):
    found = _Found()

    for node in _nodes(tree):
        if isinstance(node, ast.Import):
            found.imports += [(_root(alias.name), node)
                              for alias in node.names]
            found.modules.update((alias.asname, alias.name) if alias.asname
                                 else (_root(alias.name),) * 2
                                 for alias in node.names)

        elif (isinstance(node, ast.Attribute)
              and isinstance(node.value, ast.Name)):
            found.attributes.append((node.value.id, node.attr, node))

        elif isinstance(node, ast.ImportFrom):
            if node.level == 0:
                found.imports.append((_root(node.module), node))
            if node.module != "builtins":
                found.own |= {alias.asname or alias.name
                              for alias in node.names}

        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.calls.append((node.func.id, node))
            if node.func.id == "open":
                found.paths += [(path, node) for path in _literals(node)]

    for places in (found.imports, found.calls, found.paths):
        places.sort(key=lambda place: (place[1].lineno, place[1].col_offset))

    return found


def _nodes(tree):
    """Find the nodes of _FOUND: most of what the policy costs a run.

    Without recursion, as code may be nested deeply.
    """
    nodes = []
    todo = [tree]

    while todo:
        node = todo.pop()
        kind = type(node)
        if kind in _FOUND:
            nodes.append(node)
        for field in _FIELDS.get(kind, ()):
            value = getattr(node, field)
            if type(value) is list:
                todo += value
            elif type(value) in _FIELDS:
                todo.append(value)

    return nodes


def _kinds(kind):
    yield kind
    for other in kind.__subclasses__():
        yield from _kinds(other)


_FOUND = {ast.Import, ast.ImportFrom, ast.Call, ast.Attribute}

# of each kind of node, those that may have some of _FOUND in them
_FIELDS = {kind: [field for field in kind._fields if field not in
                  "arg attr ctx id name op ops type_comment".split()]
           for kind in _kinds(ast.AST)
           if kind._fields and not issubclass(kind, (ast.alias, ast.Constant,
                                                     ast.Name))}


def _root(name):
    return name.partition(".")[0]


def _literals(call):
    """Yield the path of an open() if it is a literal."""
    args = call.args[:1] + [k.value for k in call.keywords if k.arg == "file"]

    for arg in args:
        value = getattr(arg, "value", None)
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, str):
            yield value


def _violations(found, denied, policy, code, words):
    imports = [("import", name, node) for name, node in found.imports
               if name in denied]
    calls = [("call", name, node) for name, node in found.calls
             if name in DENIED_CALLS - found.own]
    paths = [("open_path", path, node) for path, node in found.paths
             if path.startswith(("/", "~", "\\")) or ".." in path]

    if policy == LENIENT:
        calls, paths = _lenient_calls(found), []

    # used as a set that keeps its order
    reasons = {}
    if imports:
        names = sorted({name for _, name, _ in imports})
        reasons[words["import"] % ", ".join(names)] = None
    for rule, name, _ in calls + paths:
        reasons[words[rule] % name] = None

    lines = _lines(code) if reasons else []
    violations = [(rule, name, node.lineno, _column(lines, node))
                  for rule, name, node in imports + calls + paths]
    violations.sort(key=lambda violation: violation[2:])

    return list(reasons), violations


def _lenient_calls(found):
    """What can have no good end, as an attribute of its module."""
    named = [("call", found.modules.get(name), attribute, node)
             for name, attribute, node in found.attributes]
    calls = [(rule, "%s.%s" % (module, attribute), node)
             for rule, module, attribute, node in named
             if module in LENIENT_CALLS
             and LENIENT_CALLS[module].fullmatch(attribute)]
    return sorted(calls, key=lambda call: (call[2].lineno, call[2].col_offset))


def _lines(code):
    """Split as Python's tokenizer does: unlike in splitlines(), a form feed
    ends no line."""
    return re.split("\r\n|\r|\n", code)


def _column(lines, node):
    """Return node's column in characters; col_offset is in bytes of UTF-8."""
    line = lines[node.lineno - 1].encode("utf-8")
    return len(line[:node.col_offset].decode("utf-8", "replace")) + 1


def _missing(tree):
    """Return the roots of missing modules among the imports that code begins
    with.

    Only these are certain to be reached before anything else has happened: any
    other import may fail, or not, as in Python.  What a module of the run's
    directory does is not known either.
    """
    missing = set()

    for node in tree.body:
        if isinstance(node, ast.Import):
            roots = [_root(alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            roots = [_root(node.module)]
        elif (isinstance(node, ast.Expr)
              and isinstance(node.value, ast.Constant)):
            continue
        else:
            break

        for root in roots:
            if not is_there(root):
                missing.add(root)
            elif os.path.exists(root) or os.path.exists(root + ".py"):
                return sorted(missing)

    return sorted(missing)


def is_there(name):
    if name in sys.modules:
        return sys.modules[name] is not None
    try:
        return importlib.util.find_spec(name) is not None
    except Exception:
        return False


def _syntax_error(exc, code):
    message = getattr(exc, "msg", None) or str(exc) or type(exc).__name__
    line = getattr(exc, "lineno", None) or 1
    column = max(getattr(exc, "offset", None) or 1, 1)

    text = getattr(exc, "text", None)
    if text is None:
        text = "".join(_lines(code)[line - 1:line])

    reason = "%s (line %d:%d)\n%s" % (message, line, column,
                                      text.rstrip("\r\n")[:MAX_LINE])
    return "syntax_error", [reason], [], [], [], None, None
