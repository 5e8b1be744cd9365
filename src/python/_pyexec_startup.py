"""What C calls in the interpreter: preload() in a zygote; reseed(), begin() and
finish() around a child's run.
"""

import _pyexec_at_fork

import _random
import atexit
import builtins
import contextlib
import functools
import gc
import importlib.machinery
import io
import linecache
import logging
import os
import random
import sys
import threading
import types
import weakref

import _pyexec_figures
import _pyexec_fonts
import _pyexec_libraries
import _pyexec_output
import _pyexec_policy
import _pyexec_repr
import _pyexec_report

FILE_NAME = "main.py"

# What most code uses.  Every fork copies the page table entries of what is
# loaded: large modules that are rarely used are left to the code to import.

_STDLIB = """
    ast base64 bisect cmath collections collections.abc contextlib copy csv
    dataclasses datetime decimal encodings.ascii encodings.cp1252
    encodings.latin_1 encodings.unicode_escape encodings.utf_16
    encodings.utf_8_sig enum fractions functools glob heapq io itertools json
    logging math numbers operator pathlib random re statistics string struct
    textwrap time types typing unicodedata zlib
""".split()

# From 3.14 on its import makes a callback: libffi looks in /proc for its own
# file then, to map code from, which a child can't

if sys.version_info >= (3, 14):
    _STDLIB.append("ctypes")

_DEFAULT = """
    numpy pandas matplotlib.pyplot seaborn scipy.stats scipy.optimize
    scipy.signal scipy.linalg scipy.interpolate scipy.integrate scipy.sparse
    PIL.Image openpyxl pyarrow
""".split()

# These are left to the code, too, but import much of the default set: runs
# that name them get it.

_BUILT_ON_DEFAULT = "sklearn", "statsmodels"

# modules that the library imports only when it is first used

_COMPANIONS = {
    "numpy": "numpy.random numpy.linalg numpy.fft numpy.ma numpy.polynomial",
    "pandas": """
        pandas.io.formats.style pandas.plotting._matplotlib pandas.io.excel
        dateutil.parser dateutil.tz
    """,
    "matplotlib": """
        matplotlib.pyplot matplotlib.animation matplotlib.dates
        matplotlib.patches matplotlib.gridspec mpl_toolkits.mplot3d
        matplotlib.backends.backend_pdf matplotlib.backends.backend_svg
    """,
    "PIL.Image": "PIL.ImageDraw PIL.ImageFont PIL.ImageFilter",
    "openpyxl": "openpyxl.styles openpyxl.chart openpyxl.writer.excel",
}

# Libraries must not start threads: only the thread that forks is in the child.
# In a child, more threads would compete with other runs for the processors.
# Arrow's own memory pool would reserve 1 GB of a run's address space.

_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "NUMEXPR_MAX_THREADS": "1",
    "LOKY_MAX_CPU_COUNT": "1",
    "JOBLIB_MULTIPROCESSING": "0",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MPLBACKEND": "agg",
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "USER": "nobody",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def preload(names, fonts=None, settings=None):
    """Import modules and use them once; return the names that code which
    gains by them has in it.

    names is "a,b", or None for those of the default set that are installed;
    _STDLIB is imported in any case, and not returned.  With "" it returns the
    names of all modules that are installed.  fonts is a directory, settings a
    matplotlibrc, or None; matplotlib logs what is wrong in these.
    Raises ImportError if one of names cannot be imported, RuntimeError if a
    thread is left running, OSError if fonts or settings cannot be read: each
    with a sentence for the log.
    """
    kept = {name: os.environ[name] for name in ["TZ"] if name in os.environ}
    if fonts is not None:
        os.listdir(fonts)
    if settings is not None:
        open(settings).close()
        kept["MATPLOTLIBRC"] = settings
    os.environ.clear()
    os.environ.update(_ENVIRONMENT | kept)
    _pyexec_fonts.directory = fonts
    _pyexec_libraries.install()

    with _cache() if names != "" else contextlib.nullcontext():
        loaded = _load(names)
        _warm()

    _pyexec_repr.install(_abandon)
    _pyexec_figures.install()
    builtins.print = _pyexec_output.print
    _begin_streams()
    _check_threads()
    _settle(alone=not loaded)

    return loaded if names != "" else _pyexec_libraries.installed()


