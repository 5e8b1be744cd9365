import __main__
import sys

value = 5
print(__main__.value, sys.modules["__main__"] is __main__)
print(__name__, __main__.__name__, __doc__, __package__, __spec__)
print(sorted(n for n in vars(__main__) if n.startswith("__")))
