import os
import sys

os.makedirs("lib/made_pkg")
open("lib/made_pkg/__init__.py", "w").write("from .core import answer\n")
open("lib/made_pkg/core.py", "w").write("answer = 42\n")
sys.path.insert(0, "lib")
import made_pkg
from made_pkg.core import answer

print(made_pkg.answer, answer)
