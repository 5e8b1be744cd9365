import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import zygote
import _pyexec_libraries
import _pyexec_report as report


def raised(code, **names):
    """The exception that code, as main.py, ends with."""
    try:
        exec(compile(code, "main.py", "exec"), names)
    except BaseException:
        _, exc, frames = sys.exc_info()
        return exc.with_traceback(frames.tb_next)


def describe(code, **names):
    return report.describe(raised(code, **names))


class Installed(unittest.TestCase):

    def test_what_libraries_have_brought(self):
        with tempfile.TemporaryDirectory(suffix="-packages") as directory:
            for name in ("zlibrary", "zlibrary.libs", "zpip-1.dist-info",
                         "_private", "pip"):
                os.mkdir(os.path.join(directory, name))
            for name in ("Alone.py", "fast.cpython-3.so", "README.txt",
                         "json.py"):
                open(os.path.join(directory, name), "w").close()
            with unittest.mock.patch("sys.path", ["/nowhere-packages", "",
                                                  directory]):
                self.assertEqual(_pyexec_libraries.installed(),
                                 ["Alone", "fast", "zlibrary"])


class AtFork(unittest.TestCase):

    CODE = """
import importlib, json, posix, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
sys.modules["_pyexec_startup"].preload("")
parent, ran = posix.getpid(), []
sys.setprofile(lambda frame, event, arg: event == "call"
               and posix.getpid() != parent
               and ran.append(frame.f_code.co_name))
pid = posix.fork()
sys.setprofile(None)
if pid == 0:
    posix.write(1, json.dumps(ran).encode())
    posix._exit(0)
posix.waitpid(pid, 0)
"""

    def test_nothing_runs_in_a_child_before_its_job(self):
        # the pool loads its modules in this order
        names = sorted(path.stem for path in zygote.SOURCES.glob("*.py"))
        result = subprocess.run(
            [zygote.PYTHON, "-I", "-c",
             "import sys; sys.path[:0] = %r\n" % zygote.PATHS
             + self.CODE, json.dumps(names)],
            stdout=subprocess.PIPE, check=True)
        self.assertEqual(json.loads(result.stdout), [])


