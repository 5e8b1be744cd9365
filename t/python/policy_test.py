import contextlib
import io
import sys
import unittest
import warnings

import zygote
import _pyexec_policy as policy


def check(code, on=True, deny=(), allow=()):
    return policy.check(code, on, deny, allow)


def status(code, **kwargs):
    return check(code, **kwargs)[0]


def reasons(code, **kwargs):
    return check(code, **kwargs)[1]


class Imports(unittest.TestCase):

    def test_all_roots_are_found_wherever_they_stand(self):
        code = ("import os.path, json\n"
                "def f():\n"
                "    class C:\n"
                "        from collections.abc import Mapping\n"
                "try:\n    import math\nfinally:\n    pass\n"
                "lambda: __import__\n"
                "from . import sibling\n")
        self.assertEqual(check(code)[2],
                         ["collections", "json", "math", "os"])

    def test_a_name_that_is_no_builtin(self):
        self.assertEqual(status("from re import compile\ncompile('a')"), "ok")
        self.assertEqual(status("from builtins import eval\neval('1')"),
                         "blocked")

    def test_denied_by_default(self):
        for name in ("asyncio ctypes httpx importlib inspect multiprocessing"
                     " os pickle pty resource shlex shutil signal socket"
                     " subprocess sys tempfile threading urllib").split():
            for code in ("import %s", "from %s import x", "import %s.x as y"):
                with self.subTest(code % name):
                    self.assertEqual(reasons(code % name),
                                     ["Imports no permitidos: " + name])

    def test_places_that_hide_one(self):
        for code in ("class A:\n  async def f(self):\n    import os.path",
                     "if 0:\n import os", "with x:\n import json, os as o",
                     "try:\n import os\nexcept ImportError:\n pass",
                     "match 1:\n case 1:\n  import os"):
            with self.subTest(code):
                self.assertEqual(status(code), "blocked")

    def test_what_is_none(self):
        for code in ("'import os'", "# import os", "x.os", "os = 1",
                     "from . import os", "from .os import path"):
            with self.subTest(code):
                self.assertEqual(check(code)[:3], ("ok", [], []))

    def test_named_once_and_sorted(self):
        self.assertEqual(reasons("import socket\nimport os, json\nimport os"),
                         ["Imports no permitidos: os, socket"])

    def test_operators_deny_and_allow(self):
        self.assertEqual(status("import math", deny=("math",)), "blocked")
        self.assertEqual(status("import os", allow=("os",)), "ok")
        self.assertEqual(status("import sys", allow=("os",)), "blocked")

    def test_denied_and_allowed_is_denied(self):
        self.assertEqual(status("import os", deny=("os",), allow=("os",)),
                         "blocked")

    def test_without_policy_nothing_is_blocked(self):
        answer = check("import os\neval('1')\nopen('/etc/passwd')", on=False)
        self.assertEqual(answer[:5], ("ok", [], ["os"], [], []))


class Calls(unittest.TestCase):

    def test_denied_by_name(self):
        for name in ("eval", "exec", "compile", "__import__", "open_code"):
            with self.subTest(name):
                self.assertEqual(reasons("f(x=[%s('1')])" % name),
                                 ["Llamada no permitida: %s()" % name])

    def test_once_each_in_order_of_appearance(self):
        self.assertEqual(reasons("exec('1')\n@compile()\ndef f(): eval(1)\n"
                                 "exec('2')"),
                         ["Llamada no permitida: exec()",
                          "Llamada no permitida: compile()",
                          "Llamada no permitida: eval()"])

    def test_by_name_only(self):
        self.assertEqual(status("import re\nre.compile('x')\nf = eval"), "ok")

    def test_compatible_characters_make_the_same_name(self):
        self.assertEqual(status("\uff45val('1')"), "blocked")


