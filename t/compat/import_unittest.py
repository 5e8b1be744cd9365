import unittest


class Sums(unittest.TestCase):
    def test_good(self):
        self.assertEqual(1 + 1, 2)

    def test_bad(self):
        self.assertEqual([1, 2], [1, 3])


suite = unittest.defaultTestLoader.loadTestsFromTestCase(Sums)
result = unittest.TextTestRunner(stream=open("log.txt", "w")).run(suite)
print(result.testsRun, len(result.failures), result.wasSuccessful())
print(result.failures[0][1])
import os
os.remove("log.txt")
