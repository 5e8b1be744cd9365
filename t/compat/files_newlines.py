with open("crlf.txt", "w", newline="\r\n") as f:
    f.write("a\nb\n")
print(open("crlf.txt", "rb").read())
print(repr(open("crlf.txt").read()), repr(open("crlf.txt", newline="").read()))
