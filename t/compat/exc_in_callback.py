from functools import reduce

rows = [{"a": 1}, {"a": 2}, {}]
print(sorted(rows[:2], key=lambda r: -r["a"]))
print(reduce(lambda total, r: total + r["a"], rows, 0))