class Describe(unittest.TestCase):

    def test_type_message_place(self):
        answer = describe("x = 1\ndef f():\n    1 / 0\nf()")
        self.assertEqual(answer[:4], ("ZeroDivisionError", "division by zero",
                                      "main.py", 3))
        self.assertEqual(answer[5:], ("", 0))

    def test_place_is_the_code_s_not_the_library_s(self):
        self.assertEqual(describe("import json\n\njson.loads('{')")[:1]
                         + describe("import json\n\njson.loads('{')")[2:4],
                         ("JSONDecodeError", "main.py", 3))

    def test_traceback_is_python_s(self):
        code = "exec(compile('import x_y_z', 'main.py', 'exec'))"
        result = subprocess.run([sys.executable, "-c", code],
                                stderr=subprocess.PIPE, text=True)
        # without the frame of exec(), which has its line from 3.13 on
        own = re.sub(r'  File "<string>".*\n(?:    .*\n)*', "", result.stderr)
        self.assertEqual(describe("import x_y_z")[4], own)

    def test_undefined_name(self):
        self.assertEqual(describe("np.zeros(2)")[5], "np")
        self.assertEqual(describe("def f():\n    x += 1\nf()")[5], "")
        self.assertEqual(describe("raise NameError('np')")[5], "")
        self.assertEqual(describe("{}['np']")[5], "")
        self.assertEqual(describe("import zzz_a.b")[5], "zzz_a")
        self.assertEqual(describe("import json.zzz_a")[5], "")

    def test_did_you_mean(self):
        for code, name in (("import math\nmath.sqr", "sqrt"),
                           ("first = 1\nfrist", "first")):
            with self.subTest(code):
                self.assertRegex(describe(code)[4],
                                 r"\. Did you mean: '%s'\?\n$" % name)

    def test_errno(self):
        self.assertEqual(describe("open('no/such')")[6], 2)
        self.assertEqual(describe("raise OSError('x')")[6], 0)
        self.assertEqual(describe("raise OSError(-1, 'x')")[6], 0)
        self.assertEqual(describe("raise OSError(1 << 70, 'x')")[6], 0)

    def test_syntax_error_at_run_time(self):
        self.assertEqual(describe("x = 1\ncompile('(', '', 'exec')")[2:4],
                         ("main.py", 2))

    def test_sizes(self):
        answer = describe("raise ValueError('x' * 10**6)")
        self.assertEqual(len(answer[1]), 20000)
        self.assertLessEqual(len(answer[4]), 20000)
        self.assertIn("  [...]\n", answer[4])
        self.assertTrue(answer[4].startswith("Traceback"))

    def test_recursion(self):
        answer = describe("def f(): f()\nf()")
        self.assertEqual(answer[:4:3], ("RecursionError", 1))
        self.assertIn("[Previous line repeated", answer[4])
        answer = describe("def f(): g()\ndef g(): f()\nf()")
        self.assertEqual(answer[0], "RecursionError")
        self.assertLessEqual(len(answer[4]), 20000)

    def test_causes_that_go_round(self):
        answer = describe("a, b = ValueError('a'), ValueError('b')\n"
                          "a.__cause__, b.__cause__ = b, a\nraise a")
        self.assertEqual(answer[:2], ("ValueError", "a"))
        self.assertIn("direct cause", answer[4])

    def test_system_exit_prints_no_traceback(self):
        self.assertEqual(describe("raise SystemExit(3)")[:5],
                         ("SystemExit", "3", "main.py", 1, ""))

    @unittest.skipIf(sys.version_info < (3, 11), "no exception groups")
    def test_groups(self):
        answer = describe("raise ExceptionGroup('g', [ValueError(1)])")
        self.assertEqual(answer[0], "ExceptionGroup")
        self.assertIn("ValueError: 1", answer[4])

    def test_hostile_exceptions(self):
        for code in (
            "class E(Exception):\n"
            "    def __str__(self): raise SystemExit\n"
            "raise E",
            "class S(str):\n"
            "    def __getitem__(self, i): return 1\n"
            "    __len__ = __str__ = __getitem__\n"
            "class E(Exception):\n"
            "    def __str__(self): return S('s')\n"
            "raise E",
            "class E(Exception):\n"
            "    __traceback__ = __cause__ = __context__ = 3\n"
            "raise E",
            "class M(type):\n"
            "    __name__ = property(lambda self: 1 / 0)\n"
            "class E(Exception, metaclass=M): pass\n"
            "raise E",
            "class E(OSError):\n"
            "    errno = property(lambda self: 1 / 0)\n"
            "raise E",
            "e = NameError()\ne.name = 3\nraise e",
            "e = SyntaxError()\ne.filename = 'main.py'\ne.lineno = []\nraise e",
        ):
            with self.subTest(code):
                answer = describe(code)
                self.assertEqual([type(item) for item in answer],
                                 [str, str, str, int, str, str, int])
                self.assertNotEqual(answer[0], "Exception")


class ExitCode(unittest.TestCase):

    def test_as_python_s(self):
        for code in ("raise SystemExit", "raise SystemExit(0)", "exit(3)",
                     "raise SystemExit('x')", "raise SystemExit(True)",
                     "raise SystemExit(-1)", "raise SystemExit(2.5)",
                     "1 / 0", "raise GeneratorExit"):
            with self.subTest(code):
                python = subprocess.run([sys.executable, "-c", code],
                                        stderr=subprocess.DEVNULL)
                self.assertEqual(report.exit_code(raised(code)),
                                 python.returncode)

    def test_a_failure_stays_one(self):
        for status in (256, -256, 1 << 70):
            with self.subTest(status):
                self.assertIn(report.exit_code(SystemExit(status)),
                              range(1, 256))

    def test_interrupted(self):
        self.assertEqual(report.exit_code(KeyboardInterrupt()), 130)


