with open("bad.txt", "wb") as f:
    f.write(b"caf\xe9\n")
print(ascii(open("bad.txt", errors="replace").read()))
print(ascii(open("bad.txt", errors="surrogateescape").read()))
print(open("bad.txt", errors="ignore").read())
open("bad.txt").read()
