"""Values as MIME bundles: that of the last statement, and display()'s.

A bundle goes to the runner as soon as it is made.  What an object's methods do
is limited to their own bundle: they may raise, return anything, or never end.
"""

import _signal
import builtins
import importlib.machinery
import io
import json
import os
import sys
import threading
import time
import types

import _pyexec_figures

MAX_TEXT = 20000         # characters
MAX_IMAGE = 1 << 20      # bytes
MAX_SIDE = 1568          # pixels
MAX_ROWS = 20            # of a table in Markdown, and as many columns
MAX_CELL = 200           # characters

RESULT, DISPLAY = 0, 1   # PYEXEC_BUNDLE_RESULT, ..

# C's: send(kind, list of the wire), left(), the seconds for one bundle

send = left = None
finish = None            # install()'s

_SIMPLE = (int, float, bool, complex, str, bytes, type(...))

_METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "image/jpeg": "_repr_jpeg_",
    "application/json": "_repr_json_",
}


class _TooLong(BaseException):
    pass


def show(value):
    """Send the value of the last statement.  Raises nothing."""
    try:
        send(RESULT, encode(bundle(value, last=True)))
    except BaseException:
        pass


def display(*objects, raw=False, **_):
    """Send a bundle for each object, as IPython's function of that name."""
    for one in objects:
        send(DISPLAY, encode(_checked(one) if raw else bundle(one)))


def encode(data):
    """Return a list of the wire: name and value of each member."""
    parts = [part.encode("utf-8", "backslashreplace")
             if isinstance(part, str) else part
             for item in data.items() for part in item]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def bundle(value, last=False):
    """Return {MIME type: text or bytes}.  Raises nothing."""
    try:
        if type(value) in _SIMPLE:
            return {"text/plain": _cut(repr(value))}
        with _Limit(last):
            return _bundle(value)
    except BaseException as exc:
        return {"text/plain": _failure(value, exc)}


def _bundle(value):
    kind = type(value)
    found = _ask(value, "_repr_mimebundle_")
    found = _checked(found) if isinstance(found, dict) else {}

    if _is(value, "matplotlib.figure", "Figure"):
        found["image/png"] = _pyexec_figures.picture(value, MAX_SIDE)

    for mime, method in _METHODS.items():
        if mime not in found and not (mime == "image/jpeg"
                                      and "image/png" in found):
            part = _ask(value, method)
            if part is not None:
                found.update(_checked({mime: part}))

    if "text/markdown" not in found and (_is(value, "pandas", "DataFrame")
                                         or _is(value, "pandas", "Series")):
        found["text/markdown"] = _cut(_table(value))

    if "text/plain" not in found:
        try:
            found["text/plain"] = _cut(_plain(repr(value)))
        except Exception as exc:
            found["text/plain"] = _failure(value, exc)

    left_out = found.pop("", None)
    if left_out:
        found["text/plain"] += "\n" + left_out
    return found


def _is(value, module, name):
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(value, kind)


def _ask(value, name):
    """Call a method of the value's type; None if there is none, or it fails."""
    method = getattr(type(value), name, None)
    if method is None:
        return None
    try:
        found = method(value)
    except Exception:
        return None
    # data and metadata
    return found[0] if isinstance(found, tuple) and found else found


def _checked(data):
    """Return what is of the right type; under "", what is said of the rest."""
    found, left_out = {}, []

    for mime, part in data.items():
        try:
            if mime == "application/json":
                found[mime] = _json(part)
            elif mime in ("image/png", "image/jpeg"):
                found[mime] = _shrink(_binary(part))
            elif mime == "text/plain" or mime in _METHODS:
                found[mime] = _cut(_plain(part))
        except Exception as exc:
            left_out.append("[%s was left out: %s]" % (mime, _plain(str(exc))))

    if left_out:
        found[""] = "\n".join(left_out)
    return found


_plain = str.__str__     # a subclass may have another one


def _cut(text):
    if len(text) <= MAX_TEXT:
        return text
    return "%s\n[... %d more characters]" % (text[:MAX_TEXT],
                                             len(text) - MAX_TEXT)


def _failure(value, exc):
    name = type.__dict__["__name__"].__get__
    why = ("took too long" if isinstance(exc, _TooLong)
           else "raised " + name(type(exc)))
    return "<%s object: its representation %s>" % (name(type(value)), why)


def _json(part):
    if isinstance(part, str):
        part = json.loads(part)
    text = json.dumps(part, ensure_ascii=False, allow_nan=False, default=str)
    if len(text) > MAX_TEXT:
        raise ValueError("it has %d characters" % len(text))
    return text


def _binary(part):
    if isinstance(part, str):
        import binascii
        return binascii.a2b_base64(part)
    return bytes.__getitem__(bytes(memoryview(part)), slice(None))


def _shrink(image):
    """Return a PNG or JPEG of MAX_SIDE pixels and MAX_IMAGE bytes at most."""
    if len(image) <= MAX_IMAGE and _side(image) <= MAX_SIDE:
        return image

    from PIL import Image as pillow

    picture = pillow.open(io.BytesIO(image))
    kind, side = picture.format, min(MAX_SIDE, max(picture.size))

    while side:
        smaller = picture.copy()
        smaller.thumbnail((side, side))
        buffer = io.BytesIO()
        smaller.save(buffer, kind)
        if buffer.tell() <= MAX_IMAGE:
            return buffer.getvalue()
        side = side * 3 // 4


def _side(image):
    """Return the longer side of a PNG; of others, more than any."""
    if image[:8] != b"\x89PNG\r\n\x1a\n":
        return MAX_SIDE + 1
    return max(int.from_bytes(image[16:20], "big"),
               int.from_bytes(image[20:24], "big"))


