from enum import Enum, Flag, IntEnum, auto


class Color(Enum):
    RED = auto()
    BLUE = auto()


class P(Flag):
    R = 1
    W = 2


class L(IntEnum):
    LOW = 1


print(Color.RED, repr(Color.BLUE), list(Color), Color["RED"].value)
print(P.R | P.W, repr(P(3)), L.LOW + 1, f"{L.LOW}", Color(1).name)
Color(9)
