"""Which shared libraries are loaded, for threadpoolctl: so for scikit-learn.

It looks in /proc, which is not there or not to be read, or has the C library
call a function of Python's: that takes memory which is both written and
executed, and there is none.  The dynamic linker has them in a list, too.
"""

import importlib.util
import sys

RTLD_DI_LINKMAP = 2      # of dlfcn.h


def install():
    sys.meta_path.insert(0, _Finder)


class _Finder:
    """Finds threadpoolctl where others do; what it loads looks elsewhere."""

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
        """How glibc's struct link_map begins."""

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
