import tempfile

with tempfile.SpooledTemporaryFile(max_size=10, mode="w+") as f:
    f.write("short")
    print(f._rolled)
    f.write(" and now longer")
    print(f._rolled)
    f.seek(0)
    print(f.read())
