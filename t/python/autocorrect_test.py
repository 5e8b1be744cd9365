import time
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


class Wrapped(unittest.TestCase):

    def test_a_fence_around_the_whole(self):
        for code, inner in (
            ("```\nx\n```", "x\n"),
            ("\n \n```python\nx\ny\n```\n\n", "x\ny\n"),
            ("~~~py\nx\n~~~~", "x\n"),
            ("````Python3\r\nx\r\n````\r\n", "x\r\n"),
            ("```python title=\"a\"\rx\r```", "x\r"),
            ("\ufeff```\nx\n```", "\ufeffx\n"),
            ("  ```\n  if x:\n    y\n  ```", "if x:\n  y\n"),
            ("```\ns = '''\n```\n'''\n```", "s = '''\n```\n'''\n"),
            ("```\n```", ""),
        ):
            with self.subTest(code):
                self.assertEqual(correct(code, ""),
                                 ("heuristic_markdown_fence", inner))

    def test_a_fence_that_is_not(self):
        for code in ("text\n```\nx\n```", "```\nx\n```\ntext", "```\nx",
                     "```bash\nls\n```", "```\nx\n~~~",
                     "```\nx\n```\n\n```\ny\n```", "```", "``` ```"):
            with self.subTest(code):
                self.assertIsNone(correct(code, ""))

    def test_lines_with_matplotlib(self):
        for code, rest in (
            ("%matplotlib inline\nx\n", "x\n"),
            ("x\r\n\t%matplotlib notebook\r\ny", "x\r\ny"),
            ("%matplotlib\n%matplotlib inline", ""),
        ):
            with self.subTest(code):
                self.assertEqual(correct(code, ""), ("heuristic_magic", rest))

    def test_other_errors(self):
        for code in ("%%time\nx", "%matplotlibs\nx", "x = (\n%matplotlib\n",
                     "'''\n%matplotlib\n'''\nx =", "x = 1", "", "\0",
                     "(" * 1000):
            with self.subTest(code[:20]):
                self.assertIsNone(correct(code, ""))

    def test_that_it_takes_no_time(self):
        for code in ("\r\n" * 200000, "```\n" + "\n```\n" * 20000 + "x",
                     "```\n" + " " * 400000 + "x", "```" * 100000):
            begin = time.process_time()
            correct(code, "")
            self.assertLess(time.process_time() - begin, 5)


if __name__ == "__main__":
    unittest.main()
