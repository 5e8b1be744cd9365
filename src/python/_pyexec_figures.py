"""Makes plt.show() save figures to files, since there is no screen.

Code written for a screen calls show(), or nothing at all, instead of
savefig().  A figure that was shown is saved when its window would close: at
the end of a blocking show(), at close(), at the end of the code.  The files
are figure-1.png, figure-2.png and so on, in the current directory.  A figure
that savefig() has written, and that has not changed since, is not saved again.

Without a screen, plain Python's show() leaves figures open: as long as there is
no new one, savefig() and gcf() have that which was shown last, and a savefig()
of it takes the place of its figure-1.png.
"""

import functools
import importlib.machinery
import io
import os
import sys
import weakref

# matplotlib's warnings name the line that called it, and skip its own frames.
# Up to Python 3.11 it knows these by the module's name: ours has to match.

__name__ = "matplotlib._pyexec_figures"

_PYPLOT = "matplotlib.pyplot"

# what code for a window or a notebook asks for; the registry of backends, since
# matplotlib 3.9, would import those that are installed

_SCREENS = ("gtk", "qt", "tk", "wx", "macosx", "osx", "webagg", "nbagg",
            "notebook", "widget", "inline", "ipympl", "module://ipympl",
            "module://matplotlib_inline", "module://ipykernel")

MAX_PICTURE = 1 << 20    # bytes

_shown = weakref.WeakSet()     # figures to be saved when they are closed
_failed = weakref.WeakSet()    # figures whose savefig() has raised an error
_written = weakref.WeakSet()   # figures unchanged since a savefig()
_saved = False                 # True once any figure was saved
_ours = weakref.WeakKeyDictionary()    # figure: its figure-1.png, ..
_last = None                   # the manager of the figure show() closed last
_cache = None                  # matplotlib's cache directory, if made here


def install():
    """Patch pyplot, now or when it is imported.  To be called once."""
    if "matplotlib" in sys.modules:
        _patch_backend(sys.modules["matplotlib"], "use")
        _patch_cache(sys.modules["matplotlib"])
    if _PYPLOT in sys.modules:
        _patch(sys.modules[_PYPLOT])
    else:
        sys.meta_path.insert(0, _Finder)


def finish():
    """Close all open figures; save them all if none was saved before."""
    pyplot = sys.modules.get(_PYPLOT)
    try:
        if pyplot is not None:
            if not _saved:
                _shown.update(_open_figures())
            _close_all(pyplot)
    finally:
        if _cache is not None:
            _cache.cleanup()


def _load_matplotlib(execute, module):
    """Import matplotlib with a directory for its font cache.

    Without one it warns, or leaves files in HOME, which is the run's directory.
    """
    if "MPLCONFIGDIR" not in os.environ:
        os.environ["MPLCONFIGDIR"] = _cache_directory()
    execute(module)
    _patch_backend(module, "use")


def _cache_directory():
    global _cache
    if _cache is None:
        import tempfile
        _cache = tempfile.TemporaryDirectory(prefix=".matplotlib-",
                                             dir=os.environ["TMPDIR"],
                                             ignore_cleanup_errors=True)
    return _cache.name


def _patch_cache(module):
    """Let a run have such a directory, made when it is asked for, instead of
    that which matplotlib was preloaded with."""
    module.get_cachedir = module.get_configdir = _cache_directory

    # Path or, before matplotlib 3.8, str
    for name in "_cache_dir", "_texcache":
        manager = module.texmanager.TexManager
        if hasattr(manager, name):
            setattr(manager, name, _TexCache(type(getattr(manager, name))))


class _TexCache:
    def __init__(self, kind):
        self._kind = kind

    def __get__(self, instance, owner):
        return self._kind(os.path.join(_cache_directory(), "tex.cache"))


def _load_pyplot(execute, module):
    execute(module)
    _patch(module)


_LOADERS = {"matplotlib": _load_matplotlib, _PYPLOT: _load_pyplot}


