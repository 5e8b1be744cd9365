import io
import tarfile

with tarfile.open("a.tar", "w") as t:
    for name in ("x.txt", "y.txt"):
        info = tarfile.TarInfo(name)
        data = name.encode() * 3
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))
with tarfile.open("a.tar") as t:
    print(t.getnames())
    t.extractall("out")
print(open("out/y.txt").read())
