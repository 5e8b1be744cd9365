import numpy as np

np.random.seed(1)
print(np.random.rand(3), np.random.randint(0, 10, 5), np.random.permutation(5))
print(np.random.RandomState(3).choice(["a", "b"], 4))