@contextlib.contextmanager
def _cache():
    """A directory where matplotlib and fontconfig can write their font lists.

    It is removed after the preload: children have the lists in memory.
    """
    import tempfile

    with tempfile.TemporaryDirectory(prefix="pyexec-",
                                     ignore_cleanup_errors=True) as cache:
        os.environ["MPLCONFIGDIR"] = os.environ["XDG_CACHE_HOME"] = cache
        yield
        del os.environ["MPLCONFIGDIR"], os.environ["XDG_CACHE_HOME"]

    # a child has another TMPDIR, and needs other names: tempfile seeds them
    # anew only if the process id has changed, and all children may have one
    tempfile.tempdir = tempfile._name_sequence = None


def _load(names):
    for name in _STDLIB:
        _import(name)

    if names is None:
        loaded = [name for name in _DEFAULT if _import(name)]
        return loaded and loaded + list(filter(_pyexec_policy.is_there,
                                               _BUILT_ON_DEFAULT))

    names = names.split(",") if names else []
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as exc:
            raise ImportError("preload=%s cannot be imported: %s"
                              % (name, str(exc) or repr(exc))) from None
    return names


def _import(name):
    try:
        importlib.import_module(name)
    except Exception:
        return False
    return True


def _warm():
    for name, companions in _COMPANIONS.items():
        if name in sys.modules:
            for companion in companions.split():
                _import(companion)

    if "matplotlib.text" in sys.modules:
        _pyexec_fonts.survey()

    _use(_USUAL)
    _use(_RARE)


def _use(uses):
    for name, use in uses.items():
        if name in sys.modules:
            use(sys.modules[name])


def _numpy(numpy):
    numpy.linalg.svd(numpy.random.default_rng().random((8, 8)))
    str(numpy.linspace(0, 1, 3))


def _pandas(pandas):
    frame = pandas.read_csv(io.StringIO("day,value\n1,1.5\n2,2.5\n"))
    str(frame.describe())

    if "matplotlib.pyplot" in sys.modules:
        frame["value"].plot(kind="line")


def _pandas_rarely(pandas):
    frame = pandas.read_csv(io.StringIO("day,value\n2026-01-01,1.5\n"
                                        "2026-01-02,2.5\n"),
                            parse_dates=["day"])
    str(frame.groupby("day").sum())
    frame.info(buf=io.StringIO())
    frame.to_csv(io.StringIO())

    if "matplotlib.pyplot" in sys.modules:
        frame.plot(x="day", y="value")


def _pyplot(pyplot):
    pyplot.plot([1, 2, 3], label="line")
    pyplot.title("Title")
    pyplot.legend()
    pyplot.tight_layout()
    pyplot.savefig(io.BytesIO())
    pyplot.close("all")


def _pyplot_rarely(pyplot):
    figure, (one, two) = pyplot.subplots(2)
    one.set_title(r"Title $\alpha^2$", fontweight="bold")
    one.set_xlabel("x")
    two.bar(["a", "b"], [1, 2])
    two.grid(True)
    for kind in ("pdf", "svg"):
        figure.savefig(io.BytesIO(), format=kind)
    pyplot.close("all")


# the order matters: pandas leaves a figure open, which pyplot's use closes

_USUAL = {
    "numpy": _numpy,
    "pandas": _pandas,
    "matplotlib.pyplot": _pyplot,
}

_RARE = {
    "pandas": _pandas_rarely,
    "matplotlib.pyplot": _pyplot_rarely,
    "PIL.Image": lambda image: image.init(),
}


