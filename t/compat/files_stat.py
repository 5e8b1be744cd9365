import os
import stat

with open("f", "w") as f:
    f.write("x" * 1234)
st = os.stat("f")
print(st.st_size, stat.S_ISREG(st.st_mode), st.st_nlink)
print(os.path.getsize("f"), os.path.isfile("f"), os.path.samefile("f", "f"))
print(st.st_uid == os.getuid(), os.path.getmtime("f") == st.st_mtime)
