import zipfile

with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("one.txt", "1" * 1000)
    z.writestr("dir/two.txt", "two")
with zipfile.ZipFile("a.zip") as z:
    for i in z.infolist():
        print(i.filename, i.file_size, i.compress_size)
    z.extractall("out")
    print(z.testzip(), z.read("dir/two.txt"))
print(open("out/dir/two.txt").read(), zipfile.is_zipfile("main.py"))
