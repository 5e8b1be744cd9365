from itertools import chain, count, groupby, islice, takewhile


def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


def averager():
    total = n = 0
    average = None
    while True:
        x = yield average
        total, n = total + x, n + 1
        average = total / n


print(list(islice(fib(), 12)))
g = averager()
next(g)
print([g.send(x) for x in (10, 20, 60)])
print(list(takewhile(lambda x: x < 9, (i * i for i in count()))))
print({k: list(v) for k, v in groupby("aabbb")}, *chain("ab", [1]))
