"""Changes to libraries that do not work in a run as they are.

Each is made when the library is imported, but for the functions that start
processes: those raise an error that says what to use instead.
"""

import atexit
import errno
import functools
import importlib
import importlib.machinery
import os
import sys
import threading
import types

import _pyexec_figures
import _pyexec_fonts

RTLD_DI_LINKMAP = 2      # of dlfcn.h


# by this message the runner knows the limit

NO_PROCESSES = ("a run has no processes: use threads, as of"
                " multiprocessing.pool.ThreadPool")

NO_CALLBACKS = ("a run can't make a callback from C to Python: no memory is"
                " both writable and executable")


# of the modules beside the standard library that installed() names

_TOOLS = frozenset("pip pkg_resources setuptools wheel".split())
MAX_NAMES = 4000         # characters


def installed():
    """Return the names of the top-level modules that libraries have brought.

    They are those of the directories that pip and Debian install to, without
    tools and without what begins with an underscore; as many as MAX_NAMES lets
    through.
    """
    names = set()

    for path in sys.path:
        if not path.endswith("-packages") or not os.path.isdir(path):
            continue
        for entry in os.scandir(path):
            name, _, end = entry.name.partition(".")
            if name.isidentifier() and not name.startswith("_") and (
                    entry.is_dir() if end == "" else
                    end.endswith(("py", "so"))):
                names.add(name)

    names -= sys.stdlib_module_names | _TOOLS
    found = sorted(names, key=str.lower)

    while len(" ".join(found)) > MAX_NAMES:
        found.pop()
    return found


def install():
    for name in "fork", "forkpty", "posix_spawn", "posix_spawnp", "system":
        setattr(os, name, _refuse)
    # those that are part of the interpreter: no finder is asked for them

    for name in _CHANGES.keys() & set(sys.builtin_module_names):
        importlib.import_module(name)

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


def _posixsubprocess(module):
    module.fork_exec = _refuse


def _refuse(*args, **named):
    raise PermissionError(errno.EPERM, NO_PROCESSES)


class _SemLock:
    """What _multiprocessing.SemLock is to the threads of one process.

    That makes a file in /dev/shm and links it.
    """

    SEM_VALUE_MAX = 2 ** 31 - 1
    RECURSIVE = 0

    def __init__(self, kind, value, maxvalue, name, unlink):
        self.kind, self.maxvalue = kind, maxvalue
        self.name, self.handle = None, 0
        self._changed = threading.Condition(threading.Lock())
        self._value, self._owner, self._taken = value, None, 0

    def acquire(self, block=True, timeout=None):
        with self._changed:
            if self.kind == self.RECURSIVE and self._is_mine():
                self._taken += 1
                return True
            if not self._changed.wait_for(lambda: self._value > 0,
                                          timeout if block else 0):
                return False
            self._value -= 1
            self._owner = threading.get_ident()
            self._taken += 1
            return True

    def release(self):
        with self._changed:
            if self.kind == self.RECURSIVE:
                if not self._is_mine():
                    raise AssertionError("attempt to release recursive lock"
                                         " not owned by thread")
                if self._taken > 1:
                    self._taken -= 1
                    return
            elif self._value >= self.maxvalue:
                raise ValueError("semaphore or lock released too many times")
            self._value += 1
            self._taken -= 1
            self._changed.notify()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *exc):
        self.release()

    def _is_mine(self):
        return self._taken > 0 and self._owner == threading.get_ident()

    def _count(self):
        return self._taken

    def _get_value(self):
        return self._value

    def _is_zero(self):
        return self._value == 0

    def _after_fork(self):
        self._taken = 0


def _synchronize(module):
    module._multiprocessing.SemLock = _SemLock


def _heap(module):
    """Make shared memory in TMPDIR: there is no /dev/shm."""
    module.Arena._dir_candidates = []


def _posixshmem(module):
    """Make shared memory by a name in TMPDIR, too."""
    def path(name):
        return os.path.join(os.environ.get("TMPDIR", "."), name.lstrip("/"))

    def shm_open(path_, flags, mode=0o777):
        return os.open(path(path_), flags | os.O_NOFOLLOW, mode)

    module.shm_open = shm_open
    module.shm_unlink = lambda path_: os.unlink(path(path_))


