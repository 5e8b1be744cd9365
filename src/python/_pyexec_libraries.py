"""Lets threadpoolctl, and so scikit-learn, find the loaded shared libraries.

Its own ways do not work in a run: it reads /proc, which is not there or not
readable, or calls dl_iterate_phdr() with a Python callback, for which ctypes
needs memory that is both writable and executable, and seccomp refuses that.
Here it reads the dynamic linker's own list, dlinfo(3).
"""

import importlib.util
import sys

RTLD_DI_LINKMAP = 2      # of dlfcn.h


def install():
    sys.meta_path.insert(0, _Finder)


class _Finder:
    """Patches threadpoolctl when it is imported."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "threadpoolctl":
            return None

        sys.meta_path.remove(cls)
        spec = importlib.util.find_spec(name)

        if spec is not None:
            load = spec.loader.exec_module
            spec.loader.exec_module = lambda module: (load(module),
                                                      _change(module))
        return spec


def _change(module):
    controller = getattr(module, "ThreadpoolController", None)
    for name in _WAYS:
        if hasattr(controller, name):
            setattr(controller, name, _find)


_WAYS = ("_find_libraries_with_linux", "_find_libraries_with_dl_iterate_phdr")


def _find(self):
    for path in _loaded():
        self._make_controller_from_path(path)


def _loaded():
    import ctypes

    class LinkMap(ctypes.Structure):
        """The first members of struct link_map, of glibc's link.h."""

    LinkMap._fields_ = [("addr", ctypes.c_void_p),
                        ("name", ctypes.c_char_p),
                        ("dynamic", ctypes.c_void_p),
                        ("next", ctypes.POINTER(LinkMap))]

    program = ctypes.CDLL(None)
    entry = ctypes.POINTER(LinkMap)()
    program.dlinfo(ctypes.c_void_p(program._handle), RTLD_DI_LINKMAP,
                   ctypes.byref(entry))

    while entry:
        if entry.contents.name:      # the program's own is empty
            yield entry.contents.name.decode()
        entry = entry.contents.next
