import os
import shutil

os.makedirs("src/inner")
open("src/a.txt", "w").write("a")
open("src/inner/b.log", "w").write("b")
shutil.copytree("src", "dst", ignore=shutil.ignore_patterns("*.log"))
print(sorted(os.listdir("dst")), os.listdir("dst/inner"))
print(shutil.copytree("src", "dst2"))
