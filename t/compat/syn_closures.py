fs = [lambda: i for i in range(3)]
print([f() for f in fs])


def counter():
    n = 0

    def inc():
        nonlocal n
        n += 1
        return n
    return inc


c = counter()
c()
print(c(), c.__closure__[0].cell_contents, c.__qualname__)


def bad(x, acc=[]):
    acc.append(x)
    return acc


print(bad(1), bad(2), globals()["c"] is c, sorted(locals())[-1])
