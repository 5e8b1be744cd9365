"""The benchmarks' arithmetic: what would make a verdict wrong."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../bench"))

import bench
import measure
import report
from measure import Sample, Series
from report import NOISE, Condition, Goal, Noise

FLOOR = os.path.join(os.path.dirname(bench.__file__), "floor.py")


def series(*rounds):
    return Series(Sample(times, 2, 0, 10 * len(times)) for times in rounds)


class Arithmetic(unittest.TestCase):

    def test_percentiles_are_values_that_were_measured(self):
        values = list(range(100, 0, -1))
        self.assertEqual(measure.percentile(values, 99), 99)
        self.assertEqual(measure.percentile(values, 100), 100)
        self.assertEqual(measure.percentile([7], 99), 7)

    def test_a_series_is_of_all_answers(self):
        both = series([1, 2, 3], [10, 20, 30, 40])
        self.assertEqual(both.p50, 10)
        self.assertEqual(both.p99, 40)
        self.assertEqual(both.cpu, 10)

    def test_throughput_is_of_the_rounds(self):
        self.assertEqual(series([1] * 10, [1] * 40, [1] * 20).rate, 10)

    def test_ratios_are_of_rounds(self):
        # a machine that was half as fast for a round
        self.assertEqual(measure.ratio(series([30], [60], [30]),
                                       series([10], [20], [10])), 3)

    def test_the_spread_is_relative(self):
        even = series(*[[100]] * 5)
        self.assertEqual(even.spread, 0)
        noisy = series([80], [90], [100], [110], [120])
        self.assertAlmostEqual(noisy.spread, 0.2)


    def test_what_others_use(self):
        before = measure.used("cpu  10 0 5 80 5 0 0 0 7 7\ncpu0 1 1 1\n")
        self.assertEqual(before, (15, 100))
        # 30 of user, 10 of a nice one, 5 stolen; 40 idle, 15 for a disk
        after = measure.used("cpu  40 10 5 120 20 0 0 5 7 7\n")
        self.assertAlmostEqual(measure.part(before, after), 0.45)

    def test_they_are_seen(self):
        with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as p:
            try:
                self.assertGreater(measure.used_by_others(0.5),
                                   0.5 / os.cpu_count())
            finally:
                p.kill()


class Verdict(unittest.TestCase):
    quiet = Noise(0.01, 0.01)
    met = Goal("a", [Condition("x", 1, "<=", 1), Condition("y", 2, ">=", 2)])
    not_met = Goal("b", [Condition("x", 1, "<=", 1),
                         Condition("y", 1.99, ">=", 2)])
    lossy = Goal("c", [Condition("lost", 1, "=", 0)])

    def test_all_conditions_have_to_hold(self):
        self.assertTrue(report.is_met(self.met))
        self.assertFalse(report.is_met(self.not_met))
        self.assertFalse(report.is_met(self.lossy))

    def test_all_goals_have_to_be_met(self):
        self.assertIs(report.verdict([self.met], self.quiet), True)
        self.assertIs(report.verdict([self.met, self.not_met], self.quiet),
                      False)

    def test_noise_leaves_no_verdict(self):
        for noise in (Noise(NOISE + 0.001, 0), Noise(0, NOISE + 0.001)):
            self.assertIsNone(report.verdict([self.met], noise))
            self.assertIsNone(report.verdict([self.not_met], noise))
            self.assertIn("No verdict", report.noise_text(noise))
        self.assertNotIn("No verdict", report.noise_text(self.quiet))
        text = report.goal_table([self.met, self.not_met], None)
        self.assertNotIn("met", text)

    def test_the_table_says_which(self):
        text = report.goal_table([self.met, self.not_met], False)
        rows = [[cell.strip() for cell in line.split("|")]
                for line in text.splitlines()]
        self.assertIn(["", "a", "x", "1", "<= 1", "met", ""], rows)
        self.assertIn(["", "b", "x", "1", "<= 1", "not met", ""], rows)


class Floor(unittest.TestCase):

    def order(self, code, marker, how="fork"):
        """What the floor answers, and its exit status."""
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "code.py")
            with open(path, "w", encoding="utf-8") as file:
                file.write(code)
            done = subprocess.run(
                [sys.executable, "-I", FLOOR, "bare", directory],
                input=json.dumps([how, path, 3, marker]) + "\n", text=True,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return done.stdout and json.loads(done.stdout), done.returncode

    def test_a_time_for_each_run(self):
        code = "import time; time.sleep(0.01); print('here')"
        for how in ("fork", "same"):
            times, status = self.order(code, "here", how)
            self.assertEqual((len(times), status), (3, 0))
            self.assertGreaterEqual(min(times), 10000)

    def test_a_run_that_went_wrong_is_no_floor(self):
        self.assertEqual(self.order("print('here')", "there"), ("", 1))
        self.assertEqual(self.order("print('here'); 1 / 0", "here"), ("", 1))


class Processes(unittest.TestCase):

    def test_a_family_is_with_its_children(self):
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(write)
            os.read(read, 1)
            os._exit(0)
        try:
            mine = measure.family(lambda process: process.pid == os.getpid())
            self.assertEqual([process.pid for process in mine],
                             sorted([os.getpid(), pid]))
        finally:
            os.close(read)
            os.close(write)
            os.waitpid(pid, 0)

    def test_time_of_children_that_are_gone_counts(self):
        def used():
            return measure.cpu(measure.family(
                lambda process: process.pid == os.getpid()))

        before = used()
        pid = os.fork()
        if pid == 0:
            while sum(os.times()[:2]) < 0.2:
                pass
            os._exit(0)
        os.waitpid(pid, 0)
        self.assertGreaterEqual(used() - before, 150000)


if __name__ == "__main__":
    unittest.main()
