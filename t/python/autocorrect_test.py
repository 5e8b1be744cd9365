import unittest

import zygote
from _pyexec_autocorrect import correct


class Names(unittest.TestCase):

    def test_what_is_imported(self):
        for code, name, method, statement in (
            ("np.zeros(2)", "np", "numpy", "import numpy as np"),
            ("pd.NA", "pd", "pandas", "import pandas as pd"),
            ("plt.show()", "plt", "matplotlib",
             "import matplotlib.pyplot as plt"),
            ("sns.set()", "sns", "seaborn", "import seaborn as sns"),
            ("sympy.pi", "sympy", "sympy", "import sympy"),
            ("math.pi", "math", "math", "import math"),
            ("x = json.dumps", "json", "json", "import json"),
            ("datetime.datetime.now()", "datetime", "datetime",
             "import datetime"),
            ("datetime.now()", "datetime", "datetime",
             "from datetime import datetime"),
            ("Counter('a')", "Counter", "collections",
             "from collections import Counter"),
            ("Path('x')", "Path", "pathlib", "from pathlib import Path"),
        ):
            with self.subTest(code):
                self.assertEqual(correct(code, name),
                                 ("heuristic_import_" + method,
                                  statement + "\n" + code))

    def test_a_name_that_nobody_knows(self):
        self.assertIsNone(correct("print(no_such_name)", "no_such_name"))

    def test_a_variable_is_no_module(self):
        for code, name in (("print(string)", "string"),
                           ("time + 1", "time"), ("copy.append(1)", "copy"),
                           ("array.append(1)", "array"),
                           ("string.digits\nstring.upper()", "string")):
            with self.subTest(code):
                self.assertIsNone(correct(code, name))

    def test_what_is_imported_is_not_imported_again(self):
        for code in ("import numpy as np\nnp.x", "np.x\nimport np",
                     "from x import y as np\nnp.x"):
            with self.subTest(code):
                self.assertIsNone(correct(code, "np"))

    def test_an_import_elsewhere_does_not_count(self):
        code = "def f():\n    import numpy as np\nnp.zeros(2)"
        self.assertEqual(correct(code, "np")[1],
                         "import numpy as np\n" + code)

    def test_code_that_is_no_code(self):
        for code in ("(", "np.\0", "'\ud800'", "(" * 1000, "", "# np",
                     "'np'"):
            with self.subTest(code):
                self.assertIsNone(correct(code, "np"))


class Places(unittest.TestCase):

    def place(self, code, name="np"):
        """The corrected code, where it can be seen to be right."""
        corrected = correct(code, name)[1]
        compile(corrected.lstrip("\ufeff"), "main.py", "exec")
        return corrected.replace("import numpy as np", "@")

    def test_before_the_first_statement(self):
        for before, after in (
            ("#!/bin/x\n# c\nnp\n", "#!/bin/x\n# c\n@\nnp\n"),
            ("'''doc\n'''\n\nnp", "'''doc\n'''\n\n@\nnp"),
            ("'doc'\nfrom __future__ import division\nnp",
             "'doc'\nfrom __future__ import division\n@\nnp"),
            ("@np.f\ndef f(): pass", "@\n@np.f\ndef f(): pass"),
            ("x = '''\nnp\n'''\nnp", "@\nx = '''\nnp\n'''\nnp"),
        ):
            with self.subTest(before):
                self.assertEqual(self.place(before), after)

    def test_in_a_line_of_several(self):
        for before, after in (
            ("'d'; np", "'d'; @; np"),
            ("'''\u00e9\n\u00e9'''; np; x\nnp",
             "'''\u00e9\n\u00e9'''; @; np; x\nnp"),
            ("from __future__ import division; np",
             "from __future__ import division; @; np"),
            ("'d'; \\\nnp", "'d'; \\\n@\nnp"),
        ):
            with self.subTest(before):
                self.assertEqual(self.place(before), after)

    def test_line_ends_and_marks_are_kept(self):
        for before, after in (
            ("x = 1\r\nnp\n", "@\r\nx = 1\r\nnp\n"),
            ("x = 1\rnp", "@\rx = 1\rnp"),
            ("\ufeffnp", "\ufeff@\nnp"),
            ("'d'\x0c\n\x0cnp\t", "'d'\x0c\n@\n\x0cnp\t"),
        ):
            with self.subTest(before):
                self.assertEqual(self.place(before), after)


if __name__ == "__main__":
    unittest.main()
