import math

for code in ("math.sqr(4)", "lenght", "[].apend(1)", "import_math"):
    length = 1
    try:
        eval(code)
    except (AttributeError, NameError) as e:
        print(type(e).__name__, e)
math.squrt(2)
