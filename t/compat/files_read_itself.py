with open(__file__) as f:
    source = f.read()
print(len(source.splitlines()), source.splitlines()[0])
