import unittest

import zygote

HAS_MATPLOTLIB = zygote.has("matplotlib.pyplot")

HEAD = "import matplotlib.pyplot as plt\n"

# code, and the files that it leaves

CASES = (
    ("shown figures are saved and closed",
     "plt.plot([1])\nplt.show()\nassert not plt.get_fignums()\n"
     "plt.plot([2])\nplt.show()",
     "figure-1.png figure-2.png"),
    ("all that are open, in the order of their numbers",
     "plt.figure(1, figsize=(1, 1))\nplt.figure(2, figsize=(2, 1))\n"
     "plt.figure(1)\nplt.show()\n"
     "assert plt.imread('figure-1.png').shape[:2] == (100, 100)\n",
     "figure-1.png figure-2.png"),
    ("figures left open are saved if nothing was",
     "plt.plot([1])\nplt.figure()",
     "figure-1.png figure-2.png"),
    ("also where the code fails later", "plt.plot([1])\n1 / 0",
     "figure-1.png"),
    ("but not if something was", "plt.plot([1])\nplt.savefig('a.png')\n"
     "plt.figure()", "a.png"),
    ("into memory is saved too",
     "import io\nplt.plot([1])\nplt.savefig(io.BytesIO())", ""),
    ("figures that were closed unseen are not",
     "plt.plot([1])\nplt.close()", ""),
    ("nor is a figure that is a file already",
     "plt.plot([1])\nplt.savefig('a.png')\nplt.show()\n"
     "assert not plt.get_fignums()", "a.png"),
    ("whatever its layout",
     "plt.figure(layout='constrained')\nplt.plot([1])\nplt.title('x')\n"
     "plt.savefig('a.png')\nplt.show()", "a.png"),
    ("its transparency or frame",
     "f, a = plt.subplots()\na.plot([1])\n"
     "f.savefig('a.png', transparent=True, bbox_inches='tight', dpi=50)\n"
     "plt.show()", "a.png"),
    ("or its kind", "plt.plot([1])\nplt.savefig('a.svg')\nplt.show()",
     "a.svg"),
    ("unless it has changed since",
     "plt.plot([1])\nplt.savefig('a.png')\nplt.title('x')\n"
     "plt.gcf().canvas.draw()\nplt.show()", "a.png figure-1.png"),
    ("saved twice, it is no other",
     "plt.plot([1])\nplt.savefig('a.png')\nplt.savefig('b.png')\n"
     "plt.show()", "a.png b.png"),
    ("fig.show() is for one figure",
     "f = plt.figure()\nplt.figure()\nf.show()\n"
     "plt.figure(9).savefig('a.png')", "a.png figure-1.png"),
    ("show() that does not block leaves them open",
     "plt.plot([1])\nplt.show(block=False)\nplt.plot([2])\n"
     "assert plt.get_fignums()\nplt.close('all')", "figure-1.png"),
    ("an animation by pause() is its last frame",
     "for i in range(3):\n    plt.plot([i])\n    plt.pause(0.001)",
     "figure-1.png"),
    ("nothing on top of others",
     "open('figure-1.png', 'w').close()\nplt.plot([1])\nplt.show()\n"
     "assert not open('figure-1.png').read()",
     "figure-1.png figure-2.png"),
    ("whatever the backend",
     "import matplotlib\nmatplotlib.use('Agg')\nplt.plot([1])\nplt.show()\n"
     "plt.switch_backend('svg')\nplt.plot([1])\nplt.show()",
     "figure-1.png figure-2.png"),
    ("by any of its names",
     "from matplotlib.pyplot import plot, show\nplot([1])\nshow()\n"
     "import pylab\npylab.plot([1])\npylab.show()",
     "figure-1.png figure-2.png"),
)


