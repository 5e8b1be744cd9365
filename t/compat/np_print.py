import numpy as np

np.set_printoptions(precision=3, suppress=True, linewidth=60)
print(np.linspace(0, 1000, 30))
print(np.arange(2000), np.array(["a", "ñ"]), np.array([1, None], dtype=object))
print(np.datetime64("2024-02-29") + 1, np.array([1 + 2j]), repr(np.float64(1)))
