values = [1, 2, 3]
assert sum(values) == 6
assert len(values) == 4, f"expected 4, got {len(values)}"
