"""The interpreter's life: warmed in the zygote, begun and ended in a child."""

import atexit
import builtins
import gc
import importlib
import linecache
import os
import random
import sys
import threading
import traceback

import _pyexec_figures

FILE_NAME = "main.py"
MAX_TEXT = 20000         # characters of a message or a traceback

# what most code uses: imported in both zygotes

_STDLIB = """
    ast base64 bisect calendar collections collections.abc concurrent.futures
    contextlib copy csv dataclasses datetime decimal difflib encodings.ascii
    encodings.idna encodings.latin_1 encodings.utf_8 enum fractions functools
    glob hashlib heapq html io itertools json locale logging math numbers
    operator pathlib pprint queue random re secrets statistics string struct
    tempfile textwrap time timeit traceback types typing unicodedata uuid
    warnings zlib _strptime
""".split()

_DEFAULT = """
    numpy pandas matplotlib.pyplot seaborn scipy.stats scipy.optimize
    scipy.signal scipy.linalg scipy.interpolate scipy.integrate scipy.sparse
    PIL.Image openpyxl
""".split()

# what their first use would import

_COMPANIONS = {
    "matplotlib.pyplot": """
        matplotlib.backends.backend_agg matplotlib.backends.backend_pdf
        matplotlib.backends.backend_svg matplotlib.animation
        matplotlib.dates mpl_toolkits.mplot3d
    """.split(),
    "pandas": ["pandas.plotting._matplotlib", "pandas.io.formats.style"],
    "PIL.Image": ["PIL.PngImagePlugin", "PIL.JpegImagePlugin"],
}

_CACHE = "/tmp/pyexec-cache"

# one thread before the fork; more than one process may run per core after it

_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "NUMEXPR_MAX_THREADS": "1",
    "MPLBACKEND": "Agg",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def preload(names):
    """Import and warm what children will use; return the names.

    names is a tuple of modules, or None for those of the default set that
    are installed.  ImportError where one of names cannot be had.
    """
    os.environ.clear()
    os.environ.update(_ENVIRONMENT)

    for name in _STDLIB:
        importlib.import_module(name)

    _pyexec_figures.install()

    default = names is None
    loaded = []

    if default or names:
        _prepare_matplotlib()

    for name in _DEFAULT if default else names:
        try:
            importlib.import_module(name)
        except ImportError as exc:
            if default:
                continue
            raise ImportError("preload=%s cannot be imported: %s"
                              % (name, exc)) from None
        loaded.append(name)
        for companion in _COMPANIONS.get(name, ()):
            try:
                importlib.import_module(companion)
            except ImportError:
                pass

    _warm()

    if threading.active_count() != 1:
        raise RuntimeError("an imported module has started a thread")

    return loaded


def _prepare_matplotlib():
    """Give it a place for its font cache: children only read it."""
    os.makedirs(_CACHE, exist_ok=True)
    os.environ["MPLCONFIGDIR"] = _CACHE
    os.environ["XDG_CACHE_HOME"] = _CACHE


def _warm():
    """Do once what is slow the first time."""
    if "numpy" in sys.modules:
        import numpy
        numpy.linalg.svd(numpy.random.rand(8, 8))

    if "pandas" in sys.modules:
        import io
        import pandas
        frame = pandas.read_csv(io.StringIO("day,value\n2026-01-01,1.5\n"
                                            "2026-01-02,2.5\n"),
                                parse_dates=["day"])
        str(frame.describe())
        str(frame.groupby("day").sum())

    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return

    import io
    figure, (one, two) = pyplot.subplots(2)
    if "pandas" in sys.modules:
        frame["value"].plot(kind="line", ax=one)
    one.plot([1, 2, 3], label="line")
    one.set_title(r"Title $\alpha^2$", fontweight="bold")
    one.set_xlabel("x")
    one.legend()
    two.bar(["a", "b"], [1, 2])
    two.grid(True)
    pyplot.tight_layout()
    for kind in ("png", "pdf", "svg"):
        pyplot.savefig(io.BytesIO(), format=kind)
    pyplot.close("all")
    _pyexec_figures._saved = False


