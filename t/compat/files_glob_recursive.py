import glob
import os
from pathlib import Path

os.makedirs("sub/deeper")
for path in ("a.txt", "sub/b.txt", "sub/deeper/c.txt"):
    Path(path).write_text(path)
print(sorted(glob.glob("**/*.txt", recursive=True)))
print(sorted(glob.glob("**", recursive=True, root_dir="sub")))
print(sorted(str(p) for p in Path(".").rglob("*.txt")))
print(sorted(str(p) for p in Path(".").glob("**/c.*")))
