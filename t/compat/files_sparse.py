with open("sparse", "wb") as f:
    f.seek(100_000)
    f.write(b"end")
with open("sparse", "rb") as f:
    data = f.read()
print(len(data), data[:4], data[-3:])
