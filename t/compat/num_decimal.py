from decimal import ROUND_HALF_UP, Decimal, getcontext, localcontext

print(Decimal("0.1") + Decimal("0.2"), 0.1 + 0.2, Decimal(0.1))
getcontext().prec = 30
print(Decimal(2).sqrt(), Decimal(1) / 7)
print(Decimal("2.675").quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))
with localcontext() as c:
    c.prec = 5
    print(Decimal(1) / 3)
Decimal(1) / 0
