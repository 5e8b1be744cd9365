name = b"caf\xe9".decode("utf-8", "surrogateescape")
print(ascii(name))
print(name)
