import struct

with open("data.bin", "wb") as f:
    for i in range(5):
        f.write(struct.pack("<Ifd", i, i / 2, i * 1.5))
with open("data.bin", "rb") as f:
    f.seek(16)
    print(f.tell(), struct.unpack("<Ifd", f.read(16)))
    f.seek(-16, 2)
    print(struct.unpack("<Ifd", f.read()))
with open("data.bin", "r+b") as f:
    f.write(b"\xff" * 4)
    f.truncate(20)
print(open("data.bin", "rb").read())
