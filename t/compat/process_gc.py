import gc
import sys
import weakref


class Node:
    pass


a, b = Node(), Node()
a.other, b.other = b, a
r = weakref.ref(a)
del a, b
gc.collect()
print(r() is None, gc.isenabled(), gc.get_threshold())
print(sys.getsizeof([]), sys.getrefcount(r) >= 2)
