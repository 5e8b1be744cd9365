import importlib
import importlib.util
import sys

m = importlib.import_module("json")
print(m.dumps([1]), importlib.import_module("os.path") is sys.modules["os.path"])
open("made_mod.py", "w").write("VALUE = 1\n")
mod = importlib.import_module("made_mod")
print(mod.VALUE)
spec = importlib.util.spec_from_file_location("made_other", "made_mod.py")
other = importlib.util.module_from_spec(spec)
spec.loader.exec_module(other)
print(other.VALUE, other.__name__)