class Lenient(unittest.TestCase):

    def test_refused(self):
        for name in ("ctypes", "pty", "socket", "subprocess"):
            self.assertEqual(reasons("import " + name, on=policy.LENIENT),
                             ["Imports no permitidos: " + name])
        for name in ("os.system", "os.popen", "os.execv", "os.spawnlp",
                     "os.fork", "os.forkpty", "os.kill", "os.killpg",
                     "os.setuid", "os.setresgid", "os.setgroups",
                     "shutil.chown", "sys.settrace", "sys.setprofile"):
            module, _, attribute = name.partition(".")
            for code in ("import %s\n%s()" % (module, name),
                         "import %s as x\nx.%s()" % (module, attribute)):
                with self.subTest(code):
                    self.assertEqual(reasons(code, on=policy.LENIENT),
                                     ["Llamada no permitida: %s()" % name])

    def test_place(self):
        self.assertEqual(check("import os.path\n\nx = os.system(1)",
                               on=policy.LENIENT)[3],
                         [("call", "os.system", 3, 5)])

    def test_free(self):
        for code in ("import os, sys, shutil, asyncio, threading\n"
                     "os.listdir('.')\nsys.exit()", "eval('1')\nexec('1')",
                     "open('/tmp/x')", "x.system()", "os = 1\nos.system"):
            with self.subTest(code):
                self.assertEqual(status(code, on=policy.LENIENT), "ok")

    def test_operators_deny_and_allow(self):
        self.assertEqual(status("import os", on=policy.LENIENT, deny=("os",)),
                         "blocked")
        self.assertEqual(status("import socket", on=policy.LENIENT,
                                allow=("socket",)), "ok")


class Paths(unittest.TestCase):

    def test_refused(self):
        for path in ("/etc/passwd", "~/x", "\\x", "../x", "a/../b", ".."):
            for code in ("open(%r)", "with open(file=%r, mode='w') as f: 1",
                         "open(b%r, 'rb')"):
                with self.subTest(code % path):
                    self.assertEqual(
                        reasons(code % path),
                        ["Ruta no permitida en open(): " + path])

    def test_not_refused(self):
        for code in ("open('x/y.csv')", "open(name)", "open()", "open(1)",
                     "x.open('/etc/passwd')", "open('x', '/')"):
            with self.subTest(code):
                self.assertEqual(status(code), "ok")


class Violations(unittest.TestCase):

    def test_rule_name_line_column_in_order(self):
        self.assertEqual(check("eval('1')\nif 1:\n    import os.path\n"
                               "open('/x')")[3],
                         [("call", "eval", 1, 1), ("import", "os", 3, 5),
                          ("open_path", "/x", 4, 1)])

    def test_columns_are_characters(self):
        self.assertEqual(check("\u00e9 = '\U0001f600'; eval(1)")[3],
                         [("call", "eval", 1, 10)])

    def test_lines_are_python_s(self):
        self.assertEqual(check("x = '\u2028'\x0c; y = 1\r\n\reval(1)")[3],
                         [("call", "eval", 3, 1)])


class Dependencies(unittest.TestCase):

    def test_missing(self):
        answer = check("import zzz_b.c\nfrom zzz_a import x\nimport json")
        self.assertEqual(answer[:2],
                         ("deps_missing",
                          ["Dependencias faltantes: zzz_a, zzz_b"]))
        self.assertEqual(answer[4], ["zzz_a", "zzz_b"])
        self.assertIsNone(answer[5])

    def test_missing_without_policy_too(self):
        self.assertEqual(status("import zzz_a", on=False), "deps_missing")

    def test_blocked_comes_first(self):
        self.assertEqual(reasons("import zzz_a, os"),
                         ["Imports no permitidos: os"])

    def test_nothing_is_imported_to_see(self):
        sys.modules.pop("this", None)
        self.assertEqual(status("import this"), "ok")
        self.assertNotIn("this", sys.modules)

    def test_one_that_is_not_certain_to_be_reached(self):
        for code in ("try:\n    import zzz_a\nexcept ValueError:\n    pass",
                     "def f():\n    import zzz_a",
                     "if False:\n    import zzz_a",
                     "import contextlib\nwith contextlib.suppress(ImportError):"
                     "\n    import zzz_a",
                     "import sys\nif sys.platform == 'win32':\n"
                     "    import zzz_a",
                     "import sys\nsys.modules['zzz_a'] = sys\nimport zzz_a",
                     "print(1)\nimport zzz_a", "import json.zzz_a"):
            with self.subTest(code):
                self.assertEqual(status(code, on=False), "ok")

    def test_one_after_docstring_and_imports(self):
        self.assertEqual(check("'a'\nimport json\nimport zzz_a\nf()")[4],
                         ["zzz_a"])


