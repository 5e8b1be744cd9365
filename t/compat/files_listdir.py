import os
from pathlib import Path

print(sorted(os.listdir(".")))
print(sorted(os.listdir(os.path.dirname(__file__))))
print(sorted(p.name for p in Path(__file__).parent.iterdir()))
with os.scandir(".") as entries:
    for e in sorted(entries, key=lambda e: e.name):
        print(e.name, e.is_file(), e.is_dir(), e.is_symlink())
