import pickle


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __repr__(self):
        return f"Point({self.x}, {self.y})"


with open("p.pkl", "wb") as f:
    pickle.dump({"points": [Point(1, 2), Point(3, 4)], "n": 2}, f)
with open("p.pkl", "rb") as f:
    print(pickle.load(f))
print(Point.__module__, Point.__qualname__)
pickle.dumps(lambda: 1)
