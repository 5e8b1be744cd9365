import contextlib
import os

with open(os.devnull, "w") as f, contextlib.redirect_stdout(f):
    print("nobody reads this")
print(os.devnull, open(os.devnull).read() == "")
print(len(open("/dev/urandom", "rb").read(8)), open("/dev/zero", "rb").read(3))
