def describe(x):
    match x:
        case 0:
            return "zero"
        case int(n) if n < 0:
            return "negative"
        case [a, *rest]:
            return f"list of {a} and {len(rest)} more"
        case {"type": "circle", "r": r}:
            return f"circle {r}"
        case str() | bytes():
            return "text"
        case _:
            return "other"


for x in (0, -5, [1, 2, 3], {"type": "circle", "r": 2}, "s", 3.5):
    print(describe(x))
