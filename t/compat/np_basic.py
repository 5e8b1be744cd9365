import numpy as np

a = np.arange(12).reshape(3, 4)
print(a, a.T @ a, a.mean(axis=0), a[a > 5], a.dtype, sep="\n")
print(np.linalg.solve([[2, 1], [1, 3]], [3, 5]), np.linspace(0, 1, 5))
print(np.random.default_rng(0).normal(size=3), np.sqrt(np.array([2, 3.])))
np.array([1, 2]) + np.array([1, 2, 3])