def reseed():
    """What would be alike in all children of a zygote: chance."""
    random.seed()

    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()

    tempfile = sys.modules.get("tempfile")
    if tempfile is not None:
        tempfile._name_sequence = None


def begin(code):
    """Make __main__ as new; return its namespace.

    The current directory is the run's: temporary files are made in it.
    """
    cwd = os.getcwd()

    os.environ["HOME"] = cwd
    os.environ["TMPDIR"] = cwd
    if "tempfile" in sys.modules:
        sys.modules["tempfile"].tempdir = None

    sys.argv = [FILE_NAME]
    sys.orig_argv = ["python3", FILE_NAME]
    sys.path = [p for p in sys.path if p not in ("", ".")]

    lines = [line + "\n" for line in code.split("\n")]
    linecache.cache[FILE_NAME] = (len(code), None, lines, FILE_NAME)

    module = sys.modules["__main__"]
    namespace = module.__dict__
    namespace.clear()
    namespace.update(__name__="__main__", __doc__=None, __package__=None,
                     __loader__=None, __spec__=None, __file__=FILE_NAME,
                     __builtins__=builtins)
    return namespace


def describe(exc):
    """Return (type, message, file, line, traceback, undefined, errno).

    Never raises: what the code did to the interpreter is its own affair.
    """
    kind, message, file, line, raw, undefined, errno = ("Exception", "", "",
                                                        0, "", "", 0)
    try:
        kind = str(type(exc).__name__)
        message = _message(exc)
        file, line = _location(exc)
        if isinstance(exc, NameError) and not isinstance(exc,
                                                         UnboundLocalError):
            undefined = str(exc.name or "")
        if isinstance(exc, OSError) and isinstance(exc.errno, int):
            errno = min(max(exc.errno, 0), 4095)
        raw = _format(exc)
    except BaseException:
        pass
    return kind, message, file, line, raw, undefined, errno


def _message(exc):
    try:
        return str(exc)[:MAX_TEXT]
    except BaseException:
        return "<exception str() failed>"


def _location(exc):
    if isinstance(exc, SyntaxError) and exc.filename == FILE_NAME:
        return FILE_NAME, int(exc.lineno or 0)

    line = 0
    for frame, number in traceback.walk_tb(exc.__traceback__):
        if frame.f_code.co_filename == FILE_NAME:
            line = number
    return (FILE_NAME, line) if line else ("", 0)


def _format(exc):
    if isinstance(exc, SystemExit):
        return ""
    text = "".join(traceback.format_exception(type(exc), exc,
                                              exc.__traceback__))
    if len(text) > MAX_TEXT:
        # the end of a traceback says more than its middle
        text = text[:MAX_TEXT // 2] + text[-MAX_TEXT // 2:]
    return text


def print_exception(exc):
    """To standard error, as Python does when nobody has caught it."""
    if isinstance(exc, SystemExit):
        if exc.code is not None and not isinstance(exc.code, int):
            print(exc.code, file=sys.stderr)
        return
    if sys.excepthook is not sys.__excepthook__:
        sys.excepthook(type(exc), exc, exc.__traceback__)
        return
    # with the lines of the code, should it have removed main.py
    sys.stderr.write("".join(traceback.format_exception(exc)))


def exit_code(exc):
    if not isinstance(exc, SystemExit):
        return 130 if isinstance(exc, KeyboardInterrupt) else 1
    if exc.code is None:
        return 0
    if not isinstance(exc.code, int):
        return 1
    if exc.code & 0xff == 0 and exc.code != 0:
        return 255       # the system keeps eight bits: an error stays one
    return exc.code & 0xff


def finish():
    """What Python does when it ends, without ending it: in the same order."""
    for step in (threading._shutdown, _pyexec_figures.finish,
                 atexit._run_exitfuncs, _clear_main, gc.collect):
        try:
            step()
        except BaseException as exc:
            print_exception(exc)

    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass


def _clear_main():
    """Files that were not closed are written when nothing refers to them."""
    namespace = sys.modules["__main__"].__dict__
    names = [n for n in namespace if n != "__builtins__"]

    for name in sorted(names, key=lambda n: not str(n).startswith("_")):
        namespace[name] = None
