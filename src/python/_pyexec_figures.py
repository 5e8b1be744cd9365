"""plt.show() where nobody looks: the figures become files.

Code that draws for a person calls show(), or nothing at all, where code that
is run here should have called savefig().
"""

import importlib.machinery
import os
import sys

_PYPLOT = "matplotlib.pyplot"

_saved = False           # did the code save a figure, or show() do it?
_number = 0              # of the last file


class _Finder:
    """Patches pyplot when it is imported, whoever does it."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != _PYPLOT:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module):
                execute(module)
                _patch(module)

            spec.loader.exec_module = exec_module
        return spec


def install():
    """Make show() save, now or as soon as pyplot is there."""
    if _PYPLOT in sys.modules:
        _patch(sys.modules[_PYPLOT])
    else:
        sys.meta_path.insert(0, _Finder)


def finish():
    """Save what was left open, if the code saved and showed nothing."""
    pyplot = sys.modules.get(_PYPLOT)
    if pyplot is not None and not _saved:
        _save(pyplot, pyplot.get_fignums())


def _patch(pyplot):
    from matplotlib.backend_bases import FigureCanvasBase
    from matplotlib.figure import Figure

    print_figure = FigureCanvasBase.print_figure

    def tracked(self, *args, **kwargs):
        global _saved
        result = print_figure(self, *args, **kwargs)
        _saved = True
        self.figure._pyexec_saved = True
        return result

    def show(*args, **kwargs):
        _save(pyplot, pyplot.get_fignums())

    def show_figure(self, warn=True):
        number = getattr(self, "number", None)
        if pyplot.fignum_exists(number):
            _save(pyplot, [number])

    FigureCanvasBase.print_figure = tracked
    Figure.show = show_figure
    pyplot.show = show


def _save(pyplot, numbers):
    """Save and close, as a window that was looked at is closed."""
    global _number, _saved

    for number in numbers:
        figure = pyplot.figure(number)

        # what savefig() wrote and nobody drew on since is a file already
        if not (getattr(figure, "_pyexec_saved", False) and not figure.stale):
            _number += 1
            while os.path.lexists("figure-%d.png" % _number):
                _number += 1
            figure.savefig("figure-%d.png" % _number)

        pyplot.close(figure)
        _saved = True
