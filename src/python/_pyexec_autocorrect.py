"""Corrects what needs no language model: a forgotten import, and what is
around code in a message or a notebook.
"""

import ast
import importlib
import re

# names that mean the same in practically all code

_ALIASES = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "mpl": "import matplotlib as mpl",
    "plt": "import matplotlib.pyplot as plt",
    "sns": "import seaborn as sns",
    "sm": "import statsmodels.api as sm",
    "nx": "import networkx as nx",
    "tf": "import tensorflow as tf",
}

_MEMBERS = {
    "PIL": "Image ImageDraw",
    "abc": "ABC abstractmethod",
    "bisect": "bisect_left bisect_right insort",
    "collections": "ChainMap Counter OrderedDict defaultdict deque namedtuple",
    "contextlib": "contextmanager",
    "copy": "deepcopy",
    "dataclasses": "asdict astuple dataclass",
    "datetime": "timedelta",
    "decimal": "Decimal ROUND_HALF_UP getcontext localcontext",
    "enum": "Enum IntEnum IntFlag",
    "fractions": "Fraction",
    "functools": "cached_property cmp_to_key lru_cache partial reduce",
    "heapq": "heapify heappop heappush nlargest nsmallest",
    "io": "BytesIO StringIO",
    "itertools": "combinations islice permutations zip_longest",
    "operator": "attrgetter itemgetter",
    "pandas": "DataFrame",
    "pathlib": "Path",
    "textwrap": "dedent",
    "time": "perf_counter sleep",
    "types": "SimpleNamespace",
    "typing": "Any Callable Dict Iterable Iterator List NamedTuple Optional"
              " Protocol Sequence Tuple TypeVar TypedDict Union",
    "zoneinfo": "ZoneInfo",
}

# imported only if they have all attributes that the code uses of the name

_MODULES = frozenset("""
    abc argparse array base64 bisect bz2 calendar cmath collections contextlib
    copy csv dataclasses datetime decimal difflib enum fractions functools
    getpass glob gzip hashlib heapq html io itertools json keyword locale
    logging lzma math numbers operator os pathlib platform pprint queue random
    re secrets shutil sqlite3 statistics string struct subprocess sys tempfile
    textwrap threading time timeit traceback types typing unicodedata uuid
    warnings zipfile zlib zoneinfo
""".split())

_LIBRARIES = frozenset("""
    numpy pandas matplotlib seaborn scipy sklearn sympy openpyxl PIL
""".split())


# the whole of a text: a fence that opens, code, and one that closes

_FENCED = re.compile(r"(?P<before>\s*)(?P<fence>```+|~~~+)[ \t]*"
                     r"(?:i?py(?:thon)?[\d.]*(?:[ \t][^\r\n]*)?)?(?:\r\n?|\n)"
                     r"(?P<code>.*?)(?<![^\r\n])[ \t]*(?P=fence)[`~]*\s*",
                     re.DOTALL | re.IGNORECASE)

_MAGIC = re.compile(r"[ \t]*%matplotlib\b")


def correct(code, undefined):
    """Return (method, corrected code), or None.  Raise nothing for any code.

    undefined is the name of a NameError, whose import is added before the first
    statement that is neither the module's docstring nor of __future__; or "" if
    the code does not compile.  Then a Markdown fence around the whole of it is
    taken off, or else lines with %matplotlib are.  All else stays as it is,
    byte for byte.
    """
    mark = "\ufeff" if code.startswith("\ufeff") else ""
    text = code[len(mark):]
    if not undefined:
        found = _without_fence(text) or _without_magic(text)
        return found and (found[0], mark + found[1])
    try:
        tree = ast.parse(text)
    except Exception:
        return None

    head, rest = _split(tree.body)
    statement = _statement(undefined, _attributes(tree, undefined))
    if not rest or statement is None or undefined in _bound(tree.body):
        return None

    offset, end = _place(text, head, rest[0])
    method = "heuristic_import_" + _root(statement.split()[1])
    return method, mark + text[:offset] + statement + end + text[offset:]


def _without_fence(text):
    found = _FENCED.fullmatch(text)
    if found is None:
        return None
    indent = _lines(found["before"])[-1]
    code = "".join(line.removeprefix(indent)
                   for line in _lines(found["code"]))
    # a fence in it is a second block, unless it is in a string
    if found["fence"] in code and _error_line(code) is not None:
        return None
    return "heuristic_markdown_fence", code


def _without_magic(text):
    lines = _lines(text)
    number = _error_line(text) or 0
    if not 0 < number <= len(lines) or not _MAGIC.match(lines[number - 1]):
        return None
    return "heuristic_magic", "".join(line for line in lines
                                      if not _MAGIC.match(line))


def _error_line(text):
    """Return the line of the syntax error, 0 if it has none, or None."""
    try:
        ast.parse(text)
    except Exception as exc:
        return getattr(exc, "lineno", None) or 0
    return None


def _split(body):
    """Split off the docstring and __future__ imports, which must stay first."""
    count = 0
    for node in body:
        docstring = (count == 0 and isinstance(node, ast.Expr)
                     and isinstance(node.value, ast.Constant)
                     and isinstance(node.value.value, str))
        future = (isinstance(node, ast.ImportFrom)
                  and node.module == "__future__")
        if not docstring and not future:
            break
        count += 1
    return body[:count], body[count:]


def _statement(name, attributes):
    """Return the import of name, of which code uses attributes, or None."""
    if name in _ALIASES:
        return _ALIASES[name]

    if name in _LIBRARIES:
        return "import " + name

    for module, members in _MEMBERS.items():
        if name in members.split():
            return "from %s import %s" % (module, name)

    # "string" and "time" may well be misspelt variables
    if name in _MODULES and attributes:
        try:
            module = importlib.import_module(name)
        except ImportError:
            return None
        if _has_all(module, attributes):
            return "import " + name
        if name == "datetime" and _has_all(module.datetime, attributes):
            return "from datetime import datetime"

    return None


def _attributes(tree, name):
    return {node.attr for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name) and node.value.id == name}


def _has_all(owner, attributes):
    return all(hasattr(owner, attribute) for attribute in attributes)


def _bound(body):
    """Return the names that imports at the module's top level bind."""
    return {alias.asname or _root(alias.name) for node in body
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names}


def _root(name):
    return name.partition(".")[0]


def _lines(text):
    """Split as Python's tokenizer does: a form feed ends no line."""
    return re.split("(?<=\n)|(?<=\r)(?!\n)", text)


def _place(text, head, node):
    """Return the offset of the import, before node, and what to end it with."""
    first = min([node.lineno] + [decorator.lineno for decorator
                                 in getattr(node, "decorator_list", ())])
    lines = _lines(text)
    offset = len("".join(lines[:first - 1]))

    if head and head[-1].end_lineno == first:
        line = lines[first - 1].encode("utf-8")
        return offset + len(line[:node.col_offset].decode("utf-8")), "; "

    return offset, (re.findall("\r\n|\r|\n", text) or ["\n"])[0]
