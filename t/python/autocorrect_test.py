import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../src/python"))

from _pyexec_autocorrect import correct  # noqa: E402


class Autocorrect(unittest.TestCase):
    def test_methods(self):
        for name, method in (("np", "numpy"), ("pd", "pandas"), ("plt", "matplotlib"), ("sns", "seaborn"),
                             ("math", "math"), ("Counter", "collections"), ("numpy", "numpy"), ("Image", "PIL")):
            self.assertEqual(correct("x", name)[0], "heuristic_import_" + method)

    def test_unknown_names(self):
        self.assertIsNone(correct("x", "x"))
        self.assertIsNone(correct("x", ""))
        self.assertIsNone(correct("x", "__import__"))

    def test_places(self):
        line = "import numpy as np\n"
        for head, tail in (("", "np\n"), ('"""doc"""\n', "np"), ("# c\n", None),
                           ('"""a\nb"""\nfrom __future__ import annotations\n', "np\n"),
                           ("from __future__ import annotations\n\n", None)):
            if tail is None:
                continue
            self.assertEqual(correct(head + tail, "np")[1], head + line + tail)

    def test_the_rest_stays_as_it_is(self):
        code = "x = '\x0c\u2028'\r\ny = np\r\n\t# end"
        self.assertEqual(correct(code, "np")[1], "import numpy as np\r\n" + code)

    def test_what_it_returns_can_be_parsed(self):
        for code in ('"doc"; np', '"doc"', "from __future__ import annotations; np", "\n\nnp", "", "def f():\n  np"):
            answer = correct(code, "np")
            if answer is not None:
                compile(answer[1], "x", "exec")

    def test_no_second_import(self):
        self.assertIsNone(correct("import numpy as np\ndel np\nnp", "np"))

    def test_code_that_cannot_be_parsed(self):
        self.assertIsNone(correct("np(", "np"))


if __name__ == "__main__":
    unittest.main()
