import functools


def logged(f):
    @functools.wraps(f)
    def wrapper(*args, **kw):
        print(f"{f.__name__}{args}{kw}")
        return f(*args, **kw)
    return wrapper


@logged
def add(a, b=1):
    """Adds."""
    return a + b


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(add(1, b=2), add.__doc__, fib(80), fib.cache_info())
