def read():
    return open("main.py").readline()


print(read(), end="")
