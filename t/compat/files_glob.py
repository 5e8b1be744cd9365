import glob
from pathlib import Path

for i in range(3):
    Path(f"log_{i}.txt").write_text(f"log {i}\n")
Path("sub").mkdir()
Path("sub/deep.txt").write_text("deep")
print(sorted(glob.glob("*.txt")))
print(sorted(str(p) for p in Path(".").glob("log_[01].txt")))
print(glob.escape("a[1].txt"), list(glob.iglob("nope*")))
