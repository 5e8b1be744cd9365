from typing import (Generic, NamedTuple, Optional, Protocol, TypedDict,
                    TypeVar, Union, get_type_hints)

T = TypeVar("T")


class Point(NamedTuple):
    x: int
    y: int = 0


class Movie(TypedDict):
    title: str


class Stack(Generic[T]):
    def __init__(self):
        self.items: list[T] = []


class Sized(Protocol):
    def __len__(self) -> int: ...


def f(a: Optional[int], b: Union[str, None] = None) -> list[int]:
    return []


print(Point(1), Movie(title="x"), Stack[int], get_type_hints(f))
print(f.__annotations__, Point._fields, T)
