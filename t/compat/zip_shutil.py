import os
import shutil

os.makedirs("data/sub")
for name in ("data/a.txt", "data/sub/b.txt"):
    with open(name, "w") as f:
        f.write(name)
    os.utime(name, (1_000_000_000,) * 2)
print(os.path.basename(shutil.make_archive("backup", "zip", "data")))
shutil.unpack_archive("backup.zip", "restored")
print(open("restored/sub/b.txt").read())