class _Finder:
    """Finds matplotlib and pyplot as usual, but loads them with _LOADERS."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in _LOADERS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = functools.partial(
                _LOADERS[name], spec.loader.exec_module)
        return spec


def _patch_backend(module, name):
    """Let a function that selects a backend take Agg for those of screens."""
    function = getattr(module, name)

    @functools.wraps(function)
    def select(backend, *args, **named):
        if isinstance(backend, str) and backend.lower().startswith(_SCREENS):
            backend = "agg"
        return function(backend, *args, **named)

    setattr(module, name, select)


def _patch(pyplot):
    from matplotlib.backend_bases import FigureManagerBase
    from matplotlib._pylab_helpers import Gcf
    from matplotlib.figure import Figure

    _patch_backend(pyplot, "switch_backend")

    savefig = Figure.savefig
    draw = Figure.draw
    destroy = FigureManagerBase.destroy
    gcf = pyplot.gcf

    @functools.wraps(savefig)
    def note_savefig(self, *args, **kwargs):
        global _saved
        try:
            savefig(self, *args, **kwargs)
        except BaseException:
            _failed.add(self)
            raise
        _saved = True
        _note_written(self)
        _replace(self)

    @functools.wraps(draw)
    def note_draw(self, renderer):
        # drawing may move things for the layout; the code changed nothing
        written = self in _written
        draw(self, renderer)
        if written:
            _note_written(self)

    def show_figure(self):
        _shown.add(self.canvas.figure)

    def save_and_destroy(self):
        _save(self.canvas.figure)
        destroy(self)

    @functools.wraps(pyplot.savefig)
    def save_current(*args, **kwargs):
        # pyplot's own draws the figure a second time, for a window
        closed = _last is not None and not pyplot.get_fignums()
        figure = _last.canvas.figure if closed else gcf()
        return figure.savefig(*args, **kwargs)

    @functools.wraps(gcf)
    def current():
        if (_last is not None and not pyplot.get_fignums()
                and sys._getframe(1).f_globals is not pyplot.__dict__):
            _last.canvas.figure.set_canvas(_last.canvas)
            Gcf.set_active(_last)
        return gcf()

    def show(*args, block=None, **kwargs):
        global _last
        _shown.update(_open_figures())
        if block or (block is None and not pyplot.isinteractive()):
            _last = Gcf.get_active() or _last
            _close_all(pyplot)

    for function in (note_savefig, note_draw, show_figure, save_and_destroy,
                     save_current, current, show, _close_all, _save, finish):
        _disguise(function, os.path.dirname(pyplot.__file__))

    Figure.savefig = note_savefig
    Figure.draw = note_draw
    FigureManagerBase.show = show_figure
    FigureManagerBase.destroy = save_and_destroy
    pyplot.savefig = save_current
    pyplot.gcf = current
    pyplot.show = show


def _disguise(function, directory):
    """From Python 3.12 on, it skips the frames of files in its directory."""
    function.__code__ = function.__code__.replace(
        co_filename=os.path.join(directory, "_pyexec_figures.py"))


def _open_figures():
    from matplotlib._pylab_helpers import Gcf
    return [manager.canvas.figure for manager in Gcf.get_all_fig_managers()]


def _close_all(pyplot):
    # by number: close("all") closes in the order of their last use
    for number in pyplot.get_fignums():
        pyplot.close(number)


def _note_written(figure):
    """Note that figure is in a file, until its stale_callback is called."""
    if figure in _written:
        return
    _written.add(figure)
    tell = figure.stale_callback

    def changed(artist, stale):
        _written.discard(figure)
        figure.stale_callback = tell
        if tell is not None:
            tell(artist, stale)

    figure.stale_callback = changed


def _save(figure):
    if figure not in _shown:
        return
    _shown.discard(figure)

    if figure not in _written:
        name = _free_name("png")
        known = figure in _failed
        try:
            figure.savefig(name)
        except Exception:
            if not known:
                raise
        else:
            _ours[figure] = name, _stamp(name)


def _free_name(end):
    number = 1
    while os.path.lexists("figure-%d.%s" % (number, end)):
        number += 1
    return os.path.abspath("figure-%d.%s" % (number, end))


def _replace(figure):
    """Remove what show() has saved of figure, unless that was written to."""
    name, stamp = _ours.pop(figure, (None, None))
    if name is not None and _stamp(name) == stamp:
        os.remove(name)


def _stamp(name):
    try:
        status = os.stat(name)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def save_plotly(module):
    """Let plotly's show() save figure-1.html, ..: there is no browser."""
    @functools.wraps(module.show)
    def show(fig, renderer=None, validate=True, *, config=None, **kwargs):
        from plotly.io import write_html
        write_html(fig, _free_name("html"), config=config, validate=validate)

    module.show = show


def picture(figure, side):
    """Return a figure as PNG of side pixels at most; it counts as shown."""
    written = figure in _written
    dpi = min(figure.dpi, side / max(figure.get_size_inches()))
    while True:
        buffer = io.BytesIO()
        figure.canvas.print_figure(buffer, format="png", dpi=dpi)
        if buffer.tell() <= MAX_PICTURE:
            break
        dpi *= 0.75
    if written:
        _note_written(figure)
    _shown.add(figure)
    return buffer.getvalue()
