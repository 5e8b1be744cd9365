from sympy import (Eq, Matrix, Symbol, diff, integrate, latex, limit, oo,
                   pprint, simplify, sin, solve, symbols)

x, y = symbols("x y")
print(diff(x ** 3 * sin(x), x), integrate(1 / x, x), limit(sin(x) / x, x, 0))
print(solve(Eq(x ** 2 - 5 * x + 6, 0), x), simplify((x + 1) ** 2 - x ** 2))
print(latex(integrate(x ** 2, (x, 0, oo), conds="none")), Matrix([[1, 2]]).T)
pprint((x / y) ** 2)
