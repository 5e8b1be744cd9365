import os
import tempfile

with tempfile.TemporaryDirectory() as d:
    path = os.path.join(d, "x.txt")
    with open(path, "w") as f:
        f.write("temporary")
    print(open(path).read(), os.path.isdir(d))
print(os.path.exists(d))
with tempfile.NamedTemporaryFile("w+", suffix=".csv", delete=False) as f:
    f.write("a,b\n1,2\n")
print(open(f.name).read(), os.path.splitext(f.name)[1])
os.unlink(f.name)
with tempfile.TemporaryFile() as f:
    f.write(b"abc")
    f.seek(0)
    print(f.read())