class Syntax(unittest.TestCase):

    def test_message_place_and_line(self):
        self.assertEqual(check("x = 1\ny = = 2\n")[:5],
                         ("syntax_error",
                          ["invalid syntax (line 2:5)\ny = = 2"],
                          [], [], []))

    def test_what_only_the_compiler_sees(self):
        self.assertEqual(reasons("x = 1\nreturn x"),
                         ["'return' outside function (line 2:1)\nreturn x"])
        for code in ("await x", "break", "nonlocal x", "def f(a, a): pass"):
            with self.subTest(code):
                self.assertEqual(status(code), "syntax_error")

    def test_whatever_the_code(self):
        for code in ("a\0b", "'\ud800'", "(" * 1000, "-" * 100000 + "1",
                     "+".join(["1"] * 50000), "x" + ".a" * 50000,
                     "1" * 5000, "'''a\n\n", "if x:\n\t1\n        2"):
            with self.subTest(code[:20]):
                answer = check(code)
                self.assertEqual(answer[0], "syntax_error")
                self.assertRegex(answer[1][0], r"(?s)^.+ \(line \d+:\d+\)\n")
                self.assertLess(len(answer[1][0]), 2000)

    def test_every_beginning_of_a_code(self):
        code = ("import os\n@x(1)\ndef f(a, *, b: int = 3) -> '\u00e9':\n"
                "\treturn f'{a!r:>{b}}' if a else [*b]\n")
        seen = {status(code[:end]) for end in range(len(code))}
        self.assertEqual(seen, {"ok", "blocked", "syntax_error",
                                "deps_missing"})

    def test_deep_code_that_is_right(self):
        self.assertEqual(status("x = " + "[" * 80 + "]" * 80), "ok")
        self.assertEqual(status("if x: pass\n" + "elif x: pass\n" * 300), "ok")

    def test_byte_order_mark_and_line_ends(self):
        for code in ("", "\ufeffx = 1", "\ufeff", "\x0cx = 1\r\ny = 2\r",
                     "if 1:\r\n\tx = 1\r\n\ty = 2"):
            with self.subTest(code):
                self.assertEqual(status(code), "ok")

    def test_a_cookie_means_nothing_in_text(self):
        self.assertEqual(status("# coding: utf-16\nx = '\u00e9'"), "ok")


class Language(unittest.TestCase):

    def test_reasons_in_english(self):
        for code, reason in (
            ("import os, socket", "Imports not permitted: os, socket"),
            ("eval('1')", "Call not permitted: eval()"),
            ("open('/x')", "Path not permitted in open(): /x"),
            ("import no_x, no_y", "Missing dependencies: no_x, no_y"),
        ):
            with self.subTest(code):
                answer = policy.check(code, True, (), (), 1)
                self.assertEqual(answer[1], [reason])

    def test_that_a_percent_sign_is_one(self):
        self.assertEqual(reasons("open('/%s')"),
                         ["Ruta no permitida en open(): /%s"])


class Answer(unittest.TestCase):

    def test_the_code_that_was_checked(self):
        answer = check("print(6 * 7)")
        self.assertEqual(answer[:5], ("ok", [], [], [], []))
        self.assertEqual(answer[5].co_filename, "main.py")
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(answer[5], {})
            value = eval(answer[6], {})
        self.assertEqual((out.getvalue(), value), ("42\n", None))

    def test_the_value_of_the_last_statement(self):
        for code, value in (
            ("import os\nx = 3\nx", 3),
            ("import os; 5", 5),
            ("'doc'", "doc"),
            ("'doc'\n__doc__", "doc"),
            ("from __future__ import annotations\n"
             "def f(x: y): pass\nf.__annotations__", {"x": "y"}),
            ("from __future__ import annotations\n"
             "(lambda: __import__)() and 1", 1),
        ):
            with self.subTest(code):
                answer = check(code, on=False)
                namespace = {}
                exec(answer[5], namespace)
                self.assertEqual(eval(answer[6], namespace), value)

    def test_other_statements_have_none(self):
        for code in "", "import os\nx = 3", "if 1:\n    5", "del x":
            with self.subTest(code):
                self.assertIsNone(check(code)[6])
        self.assertEqual(check("'doc'")[5].co_consts[0], "doc")

    @unittest.skipIf(sys.version_info < (3, 12), "no warning before 3.12")
    def test_a_warning_of_the_parser_is_said_once(self):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            check("import os\nx = '\\d'")
        self.assertEqual([(w.filename, w.lineno) for w in said],
                         [("main.py", 2)])


if __name__ == "__main__":
    unittest.main()
