class Registry(type):
    known = {}

    def __new__(mcs, name, bases, space):
        cls = super().__new__(mcs, name, bases, space)
        mcs.known[name.lower()] = cls
        return cls


class Base(metaclass=Registry):
    def __init_subclass__(cls, **kw):
        super().__init_subclass__()
        print("subclass", cls.__name__, kw)


class Child(Base, flag=True):
    pass


print(sorted(Registry.known), Child, repr(Child())[:16])
