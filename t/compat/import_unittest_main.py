import sys
import unittest


class T(unittest.TestCase):
    def test_one(self):
        self.assertTrue(True)


sys.stderr = sys.stdout
program = unittest.main(exit=False, verbosity=0, argv=["main.py"])
print(program.result.wasSuccessful())
