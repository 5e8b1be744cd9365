"""Changes to libraries that do not work in a run as they are.

Each is made when the library is imported.
"""

import functools
import importlib.machinery
import sys

RTLD_DI_LINKMAP = 2      # of dlfcn.h


def install():
    for name in _CHANGES.keys() & sys.modules.keys():
        _CHANGES[name](sys.modules[name])

    sys.meta_path.insert(0, _Finder)


class _Finder:
    """Changes the libraries of _CHANGES when they are imported."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        change = _CHANGES.get(name)
        if change is None:
            return None

        spec = importlib.machinery.PathFinder.find_spec(name, path, target)

        if spec is not None:
            load = spec.loader.exec_module
            spec.loader.exec_module = lambda module: (load(module),
                                                      change(module))
        return spec


def _shutil(module):
    """Let it copy files where their times and modes can't be set.

    Without namespaces that fails with EPERM, whatever the file.
    """
    for name in ("copymode", "copystat"):
        setattr(module, name, _tolerant(getattr(module, name)))


def _tolerant(function):
    @functools.wraps(function)
    def wrapper(*args, **named):
        try:
            function(*args, **named)
        except PermissionError:
            pass
    return wrapper


def _threadpoolctl(module):
    """Let it, and so scikit-learn, find the loaded shared libraries.

    It reads /proc, which is not there or not readable, or calls
    dl_iterate_phdr() with a Python callback, for which ctypes needs memory that
    is both writable and executable, and seccomp refuses that.  Here it reads
    the dynamic linker's own list, dlinfo(3).
    """
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


_CHANGES = {
    "shutil": _shutil,
    "threadpoolctl": _threadpoolctl,
}
