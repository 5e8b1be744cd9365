import os

with open("/tmp/pyexec-compat-x.txt", "w") as f:
    f.write("in /tmp")
print(open("/tmp/pyexec-compat-x.txt").read())
os.remove("/tmp/pyexec-compat-x.txt")
print(os.path.exists("/tmp/pyexec-compat-x.txt"))
