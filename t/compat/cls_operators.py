from functools import total_ordering


@total_ordering
class V:
    def __init__(self, *xs):
        self.xs = xs

    def __add__(self, o):
        return V(*(a + b for a, b in zip(self.xs, o.xs)))

    def __eq__(self, o):
        return self.xs == o.xs

    def __lt__(self, o):
        return self.xs < o.xs

    def __matmul__(self, o):
        return sum(a * b for a, b in zip(self.xs, o.xs))

    def __getitem__(self, i):
        return self.xs[i]

    def __repr__(self):
        return f"V{self.xs}"


print(V(1, 2) + V(3, 4), V(1, 2) @ V(3, 4), V(1) >= V(0), V(5, 6)[-1])
V(1) + 1
