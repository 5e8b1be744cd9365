import os

fd = os.open("raw", os.O_CREAT | os.O_RDWR, 0o644)
print(os.write(fd, b"hello world"))
os.lseek(fd, 6, os.SEEK_SET)
print(os.read(fd, 100))
os.ftruncate(fd, 5)
os.fsync(fd)
print(os.fstat(fd).st_size)
os.close(fd)
try:
    os.read(fd, 1)
except OSError as e:
    print(e)