def _resource_tracker(module):
    """Remove at exit what code leaves, as the tracker's process would."""
    left = {}

    def remove():
        for name, kind in left:
            try:
                module._CLEANUP_FUNCS[kind](name)
            except OSError:
                pass
        left.clear()

    def _send(self, cmd, name, rtype):
        if cmd == "REGISTER":
            left[name, rtype] = True
        else:
            left.pop((name, rtype), None)

    module.ResourceTracker._send = _send
    atexit.register(remove)    # before the code's own: that is called later


def _ctypes(module):
    """Say why a callback can't be made: for C it is a want of memory."""
    base = module._CFuncPtr

    class CFuncPtr(base):
        _flags_ = module._FUNCFLAG_CDECL

        def __new__(cls, *args, **named):
            try:
                return base.__new__(cls, *args, **named)
            except MemoryError:
                if not args or not callable(args[0]):
                    raise
                raise PermissionError(errno.EPERM, NO_CALLBACKS) from None

    module._CFuncPtr = CFuncPtr


def _socket(module):
    """Know localhost, and no other name, at once and for good.

    Without a resolver's files glibc says EAI_AGAIN, and code tries again.
    """
    lookup = module._socket.getaddrinfo

    def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
        if host not in ("localhost", b"localhost"):
            return lookup(host, port, family, type, proto,
                          flags | module.AI_NUMERICHOST)
        return [entry for address, own in (("::1", module.AF_INET6),
                                           ("127.0.0.1", module.AF_INET))
                if family in (0, own)
                for entry in lookup(address, port, own, type, proto,
                                    flags | module.AI_NUMERICHOST)]

    def gethostbyname(name):
        return getaddrinfo(name, None, module.AF_INET)[0][4][0]

    module._socket.getaddrinfo = getaddrinfo
    module.gethostbyname = gethostbyname


def _base_events(module):
    """Say that a server can't have a socket: asyncio made one without."""
    create = module.BaseEventLoop.create_server

    @functools.wraps(create)
    async def create_server(self, *args, **named):
        if named.get("sock") is None:
            module.socket.socket().close()
        return await create(self, *args, **named)

    module.BaseEventLoop.create_server = create_server


def _glob(module):
    """Let "**" pass by the link "session" of the run's directory.

    It leads up to all runs, each with such a link: the files would have as many
    names as there are ways along 40 of them.
    """
    def rlistdir(directory, dir_fd, dironly, include_hidden=False):
        for name in module._listdir(directory, dir_fd, dironly):
            if not include_hidden and module._ishidden(name):
                continue
            yield name
            path = module._join(directory, name)
            if os.path.basename(path) not in ("session", b"session") \
                    or not os.path.islink(path):
                for below in rlistdir(path, dir_fd, dironly, include_hidden):
                    yield module._join(name, below)

    module._rlistdir = rlistdir


def _pwd(module):
    """Know the user of runs: there is no /etc/passwd."""
    getpwuid, getpwnam = module.getpwuid, module.getpwnam

    def user():
        return module.struct_passwd(("nobody", "x", os.getuid(), os.getgid(),
                                     "nobody", os.environ.get("HOME", "/"),
                                     "/usr/sbin/nologin"))

    module.getpwuid = lambda uid: user() if uid == os.getuid() \
        else getpwuid(uid)
    module.getpwnam = lambda name: user() if name == "nobody" \
        else getpwnam(name)


def _shutil(module):
    """Let it copy files where their times and modes can't be set.

    Without namespaces that fails with EPERM, whatever the file.
    """
    for name in ("copymode", "copystat"):
        setattr(module, name, _tolerant(getattr(module, name)))


def _xlsxwriter(module):
    """Let it pack its parts with the times that they have, likewise."""
    module.os = types.SimpleNamespace(**vars(os))
    module.os.utime = _tolerant(os.utime)


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
    "_posixshmem": _posixshmem,
    "_posixsubprocess": _posixsubprocess,
    "asyncio.base_events": _base_events,
    "ctypes": _ctypes,
    "glob": _glob,
    "matplotlib._mathtext": _pyexec_fonts.watch_formulas,
    "matplotlib.font_manager": _pyexec_fonts.add_directory,
    "matplotlib.text": _pyexec_fonts.watch_texts,
    "multiprocessing.heap": _heap,
    "multiprocessing.resource_tracker": _resource_tracker,
    "multiprocessing.synchronize": _synchronize,
    "plotly.io._renderers": _pyexec_figures.save_plotly,
    "pwd": _pwd,
    "shutil": _shutil,
    "socket": _socket,
    "threadpoolctl": _threadpoolctl,
    "xlsxwriter.workbook": _xlsxwriter,
}
