print("x" * 100_000)
print("ñ" * 20_000)
