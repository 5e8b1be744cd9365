import mmap

with open("m.bin", "wb") as f:
    f.write(b"0123456789" * 10)
with open("m.bin", "r+b") as f:
    with mmap.mmap(f.fileno(), 0) as m:
        print(len(m), m[:10], m.find(b"5"))
        m[0:3] = b"abc"
        m.flush()
print(open("m.bin", "rb").read(12))