def _settle(alone):
    """Do in the zygote what every child would do; alone: without preload.

    Most of what a short run costs are copies of the pages that this module's
    functions write to.  They are therefore run 64 times here: CPython's
    adaptive interpreter (PEP 659) rewrites code in place when it has been
    called often, and caches attribute lookups.
    """
    global _at_rest

    sys.argv = [FILE_NAME]
    sys.orig_argv = ["python3", FILE_NAME]
    # begin() makes the last one the run's: what is uploaded there hides nothing
    sys.path = [path for path in sys.path if path not in ("", ".")] + [""]

    _seeds[:] = [seed(sys.modules[name]) for name, seed in _SEEDS.items()
                 if name in sys.modules]

    gc.collect()
    gc.freeze()

    for _ in range(64):
        _run_sample()
        _at_rest = _exit_work()
        finish()

    begin("")
    del linecache.cache[FILE_NAME]    # a SyntaxWarning comes before begin()
    del os.environ["HOME"], os.environ["TMPDIR"]
    _pyexec_at_fork.end()

    _at_rest = _exit_work() if alone else None


def rehearse(usual):
    """Run sample code in a process that then reports the pages written to.

    usual is 0 for what every run does, 1 for what most do besides.
    """
    reseed()
    code = "for i in range(3): print(i, [n ** 0.5 for n in range(i)])\n"
    if usual:
        code = "import math\n" + code
        compiled = _pyexec_policy.check(code, True, (), ())[5]
        _use(_USUAL)
    else:
        compiled = compile(code, FILE_NAME, "exec", dont_inherit=True)
    exec(compiled, begin(code))
    if usual:
        _pyexec_repr.encode(_pyexec_repr.bundle(1))
    finish()


def _run_sample():
    reseed()
    code = _pyexec_policy.check(_SAMPLE, True, (), ("os",))[5]
    try:
        exec(code, begin(_SAMPLE))
    except NameError as exc:
        _pyexec_report.describe(exc)
    _pyexec_repr.encode(_pyexec_repr.bundle(1))


_SAMPLE = '''
import os
from math import sqrt as root

class Point:
    """A place."""
    def __init__(self, x, y=0.5, *rest, **more):
        self.x, self.y = x, y

    @property
    def size(self):
        return root(self.x ** 2 + self.y ** 2)

def total(items):
    with open("main.py") as file:
        pass
    return sum(item.size for item in items if item.x > 0)

points = [Point(i, y=-i) for i in range(3)]
names = {str(p.x): f"{p.size:.2f} {p.y!r}" for p in points}
for name, text in sorted(names.items()):
    if name == "1" and not text or False:
        break
    else:
        names[name] = text[1:2] + "\\n"
try:
    print(undefined, end="")
except (ValueError, KeyError) as error:
    raise
finally:
    counter = lambda n: n and -n
while counter(0):
    counter += 1
    del points[0]
'''


def _begin_streams():
    """Begin stdin, stdout and stderr anew, as streams of a pipe.

    They are /dev/null here, and remember that they can seek; in a child they
    are pipes, where reconfigure() and a TextIOWrapper of their buffer would
    seek.
    """
    read, write = os.pipe()
    kept = os.dup(0)
    os.dup2(read, 0)
    raw = io.FileIO(0, closefd=False)
    raw.name = "<stdin>"
    sys.__stdin__.__init__(io.BufferedReader(raw), sys.__stdin__.encoding,
                           sys.__stdin__.errors)
    os.dup2(kept, 0)
    os.close(kept)

    for stream, fd in (sys.__stdout__, 1), (sys.__stderr__, 2):
        kept = os.dup(fd)
        os.dup2(write, fd)
        raw = io.FileIO(fd, "w", closefd=False)
        raw.name = "<stdout>" if fd == 1 else "<stderr>"
        stream.__init__(_pyexec_output.Writer(raw), stream.encoding,
                        stream.errors, "\n", fd == 2, True)
        os.dup2(kept, fd)
        os.close(kept)

    os.close(read)
    os.close(write)


def _check_threads():
    """Raise RuntimeError if there is a second thread.

    fork() copies the calling thread only: a lock that another one holds would
    stay locked in the child for ever.  C looks for threads of libraries.
    """
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(timeout=1)

    count = threading.active_count()
    if count > 1:
        raise RuntimeError("a module that was imported runs %d threads:"
                           " leave it out of preload=" % (count - 1))


