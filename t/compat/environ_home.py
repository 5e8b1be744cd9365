import os
from pathlib import Path

print(os.path.isdir(os.path.expanduser("~")), Path.home().exists())
print(os.path.expanduser("~/x") == os.path.join(os.environ["HOME"], "x"))
print(os.access(os.path.expanduser("~"), os.W_OK))