class Runs(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.zygote = zygote.Zygote([])
        cls.addClassCleanup(cls.zygote.close)

    def out(self, code):
        run = self.zygote.run(code)
        self.assertEqual((run.status, run.stderr), (0, ""))
        return run.stdout

    def test_chance_is_each_run_s_own(self):
        code = "import random\nprint(random.random())"
        self.assertNotEqual(self.out(code), self.out(code))

    def test_temporary_names_are_each_run_s_own(self):
        # they follow the process id, which all children of a pool share
        self.assertEqual(self.out("import tempfile\n"
                                  "print(tempfile._name_sequence)"), "None\n")

    def test_what_was_registered_is_run(self):
        for code in ("import atexit\natexit.register(print, 'bye')",
                     "import threading\n"
                     "threading.Timer(.01, print, ['bye']).start()",
                     "import weakref\nclass C: pass\nc = C()\n"
                     "weakref.finalize(c, print, 'bye')",
                     "import logging.handlers as h, logging, sys\n"
                     "sys.stderr = sys.stdout\n"
                     "m = h.MemoryHandler(9, target=logging.StreamHandler())\n"
                     "logging.getLogger().addHandler(m)\n"
                     "logging.warning('bye')"):
            with self.subTest(code):
                self.assertEqual(self.out(code), "bye\n")

    def test_main_is_a_module_as_any_script_s(self):
        self.assertEqual(self.out(
            "import os, pickle, sys\n"
            "class C: pass\n"
            "print(__name__, __file__ == os.path.abspath('main.py'), __doc__,"
            " sys.argv, sys.path[-1] == os.getcwd())\n"
            "print(type(pickle.loads(pickle.dumps(C()))) is C)\n"
            "print(sorted(n for n in globals() if n[0] != '_'))\n"),
            "__main__ True None ['main.py'] True\nTrue\n['C', 'os', 'pickle',"
            " 'sys']\n")

    def test_environment_and_temporary_files(self):
        self.assertEqual(self.out(
            "import os, tempfile\n"
            "cwd = os.getcwd()\n"
            "print(sorted(os.environ))\n"
            "print([os.environ[n] == cwd for n in ('HOME', 'TMPDIR')])\n"
            "print(os.path.dirname(tempfile.mkstemp()[1]) == cwd)\n"),
            "['ARROW_DEFAULT_MEMORY_POOL', 'HOME', 'JE_ARROW_MALLOC_CONF',"
            " 'JOBLIB_MULTIPROCESSING', 'LANG', 'LOKY_MAX_CPU_COUNT',"
            " 'MKL_NUM_THREADS', 'MPLBACKEND', 'NUMEXPR_MAX_THREADS',"
            " 'NUMEXPR_NUM_THREADS', 'OMP_NUM_THREADS',"
            " 'OPENBLAS_NUM_THREADS', 'PATH', 'PYTHONDONTWRITEBYTECODE',"
            " 'TMPDIR', 'USER']\n[True, True]\nTrue\n")

    def test_chance_differs(self):
        code = ("import random, uuid\n"
                "print(random.random())\nprint(uuid.uuid4())")
        one, two = self.out(code).split(), self.out(code).split()
        self.assertEqual((len(one), len(two)), (2, 2))
        self.assertFalse(set(one) & set(two))

    def test_traceback_shows_the_lines(self):
        run = self.zygote.run("import os\nos.remove('main.py')\n1 / 0\r\n",
                              files=["main.py"])
        self.assertEqual(run.status, 1)
        self.assertRegex(run.stderr,
                         r'\ATraceback \(most recent call last\):\n'
                         r'  File "main.py", line 3, in <module>\n'
                         r'    1 / 0\n(.*\n)?ZeroDivisionError: .*\n\Z')
        self.assertEqual(run.failed[4], run.stderr)

    def test_input_has_nothing_to_read(self):
        run = self.zygote.run("input('name? ')")
        self.assertEqual((run.stdout, run.failed[0]), ("name? ", "EOFError"))

    def test_exit_with_words(self):
        run = self.zygote.run("raise SystemExit('no')")
        self.assertEqual((run.status, run.stderr), (1, "no\n"))
        run = self.zygote.run("raise SystemExit(7)")
        self.assertEqual((run.status, run.stderr), (7, ""))

    def test_the_end_is_python_s(self):
        self.assertEqual(self.out(
            "import atexit, threading\n"
            "class D:\n"
            "    def __init__(self, name): self.name = name\n"
            "    def __del__(self): print('del', self.name)\n"
            "loop = D('loop'); loop.loop = loop\n"
            "last, _first = D('last'), D('first')\n"
            "atexit.register(print, 'atexit')\n"
            "go = threading.Event()\n"
            "threading.Thread(target=lambda: (go.wait(), print('thread')))"
            ".start()\n"
            "print('end')\n"
            "go.set()\n").split("\n"),
            ["end", "thread", "atexit", "del loop", "del last", "del first",
             ""])

    def test_open_files_are_written(self):
        run = self.zygote.run("f = open('a', 'w')\nf.write('x')\n"
                              "def g():\n"
                              "    h = open('b', 'w')\n    h.write('y')\n"
                              "    return lambda: (h, again)\n"
                              "again = g()\n"
                              "1 / 0")
        self.assertEqual(run.files, {"a": b"x", "b": b"y"})

    def test_the_end_goes_on_after_a_failure(self):
        run = self.zygote.run("import atexit, sys\n"
                              "f = open('a', 'w')\nf.write('x')\n"
                              "@atexit.register\n"
                              "def _(): raise ValueError('late')\n"
                              "class D:\n"
                              "    def __del__(self): raise KeyError('later')\n"
                              "d = D()\n")
        self.assertEqual(run.status, 0)
        self.assertIn("ValueError: late", run.stderr)
        self.assertIn("KeyError: 'later'", run.stderr)
        self.assertEqual(run.files, {"a": b"x"})

    def test_without_standard_streams(self):
        for code in ("sys.stdout = sys.stderr = None",
                     "sys.stdout.close(); sys.stderr.close()"):
            with self.subTest(code):
                run = self.zygote.run("import sys\nf = open('a', 'w')\n"
                                      "f.write('x')\n" + code + "\n1 / 0")
                self.assertEqual((run.status, run.files), (1, {"a": b"x"}))

    def test_a_spoilt_interpreter_still_says_what_ended_it(self):
        run = self.zygote.run("import traceback, builtins\n"
                              "traceback.TracebackException = None\n"
                              "traceback.walk_tb = None\n"
                              "1 / 0")
        self.assertEqual((run.status, run.failed[:2]),
                         (1, ["ZeroDivisionError", "division by zero"]))
        self.assertIn("ZeroDivisionError", run.stderr)

    def test_excepthook(self):
        run = self.zygote.run("import sys\n"
                              "sys.excepthook = lambda *a: print(a[0])\n"
                              "1 / 0")
        self.assertEqual((run.stdout, run.stderr),
                         ("<class 'ZeroDivisionError'>\n", ""))

    def test_warnings_are_as_python_s(self):
        run = self.zygote.run("import warnings\nwarnings.warn('careful')\n")
        self.assertTrue(re.match(r"main.py:2: UserWarning: careful\n",
                                 run.stderr))


class Preload(unittest.TestCase):

    def preload(self, names, before=""):
        return subprocess.run(
            [zygote.PYTHON, "-I", "-u", "-c",
             "import sys\nsys.path[:0] = %r\n%s\n"
             "import _pyexec_startup\n"
             "print(_pyexec_startup.preload(%r))"
             % (zygote.PATHS, before, names)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_streams_that_could_seek_do_not(self):
        code = ("import sys\nsys.path[:0] = %r\n"
                "import _pyexec_startup\n_pyexec_startup.preload(\"\")\n"
                "sys.exit(sys.stdout.seekable() or sys.stderr.seekable())"
                % zygote.PATHS)
        self.assertEqual(subprocess.run([zygote.PYTHON, "-I", "-u", "-c", code],
                                        stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL).returncode,
                         0)

    def test_what_is_asked_for(self):
        self.assertEqual(self.preload("wave,email.message").stdout,
                         "['wave', 'email.message']\n")

    def test_one_that_is_not_there(self):
        self.assertIn("ImportError: preload=no_such_module cannot be imported:"
                      " No module named 'no_such_module'\n",
                      self.preload("wave,no_such_module").stderr)

    def test_a_thread_is_refused(self):
        before = ("import threading\n"
                  "threading.Thread(target=threading.Event().wait, args=(%d,),"
                  " daemon=True).start()")
        self.assertIn("RuntimeError: a module that was imported runs 1 thread",
                      self.preload("", before % 60).stderr)
        self.assertRegex(self.preload("", before % 0).stdout,
                         r"^\[.*\]\n$")


if __name__ == "__main__":
    unittest.main()
