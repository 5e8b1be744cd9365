def inner():
    x = yield "a"
    return f"got {x}"


def outer():
    result = yield from inner()
    yield result


g = outer()
print(next(g), g.send(5))
next(g)
