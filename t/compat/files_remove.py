import os
import shutil

os.makedirs("a/b/c")
open("a/x", "w").close()
try:
    os.rmdir("a")
except OSError as e:
    print(type(e).__name__, e.strerror)
os.removedirs("a/b/c")
print(os.listdir("a"))
shutil.rmtree("a")
print(os.path.exists("a"))
