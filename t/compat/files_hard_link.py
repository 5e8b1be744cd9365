import os

open("a", "w").write("x")
try:
    os.link("a", "b")
except OSError as e:
    print(type(e).__name__, e.strerror)
else:
    print(os.stat("a").st_nlink)
