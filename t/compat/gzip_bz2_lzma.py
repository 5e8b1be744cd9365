import bz2
import gzip
import lzma
import zlib

text = b"the same line again\n" * 200
with open("a.gz", "wb") as f:
    f.write(gzip.compress(text, mtime=0))
with gzip.open("a.gz", "rt") as f:
    print(f.readline(), end="")
with bz2.open("a.bz2", "wb") as f:
    f.write(text)
with lzma.open("a.xz", "wb") as f:
    f.write(text)
print(bz2.open("a.bz2").read() == lzma.open("a.xz").read() == text)
print(zlib.crc32(text), zlib.adler32(text), len(zlib.compress(text, 9)))
