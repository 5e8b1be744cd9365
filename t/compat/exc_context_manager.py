class Managed:
    def __enter__(self):
        print("enter")
        return self

    def __exit__(self, kind, value, tb):
        print("exit", kind.__name__, value)
        return kind is ValueError


with Managed():
    raise ValueError("swallowed")
with Managed():
    raise KeyError("not swallowed")
