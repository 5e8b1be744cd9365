import os
import shutil

open("one", "w").write("1")
open("two", "w").write("2")
os.rename("one", "three")
os.replace("two", "three")
print(open("three").read(), os.path.exists("two"))
os.mkdir("dir")
print(shutil.move("three", "dir"))
print(os.listdir("dir"))
