import inspect


def area(w: float, h: float = 2) -> float:
    """Area."""
    return w * h


print(inspect.signature(area))
print(inspect.getsource(area))
print(inspect.getdoc(area), inspect.currentframe().f_lineno)
print(inspect.getmodule(area).__name__, inspect.getfile(area)[-7:])
