def greet(name, greeting="hi"):
    return f"{greeting} {name}"


for call in (lambda: greet(), lambda: greet(1, 2, 3), lambda: greet(nme=1),
             lambda: "a" + 1, lambda: None[0], lambda: len(5),
             lambda: {}["k"], lambda: [1][9], lambda: int("3.5"),
             lambda: (1).x, lambda: max([]), lambda: next(iter([]))):
    try:
        call()
    except Exception as e:
        print(f"{type(e).__name__}: {e}")
"5" + 5
