"""The benchmarks' arithmetic: what would make a verdict wrong."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../bench"))

import measure
import report
from measure import Sample, Series
from report import Condition, Goal


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


class Verdict(unittest.TestCase):
    met = Goal("a", [Condition("x", 1, "<=", 1), Condition("y", 2, ">=", 2)])
    not_met = Goal("b", [Condition("x", 1, "<=", 1),
                         Condition("y", 1.99, ">=", 2)])
    lossy = Goal("c", [Condition("lost", 1, "=", 0)])

    def test_all_conditions_have_to_hold(self):
        self.assertTrue(report.is_met(self.met))
        self.assertFalse(report.is_met(self.not_met))
        self.assertFalse(report.is_met(self.lossy))

    def test_all_goals_have_to_be_met(self):
        self.assertIs(report.verdict([self.met], 0.01), True)
        self.assertIs(report.verdict([self.met, self.not_met], 0.01), False)

    def test_noise_leaves_no_verdict(self):
        self.assertIsNone(report.verdict([self.met], report.NOISE + 0.001))
        self.assertIsNone(report.verdict([self.not_met], report.NOISE + 0.001))
        text = report.goal_table([self.met, self.not_met], None)
        self.assertNotIn("met", text)
        self.assertIn("no verdict", report.noise_text(report.NOISE + 0.001))

    def test_the_table_says_which(self):
        text = report.goal_table([self.met, self.not_met], False)
        rows = [[cell.strip() for cell in line.split("|")]
                for line in text.splitlines()]
        self.assertIn(["", "a", "x", "1", "<= 1", "met", ""], rows)
        self.assertIn(["", "b", "x", "1", "<= 1", "not met", ""], rows)


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
            return sum(process.cpu for process in measure.family(
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
