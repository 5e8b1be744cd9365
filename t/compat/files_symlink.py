import os

try:
    os.symlink("target", "link")
except OSError as e:
    print(type(e).__name__, e.strerror)
else:
    print(os.readlink("link"), os.path.islink("link"))