def reseed():
    """In a child: seed all random number generators anew.

    Their state is the zygote's, and so the same in all its children.
    """
    for seed in _seeds:
        seed()


# for each module a function that returns the one for reseed() to call

_SEEDS = {
    "random": lambda module: functools.partial(_random.Random.seed,
                                               module._inst),
    "numpy.random": lambda module: module.seed,
    "sympy.core.random": lambda module: module.rng.seed,
}

_seeds = []


def begin(code):
    """Make __main__ as new for code, which is main.py; return its namespace.

    HOME and TMPDIR become the current directory, which is the run's: temporary
    files that the code leaves count among the files that it created.
    """
    # os.environ's own dict: without putenv(), which C has called already
    environ = os.environ._data
    environ[b"HOME"] = environ[b"TMPDIR"] = directory = os.getcwdb()
    sys.path[-1] = os.fsdecode(directory)

    # tracebacks show these lines, whatever the code does to its main.py
    lines = io.StringIO(code, newline=None).readlines()
    linecache.cache[FILE_NAME] = (len(code), None, lines, FILE_NAME)

    # the order is Python's, which dir() and vars() show
    sys.modules["__main__"] = main = types.ModuleType("__main__")
    file = os.path.join(sys.path[-1], FILE_NAME)
    main.__loader__ = importlib.machinery.SourceFileLoader("__main__", file)
    if _HAS_ANNOTATIONS:
        main.__annotations__ = {}
    main.__builtins__ = builtins
    main.__file__ = file
    main.__cached__ = None
    _main[:] = [main]
    return main.__dict__


_HAS_ANNOTATIONS = "__annotations__" in sys.modules["__main__"].__dict__

_main = []               # the module, until finish()


def finish():
    """Do what Py_FinalizeEx() does for the code, in its order: wait for
    threads, run atexit functions, collect, let go of __main__, flush."""
    steps = [gc.collect, _drop_main, _flush]
    if _exit_work() != _at_rest:
        steps[:0] = [threading._shutdown, _pyexec_figures.finish,
                     atexit._run_exitfuncs]

    for step in steps:
        try:
            step()
        except BaseException as exc:
            _complain(exc)


def _abandon():
    """Do the same while the code has a function that does not return."""
    namespace = vars(_main[-1])
    finish()
    _clear(namespace)
    gc.collect()


def _exit_work():
    """Count what may need work at exit.

    If the counts are those of the zygote, the code has started no thread,
    registered nothing and imported nothing: these steps are left out.
    """
    return (atexit._ncallbacks(), *map(len, _WATCHED))


# Python 3.13 has no _shutdown_locks: threading._shutdown() waits in C for
# threads that are no longer in _active and only free their own data.

_WATCHED = (sys.modules, threading._active,
            getattr(threading, "_shutdown_locks", ()),
            threading._threading_atexits, logging._handlerList,
            weakref.finalize._registry)

_at_rest = None          # _exit_work() of a zygote without other modules


def _complain(exc):
    try:
        _pyexec_report.print_exception(exc)
    except BaseException:
        pass    # standard error may be closed


def _drop_main():
    """Finalize what the code has left: open files are flushed and closed.

    What only __main__ refers to is finalized while its names are there.  If
    something else has the module, it is cleared: names with one underscore go
    first, as in CPython's module clearing.
    """
    main = weakref.ref(_main.pop())
    sys.modules.pop("__main__", None)
    gc.collect()

    if main() is not None:
        _clear(main().__dict__)
        gc.collect()


def _clear(namespace):
    names = [name for name in namespace if name != "__builtins__"]

    for private in (True, False):
        for name in names:
            if _is_private(name) == private:
                namespace[name] = None


def _is_private(name):
    name = str(name)
    return name.startswith("_") and not name.startswith("__")


def _flush():
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not getattr(stream, "closed", False):
            stream.flush()
