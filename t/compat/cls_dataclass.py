from dataclasses import asdict, dataclass, field, replace


@dataclass(order=True, frozen=True)
class Item:
    name: str
    price: float = 0.0
    tags: list = field(default_factory=list, compare=False)


a = Item("pen", 1.5, ["x"])
print(a, asdict(a), a < Item("zoo"), replace(a, price=2))
print(sorted([Item("b"), Item("a", 3)]))
a.price = 5
