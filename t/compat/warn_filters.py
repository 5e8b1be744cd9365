import warnings

for f in warnings.filters:
    print(f[0], f[2].__name__, f[3])
