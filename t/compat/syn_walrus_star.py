first, *middle, last = range(6)
print(first, middle, last, {**{"a": 1}, "b": 2}, [*"xy", *range(2)])
if (n := len(middle)) > 3:
    print(n)
print((lambda *a, k=1, **kw: (a, k, kw))(1, 2, k=3, z=4))
for i in range(3):
    if i == 5:
        break
else:
    print("no break", i)
x = y = []
x += [1]
print(y, 1 < 2 < 3, not None or 5, [] or "default", None is None)