def _table(frame):
    """Return a DataFrame or Series in Markdown: its shape and its ends."""
    shape = "%d rows" % len(frame)
    if frame.ndim == 2:
        shape += " × %d columns" % frame.shape[1]
    else:
        frame = frame.to_frame()

    rows, columns = _ends(len(frame)), _ends(frame.shape[1])
    lines = [[""] + [c if c is None else frame.columns[c] for c in columns]]
    for row in rows:
        if row is None:
            lines.append([None] * (len(columns) + 1))
        else:
            lines.append([frame.index[row]] + [
                c if c is None else frame.iat[row, c] for c in columns])

    text = ["| " + " | ".join(map(_cell, line)) + " |" for line in lines]
    text.insert(1, "|" + " --- |" * len(lines[0]))
    return shape + "\n\n" + "\n".join(text)


def _ends(count):
    """Return the indexes to be shown; None stands for those between."""
    if count <= MAX_ROWS:
        return list(range(count))
    half = MAX_ROWS // 2
    return [*range(half), None, *range(count - half, count)]


def _cell(value):
    if value is None:
        return "…"
    text = " ".join(str(value).split())
    if len(text) > MAX_CELL:
        text = text[:MAX_CELL - 1] + "…"
    return text.replace("\\", "\\\\").replace("|", "\\|")


class _Limit:
    """Raises _TooLong when the time for a bundle is up, and again and again.

    If the last value's methods go on all the same, the code has ended but for
    them: the run is ended from within the signal handler.
    """

    def __init__(self, last):
        self.last = last
        self.strikes = 0
        self.armed = (threading.current_thread() is threading.main_thread()
                      and left is not None)

    def __enter__(self):
        if self.armed:
            self.start = time.monotonic()
            self.handler = _signal.signal(_signal.SIGALRM, self.strike)
            self.timer = _signal.setitimer(_signal.ITIMER_REAL, left(), 0.1)

    def __exit__(self, *_):
        if self.armed:
            self.armed = False
            self.restore()

    def restore(self):
        _signal.setitimer(_signal.ITIMER_REAL, 0)
        _signal.signal(_signal.SIGALRM, self.handler or _signal.SIG_DFL)
        delay, interval = self.timer
        if delay:
            delay -= time.monotonic() - self.start
            _signal.setitimer(_signal.ITIMER_REAL, max(delay, 1e-6), interval)

    def strike(self, *_):
        if not self.armed:
            return
        self.strikes += 1
        if self.last and self.strikes > 3:
            self.armed = False
            self.restore()
            send(RESULT, encode({"text/plain": "<its representation"
                                               " did not end>"}))
            finish()
            os._exit(0)
        raise _TooLong


class _Shown:
    """What IPython.display has: data that is shown as of a MIME type."""

    mime = "text/plain"

    def __init__(self, data=None, url=None, filename=None, **_):
        if data is None and filename is not None:
            with open(filename, "rb") as file:
                data = file.read()
        if data is None:
            raise ValueError("there is no network: give data, or filename=")
        self.data = data

    def _repr_mimebundle_(self, **_):
        data = self.data
        if isinstance(data, bytes) and not self.mime.startswith("image/p"):
            data = data.decode("utf-8", "replace")
        return {self.mime: data}

    def __repr__(self):
        return "<IPython.core.display.%s object>" % type(self).__name__


class Image(_Shown):
    mime = "image/png"

    def __init__(self, data=None, url=None, filename=None, **_):
        if isinstance(data, (str, os.PathLike)):
            data, filename = None, data
        super().__init__(data, url, filename)

    def _repr_mimebundle_(self, **_):
        data = bytes(self.data)
        if data.lstrip()[:4] in (b"<svg", b"<?xm"):
            return {"image/svg+xml": data.decode("utf-8", "replace")}
        if data[:2] == b"\xff\xd8":
            return {"image/jpeg": data}
        if data[:4] != b"\x89PNG":
            from PIL import Image as pillow
            buffer = io.BytesIO()
            pillow.open(io.BytesIO(data)).convert("RGBA").save(buffer, "PNG")
            data = buffer.getvalue()
        return {"image/png": data}


class Pretty(_Shown):
    pass


class HTML(_Shown):
    mime = "text/html"


class Markdown(_Shown):
    mime = "text/markdown"


class Latex(_Shown):
    mime = "text/latex"


class Math(Latex):
    def _repr_mimebundle_(self, **_):
        return {self.mime: "$\\displaystyle %s$" % self.data.strip("$")}


class SVG(_Shown):
    mime = "image/svg+xml"


class JSON(_Shown):
    mime = "application/json"


def clear_output(wait=False):
    """Does nothing: what was shown stays."""


class _Finder:
    """Finds IPython, where it is not installed, with display() and its like."""

    NAMES = ("IPython", "IPython.core", "IPython.core.display",
             "IPython.display")

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name not in cls.NAMES:
            return None
        return importlib.machinery.ModuleSpec(
            name, cls, is_package=not name.endswith("display"))

    @staticmethod
    def create_module(spec):
        return types.ModuleType(spec.name)

    @staticmethod
    def exec_module(module):
        names = (display, clear_output, Image, Pretty, HTML, Markdown, Latex,
                 Math, SVG, JSON)
        if module.__name__.endswith("display"):
            module.__dict__.update((one.__name__, one) for one in names)
        else:
            module.get_ipython = lambda: None
            module.version_info = (0, 0)


def install(end):
    """To be called once, before code runs; end() does what is done at exit."""
    global finish
    finish = end
    builtins.display = display
    sys.meta_path.append(_Finder)
