import os
import shutil

with open("a.txt", "w") as f:
    f.write("hello\n")
os.utime("a.txt", (1_000_000_000, 1_000_000_000))
os.chmod("a.txt", 0o640)
shutil.copy2("a.txt", "b.txt")
shutil.copy("a.txt", "c.txt")
shutil.copyfile("a.txt", "d.txt")
for name in ("a.txt", "b.txt", "c.txt"):
    print(name, oct(os.stat(name).st_mode))
print(os.stat("b.txt").st_mtime, os.stat("c.txt").st_mtime > 1_000_000_000)
