"""What code may do by its looks: a courtesy to its author, never the wall.

check() parses and compiles the code once; what it returns is what is run.
"""

import ast
import importlib.util
import sys
import warnings

DENIED_IMPORTS = frozenset("""
    asyncio ctypes httpx importlib inspect multiprocessing os pickle pty
    resource shlex shutil signal socket subprocess sys tempfile threading
    urllib
""".split())

DENIED_CALLS = frozenset("eval exec compile __import__ open_code".split())

IMPORT_ERRORS = frozenset("""
    ImportError ModuleNotFoundError Exception BaseException
""".split())

FILE_NAME = "main.py"


def check(code, policy, deny, allow):
    """Return (status, reasons, imports, violations, missing, code object).

    deny are roots of modules that are refused beside DENIED_IMPORTS, allow
    those that are not refused after all; a root that is in both is refused.
    violations are tuples (rule, name, line, column), both from 1.  The code
    object is None unless status is "ok".  Nothing is raised for any code.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code, FILE_NAME)
    except Exception as exc:
        return _syntax_error(exc, code)

    found = _walk(tree)
    imports = sorted({name for name, _, _ in found.imports})

    if policy:
        denied = (DENIED_IMPORTS - set(allow)) | set(deny)
        reasons, violations = _violations(found, denied)
        if reasons:
            return "blocked", reasons, imports, violations, [], None

    missing = sorted({name for name, _, guarded in found.imports
                      if not guarded and not _is_there(name)})
    if missing:
        reason = "Dependencias faltantes: " + ", ".join(missing)
        return "deps_missing", [reason], imports, [], missing, None

    try:
        compiled = compile(tree, FILE_NAME, "exec", dont_inherit=True)
    except Exception as exc:
        return _syntax_error(exc, code)

    return "ok", [], imports, [], [], compiled


class _Found:
    def __init__(self):
        self.imports = []    # (root, node, in a try that expects it to fail)
        self.calls = []      # (name, node)
        self.paths = []      # (path, node)


def _walk(tree):
    """Look at every node, without recursion: code nests as deep as it likes."""
    found = _Found()
    todo = [(tree, False)]

    while todo:
        node, guarded = todo.pop()

        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                found.imports.append((root, node, guarded))
            continue

        if isinstance(node, ast.ImportFrom):
            if node.level == 0 and node.module:
                root = node.module.partition(".")[0]
                found.imports.append((root, node, guarded))
            continue

        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.calls.append((node.func.id, node))
            if node.func.id == "open":
                found.paths.extend((path, node) for path in _literals(node))

        inside = guarded
        if isinstance(node, ast.If) and _is_type_checking(node.test):
            inside = True

        body = ()
        if isinstance(node, ast.Try) and _expects_import_error(node):
            body = node.body

        for child in ast.iter_child_nodes(node):
            todo.append((child, inside or child in body))

    for places in (found.imports, found.calls, found.paths):
        places.sort(key=lambda place: (place[1].lineno, place[1].col_offset))

    return found


def _expects_import_error(node):
    for handler in node.handlers:
        if handler.type is None:
            return True
        kinds = [handler.type]
        if isinstance(handler.type, ast.Tuple):
            kinds = handler.type.elts
        for kind in kinds:
            if isinstance(kind, ast.Name) and kind.id in IMPORT_ERRORS:
                return True
    return False


def _is_type_checking(test):
    name = getattr(test, "attr", None) or getattr(test, "id", None)
    return name == "TYPE_CHECKING"


def _literals(call):
    """The path of an open() that says it as a literal."""
    args = call.args[:1]
    args += [k.value for k in call.keywords if k.arg == "file"]

    for arg in args:
        if isinstance(arg, ast.Constant):
            if isinstance(arg.value, str):
                yield arg.value
            elif isinstance(arg.value, bytes):
                yield arg.value.decode("utf-8", "replace")


def _violations(found, denied):
    reasons = []
    violations = []

    def violation(rule, name, node):
        violations.append((rule, name, node.lineno, node.col_offset + 1))

    names = set()
    for name, node, _ in found.imports:
        if name in denied:
            names.add(name)
            violation("import", name, node)
    if names:
        reasons.append("Imports no permitidos: " + ", ".join(sorted(names)))

    for name, node in found.calls:
        if name in DENIED_CALLS:
            violation("call", name, node)
            reason = "Llamada no permitida: %s()" % name
            if reason not in reasons:
                reasons.append(reason)

    for path, node in found.paths:
        if path[:1] in ("/", "~", "\\") or ".." in path:
            violation("open_path", path, node)
            reason = "Ruta no permitida en open(): " + path
            if reason not in reasons:
                reasons.append(reason)

    violations.sort(key=lambda v: v[2:])
    return reasons, violations


def _is_there(name):
    if name in sys.modules:
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except Exception:
        return False


def _syntax_error(exc, code):
    message = getattr(exc, "msg", None) or str(exc) or type(exc).__name__
    line = getattr(exc, "lineno", None) or 1
    column = getattr(exc, "offset", None) or 1

    text = getattr(exc, "text", None)
    if text is None:
        lines = code.splitlines()
        text = lines[line - 1] if line <= len(lines) else ""

    reason = "%s (line %d:%d)\n%s" % (message, line, column,
                                      text.rstrip("\r\n")[:1000])
    return "syntax_error", [reason], [], [], [], None
