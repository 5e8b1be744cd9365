"""What C calls when code ends with an exception: describe() for the run's
result, print_exception() and exit_code() as Python's own.
"""

import contextlib
import io
import os
import re
import sys
import traceback

import _pyexec_policy

FILE_NAME = "main.py"
MAX_TEXT = 20000         # characters of a message or a traceback
MAX_FRAMES = 1000        # of a traceback, Python's own limit


def describe(exc):
    """Return (type, message, file, line, traceback, undefined, errno).

    file is "" and line 0 if the traceback has no line of the code; undefined
    is the name that a NameError is about, the root of the module that is not
    to be found, or ""; errno an OSError's, or 0.
    The traceback is what Python prints, cut in its middle to MAX_TEXT.  Never
    raises, whatever the code has done to the exception or the interpreter.
    """
    kind, message, file, line, raw, undefined, errno = ("Exception", "", "",
                                                        0, "", "", 0)
    try:
        kind = _plain(_type_name(type(exc)))
        message = _message(exc)
        file, line = _location(exc)
        undefined = _undefined(exc)
        errno = _errno(exc)
        _explain(exc)
        raw = _cut(_format(exc))
    except BaseException:
        pass
    return kind, message, file, line, raw, undefined, errno


# the type's own functions: a metaclass or a subclass of str may have others

_type_name = type.__dict__["__name__"].__get__
_plain = str.__str__


def _message(exc):
    try:
        return _plain(str(exc))[:MAX_TEXT]
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


def _undefined(exc):
    # an UnboundLocalError is about a local variable: no import would help
    if isinstance(exc, NameError) and not isinstance(exc, UnboundLocalError):
        return _plain(getattr(exc, "name", None) or "")
    if isinstance(exc, ModuleNotFoundError):
        root = _plain(exc.name or "").partition(".")[0]
        return "" if not root or _pyexec_policy.is_there(root) else root
    return ""


def _errno(exc):
    if isinstance(exc, OSError) and isinstance(exc.errno, int):
        return exc.errno if 0 < exc.errno < 4096 else 0
    return 0


def _explain(exc):
    """Add a note to the error of a file in the session that is closed to the
    user of runs: without one it looks like a wall."""
    try:
        if not isinstance(exc, PermissionError):
            return
        path = os.path.realpath(os.fsencode(exc.filename))
        session = os.path.dirname(os.path.dirname(os.environb[b"HOME"]))
        if path.startswith(session + b"/") and _is_closed(path):
            exc.add_note("The file's mode does not let the user of runs read "
                         "it: whoever stores it in the session must allow "
                         "that, for others, a group, or by an ACL.")
    except Exception:
        pass


def _is_closed(path):
    try:
        os.stat(path)
    except PermissionError:
        return True
    return not os.access(path, os.R_OK)


def _format(exc):
    if isinstance(exc, SystemExit):
        return ""
    limit = min(getattr(sys, "tracebacklimit", MAX_FRAMES), MAX_FRAMES)
    formatted = traceback.TracebackException(type(exc), exc, exc.__traceback__,
                                             limit=-limit)
    if limit <= 0:
        return "".join(formatted.format_exception_only())
    _hide_ours(formatted)
    if sys.version_info < (3, 12) and isinstance(exc, (NameError,
                                                       AttributeError)):
        formatted._str += _suggestion(exc)
    return "".join(formatted.format())


def _suggestion(exc):
    """Return ". Did you mean: 'sqrt'?" or "": before 3.12, only C knows it."""
    printed = io.StringIO()
    with contextlib.redirect_stderr(printed):
        sys.__excepthook__(type(exc), exc, exc.__traceback__)
    found = re.findall(r"(\. Did you mean: '\w+'\?)$", printed.getvalue(), re.M)
    return found[-1] if found and found[-1] not in str(exc) else ""


def _hide_ours(formatted):
    """Remove the frames of our own modules, as those between show() and the
    savefig() that it leads to."""
    todo = [formatted]

    while todo:
        one = todo.pop()
        one.stack[:] = [frame for frame in one.stack
                        if not _OURS.search(frame.filename)]
        todo += getattr(one, "exceptions", None) or ()
        todo += filter(None, (one.__cause__, one.__context__))


_OURS = re.compile(r"(^<|/)_pyexec_\w+(>|\.py)$")


def _cut(text):
    """Cut a text in its middle: the ends of a traceback say more."""
    if len(text) <= MAX_TEXT:
        return text
    middle = "\n  [...]\n"
    half = (MAX_TEXT - len(middle)) // 2
    return text[:half] + middle + text[-half:]


def print_exception(exc):
    """Print an uncaught exception to standard error, as Python does."""
    if isinstance(exc, SystemExit):
        if exc.code is not None and not isinstance(exc.code, int):
            print(exc.code, file=sys.stderr)
        return

    if sys.excepthook is not sys.__excepthook__:
        try:
            sys.excepthook(type(exc), exc, exc.__traceback__)
            return
        except Exception as error:
            error.__traceback__ = error.__traceback__.tb_next
            sys.stderr.write("Error in sys.excepthook:\n%s\n"
                             "Original exception was:\n" % _format(error))
    try:
        text = _format(exc)
    except BaseException:
        sys.__excepthook__(type(exc), exc, exc.__traceback__)
    else:
        sys.stderr.write(text)


def exit_code(exc):
    """Return the status that Python would exit with, 1 to 255 for a failure."""
    if isinstance(exc, KeyboardInterrupt):
        return 130
    if not isinstance(exc, SystemExit):
        return 1
    if exc.code is None:
        return 0
    if not isinstance(exc.code, int):
        return 1
    if exc.code == 0:
        return 0
    # the kernel keeps eight bits of the status: 256 must not become a success
    return exc.code & 0xff or 1
