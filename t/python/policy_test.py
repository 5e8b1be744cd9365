import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../src/python"))

from _pyexec_policy import check  # noqa: E402


def verdict(code, policy=True, deny=(), allow=()):
    return check(code, policy, deny, allow)


class Policy(unittest.TestCase):
    def test_ok_compiles_what_was_checked(self):
        status, reasons, imports, violations, missing, code = verdict("x = 6 * 7")
        self.assertEqual((status, reasons, imports, violations, missing),
                         ("ok", [], [], [], []))
        namespace = {}
        exec(code, namespace)
        self.assertEqual(namespace["x"], 42)

    def test_places_that_hide_an_import(self):
        for code in ("def f():\n import os", "class A:\n  def f(self):\n   import os.path",
                     "if 0:\n import os", "try:\n import os\nexcept ImportError: pass",
                     "lambda: [x for x in ()]\nfrom os import path", "async def f():\n import os",
                     "match 1:\n case 1:\n  import os", "with x:\n  import json, os as o"):
            self.assertEqual(verdict(code)[0], "blocked", code)

    def test_no_import(self):
        for code in ("'import os'", "# import os", "x.os", "from . import os", "os = 1"):
            self.assertIn(verdict(code)[0], ("ok",), code)

    def test_deny_wins_over_allow(self):
        self.assertEqual(verdict("import os", allow=("os",))[0], "ok")
        self.assertEqual(verdict("import os", allow=("os",), deny=("os",))[0], "blocked")
        self.assertEqual(verdict("import math", deny=("math",))[1], ["Imports no permitidos: math"])

    def test_without_the_policy(self):
        self.assertEqual(verdict("import os\neval('1')", policy=False)[0], "ok")
        self.assertEqual(verdict("import no_such", policy=False)[0], "deps_missing")
        self.assertEqual(verdict("x =", policy=False)[0], "syntax_error")

    def test_missing(self):
        self.assertEqual(verdict("import no_b.x, no_a\nfrom no_a import y")[1:5],
                         (["Dependencias faltantes: no_a, no_b"], ["no_a", "no_b"], [], ["no_a", "no_b"]))
        for code in ("try:\n import no_a\nexcept (ValueError, ImportError): pass",
                     "try:\n import no_a\nexcept: pass",
                     "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n import no_a"):
            self.assertEqual(verdict(code)[0], "ok", code)
        for code in ("try:\n import no_a\nexcept ValueError: pass", "try:\n pass\nexcept ImportError:\n import no_a"):
            self.assertEqual(verdict(code)[0], "deps_missing", code)

    def test_syntax_errors(self):
        self.assertEqual(verdict("x = 1\n  y = 2")[1], ["unexpected indent (line 2:2)\n  y = 2"])
        self.assertEqual(verdict("break")[1], ["'break' outside loop (line 1:1)\nbreak"])
        for code in ("(" * 1000, "-" * 100000 + "1", "\0", "x = '\ud800", "lambda " * 5000, "a." * 50000 + "b",
                     "1+" * 50000 + "1"):
            self.assertIn(verdict(code)[0], ("syntax_error", "ok"), code[:10])

    def test_every_prefix_of_a_code_has_a_verdict(self):
        code = "import os\n@x(1)\ndef f(a, *, b: int = 3) -> 'é':\n\treturn f'{a!r:>{b}}' if a else [*b]\n"
        for i in range(len(code)):
            self.assertIn(verdict(code[:i])[0], ("ok", "syntax_error", "blocked", "deps_missing"))

    def test_is_quick(self):
        code = "import math\n" + "".join("x%d = math.sqrt(%d) + [%d][0]\n" % (i, i, i) for i in range(20))
        best = min(self.once(code) for _ in range(20))
        self.assertLess(best, 0.01)

    @staticmethod
    def once(code):
        start = time.perf_counter()
        verdict(code)
        return time.perf_counter() - start


if __name__ == "__main__":
    unittest.main()
