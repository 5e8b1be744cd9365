import cmath
import math
import statistics
from fractions import Fraction

print(Fraction(1, 3) + Fraction(1, 6), Fraction("0.125"), Fraction(0.5))
print(cmath.sqrt(-4), (1 + 2j) ** 2, abs(3 + 4j), math.isclose(0.3, 0.1 * 3))
print(statistics.mean([1, 2, 4]), statistics.stdev([1, 2, 4]),
      statistics.median([3, 1]), statistics.quantiles(range(10)))
print(math.comb(10, 3), math.gcd(12, 18), math.lcm(4, 6), math.prod([1, 5]))
print(7 // -2, 7 % -2, divmod(-7, 2), round(2.5), round(-1.5), 2 ** 200)
