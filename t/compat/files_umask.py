import os

old = os.umask(0o077)
open("private", "w").close()
os.mkdir("dir")
print(oct(os.stat("private").st_mode), oct(os.stat("dir").st_mode))
os.umask(old)
