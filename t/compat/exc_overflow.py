import math

for call in (lambda: math.exp(1000), lambda: 10.0 ** 400,
             lambda: int(float("inf")), lambda: math.sqrt(-1),
             lambda: int("9" * 5000), lambda: math.factorial(-1)):
    try:
        call()
    except (OverflowError, ValueError) as e:
        print(type(e).__name__, e)