@unittest.skipUnless(HAS_MATPLOTLIB, zygote.PYTHON + " has no matplotlib")
class Figures:

    @classmethod
    def setUpClass(cls):
        cls.zygote = zygote.Zygote(cls.preload)
        cls.addClassCleanup(cls.zygote.close)

    def test_files(self):
        for what, code, files in CASES:
            with self.subTest(what):
                run = self.zygote.run(HEAD + code)
                if "1 / 0" not in code:
                    self.assertEqual((run.status, run.stderr), (0, ""))
                self.assertEqual(sorted(run.files), files.split())

    def test_they_are_pictures(self):
        run = self.zygote.run(HEAD + "plt.plot([1, 2])\nplt.show()\n")
        picture = run.files["figure-1.png"]
        self.assertEqual(picture[:8], b"\x89PNG\r\n\x1a\n")
        self.assertGreater(len(picture), 5000)

    def test_warnings_name_the_code(self):
        for code in ("plt.savefig('a.png')", "plt.show()"):
            with self.subTest(code):
                # for private use: no font has it
                run = self.zygote.run(HEAD + "plt.title('\U000f1236')\n"
                                      + code)
                self.assertRegex(run.stderr, r"\Amain.py:3: UserWarning: Glyph"
                                             r" 987702")

    def test_a_missing_font_is_said_once(self):
        run = self.zygote.run(HEAD + "plt.rcParams['font.family'] = ['No such',"
                              " 'DejaVu Sans']\nplt.plot([1, 2])\n"
                              "plt.savefig('a.png')")
        self.assertEqual(run.stderr.count("Font family 'No such' not found"), 1)

    def test_one_that_can_not_be_drawn(self):
        run = self.zygote.run(HEAD + "plt.title('$\\\\no$')\nplt.show()\n")
        self.assertEqual(run.failed[:1] + run.failed[2:4],
                         ["ValueError", "main.py", 3])
        self.assertNotRegex(run.stderr, r"\b_pyexec_")
        self.assertEqual(run.status, 1)

        run = self.zygote.run(HEAD + "plt.title('$\\\\no$')\n")
        self.assertIn("ValueError", run.stderr)
        self.assertNotRegex(run.stderr, r"\b_pyexec_")


class Preloaded(Figures, unittest.TestCase):
    preload = ["matplotlib.pyplot"]


class ImportedLater(Figures, unittest.TestCase):
    preload = []


@unittest.skipUnless(HAS_MATPLOTLIB, zygote.PYTHON + " has no matplotlib")
class DefaultSet(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.zygote = zygote.Zygote(None)
        cls.addClassCleanup(cls.zygote.close)

    def test_what_is_installed_is_loaded(self):
        self.assertIn("matplotlib.pyplot", self.zygote.loaded)

    @unittest.skipUnless(zygote.has("sklearn"), "no scikit-learn")
    def test_what_is_built_on_it_is_named(self):
        self.assertIn("sklearn", self.zygote.loaded)
        run = self.zygote.run("import sys\nprint('sklearn' in sys.modules)")
        self.assertEqual(run.stdout, "False\n")

    def test_nothing_is_left_of_the_warming(self):
        run = self.zygote.run(
            "import os, sys, matplotlib.pyplot as plt\n"
            "print(plt.get_fignums(), 'MPLCONFIGDIR' in os.environ)")
        self.assertEqual((run.stdout, run.stderr, run.files),
                         ("[] False\n", "", {}))

    @unittest.skipUnless(zygote.has("pandas"), "no pandas")
    def test_chance_differs(self):
        code = "import numpy\nprint(numpy.random.rand())"
        if zygote.has("sympy"):
            code += "\nfrom sympy.core.random import rng\nprint(rng.random())"
        one = self.zygote.run(code).stdout.split()
        two = self.zygote.run(code).stdout.split()
        self.assertTrue(one and two)
        self.assertFalse(set(one) & set(two))

    @unittest.skipUnless(zygote.has("pandas"), "no pandas")
    def test_a_csv_becomes_a_plot(self):
        run = self.zygote.run(
            "import io\nimport pandas as pd\nimport matplotlib.pyplot as plt\n"
            "frame = pd.read_csv(io.StringIO('day,n\\n2026-01-01,3\\n"
            "2026-01-02,5\\n'), parse_dates=['day'])\n"
            "frame.plot(x='day', y='n')\n"
            "plt.tight_layout()\n"
            "plt.savefig('serie.png')\n"
            "print(frame['n'].sum())")
        self.assertEqual((run.status, run.stdout, run.stderr), (0, "8\n", ""))
        self.assertEqual(list(run.files), ["serie.png"])


if __name__ == "__main__":
    unittest.main()
