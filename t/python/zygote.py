"""Runs code as the pool does: in forks of an interpreter that is warm.

PYEXEC_TEST_PYTHON names the interpreter; the default is this one.
"""

import collections
import gc
import json
import os
import pathlib
import posix
import subprocess
import sys
import tempfile

PYTHON = os.environ.get("PYEXEC_TEST_PYTHON") or sys.executable
SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src/python"

# said where that takes more than five seconds: the machine is busy

SLOW = "Matplotlib is building the font cache; this may take a moment.\n"

# where the pool's modules are, and stand-ins for those in C

PATHS = [str(SOURCES), os.path.dirname(os.path.abspath(__file__))]

sys.path[:0] = PATHS

Run = collections.namedtuple("Run", "status stdout stderr failed files")


def has(module):
    """Whether PYTHON can import module."""
    return subprocess.run([PYTHON, "-I", "-c", "import " + module],
                          stderr=subprocess.DEVNULL).returncode == 0


class Zygote:
    """names and the rest as preload() takes them; names may be a list."""

    def __init__(self, names, *rest):
        if names is not None and not isinstance(names, str):
            names = ",".join(names)
        self.process = subprocess.Popen(
            [PYTHON, "-I", "-u", "-X", "utf8", __file__,
             json.dumps([names, *rest])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.loaded = json.loads(self.process.stdout.readline())

    def close(self):
        self.process.communicate()

    def run(self, code, files=()):
        """Run code in a new directory, with empty files in it.

        The answer: exit status, output, what describe() says or None, and
        the contents by name of the files there are afterwards.
        """
        with tempfile.TemporaryDirectory() as top:
            top = pathlib.Path(top)
            directory = top / "run"
            directory.mkdir()
            for name in files:
                (directory / name).touch()

            self.process.stdin.write(json.dumps([code, str(top)]) + "\n")
            self.process.stdin.flush()
            status = json.loads(self.process.stdout.readline())

            failed = top / "failed"
            return Run(status, (top / "out").read_text(),
                       (top / "err").read_text().replace(SLOW, ""),
                       json.loads(failed.read_text()) if failed.exists()
                       else None,
                       {str(path.relative_to(directory)): path.read_bytes()
                        for path in directory.rglob("*") if path.is_file()})


def serve(arguments):
    import _pyexec_startup

    loaded = _pyexec_startup.preload(*arguments)
    gc.collect()
    gc.freeze()
    print(json.dumps(loaded))

    for line in sys.stdin:
        code, top = json.loads(line)
        pid = posix.fork()    # in os it is replaced
        if pid == 0:
            child(code, top)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def child(code, top):
    import _pyexec_report as report
    import _pyexec_startup as startup

    for number, path, flags in ((0, "/dev/null", os.O_RDONLY),
                                (1, top + "/out", os.O_WRONLY | os.O_CREAT),
                                (2, top + "/err", os.O_WRONLY | os.O_CREAT)):
        os.dup2(os.open(path, flags, 0o600), number)
    sys.stdin = open(0, closefd=False)
    os.chdir(top + "/run")

    startup.reseed()
    status = 0
    namespace = startup.begin(code)
    try:
        exec(compile(code, "main.py", "exec"), namespace)
    except BaseException as exc:
        exc = exc.with_traceback(exc.__traceback__.tb_next)
        with open(top + "/failed", "w") as out:
            json.dump(report.describe(exc), out)
        report.print_exception(exc)
        status = report.exit_code(exc)
    del namespace
    startup.finish()
    os._exit(status)


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]))
