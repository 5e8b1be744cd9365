"""Repairs of the one mistake that can be repaired without a model: a name
whose import was forgotten."""

import ast
import re

# names by which a module, or something in it, is known to everybody

_ALIASES = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "mpl": "import matplotlib as mpl",
    "sns": "import seaborn as sns",
    "sp": "import scipy as sp",
    "sm": "import statsmodels.api as sm",
    "nx": "import networkx as nx",
    "tf": "import tensorflow as tf",
    "Image": "from PIL import Image",
    "StringIO": "from io import StringIO",
    "BytesIO": "from io import BytesIO",
    "Path": "from pathlib import Path",
    "Counter": "from collections import Counter",
    "defaultdict": "from collections import defaultdict",
    "deque": "from collections import deque",
    "namedtuple": "from collections import namedtuple",
    "OrderedDict": "from collections import OrderedDict",
    "Decimal": "from decimal import Decimal",
    "Fraction": "from fractions import Fraction",
    "dataclass": "from dataclasses import dataclass",
    "partial": "from functools import partial",
    "reduce": "from functools import reduce",
    "lru_cache": "from functools import lru_cache",
    "timedelta": "from datetime import timedelta",
    "sleep": "from time import sleep",
}

_MODULES = frozenset("""
    numpy pandas matplotlib seaborn scipy sklearn sympy openpyxl PIL

    abc argparse array base64 bisect calendar cmath collections copy csv
    dataclasses datetime decimal difflib enum fractions functools glob
    hashlib heapq html io itertools json locale logging math numbers
    operator os pathlib platform pprint random re secrets shutil sqlite3
    statistics string struct subprocess sys textwrap time timeit traceback
    types typing unicodedata uuid warnings zipfile zlib zoneinfo
""".split())


def correct(code, undefined):
    """Return (method, code with the import of undefined), or None.

    The import goes behind the module's docstring and its __future__ lines;
    the rest stays as it is, byte for byte.
    """
    statement = _ALIASES.get(undefined)
    if statement is None and undefined in _MODULES:
        statement = "import " + undefined
    if statement is None:
        return None

    try:
        body = ast.parse(code).body
    except Exception:
        return None

    if any(undefined in _bound(node) for node in body):
        return None

    line = 0
    for node in body:
        if not (_is_docstring(node, body) or _is_future(node)):
            break
        line = node.end_lineno

    # CPython's lines: form feeds and the like end none
    lines = re.split("(?<=\n)|(?<=\r)(?!\n)", code)
    following = [node for node in body if node.lineno == line]
    end = "\r\n" if "\r\n" in code else "\n"
    head = "".join(lines[:line])

    if line and not head.endswith(("\n", "\r")):
        head += end
    if len(following) > 1 and not _is_future(following[-1]):
        return None    # "from __future__ import x; y = np.z": no place

    method = "heuristic_import_" + statement.split()[1].partition(".")[0]
    return method, head + statement + end + "".join(lines[line:])


def _bound(node):
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [a.asname or a.name.partition(".")[0] for a in node.names]
    return []


def _is_docstring(node, body):
    return (node is body[0] and isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str))


def _is_future(node):
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
