"""What is run, how often, and by how many clients."""

import os
from collections import namedtuple

QUICK = bool(os.environ.get("QUICK"))
ROUNDS = 3 if QUICK else 11
OK = '"status":"ok"'

# floor is the kind of interpreter that it needs; printed is in its standard
# output, marker in the answer

Work = namedtuple("Work", "name slug floor printed marker code")

FIB = Work("fib(15)", "fib", "bare", "377]", "377]", """\
def fib(n):
    a, b = 0, 1
    out = []
    for _ in range(n):
        out.append(a)
        a, b = b, a + b
    return out

print(fib(15))
""")

PLOT = Work("CSV + plot", "plot", "full", "count", "serie.png", """\
import pandas as pd
import matplotlib.pyplot as plt

df = pd.read_csv("session/uploads/data.csv")
df["value"].plot(kind="line")
plt.tight_layout()
plt.savefig("serie.png")
print(df.describe())
""")

SVD = Work("svd(200x200)", "svd", "full", "(200,)", "(200,)", """\
import numpy as np

print(np.linalg.svd(np.random.rand(200, 200))[1].shape)
""")

# of 100 lines and an import, for which the policy looks through the tree

LINES = Work("100 lines", "lines", "light", "", "points: 3", """\
import math
""" + "".join("""
class Point{0}:
    \"\"\"A place.\"\"\"

    def __init__(self, x, y=0.5, *rest, **more):
        self.x, self.y = x, y

    @property
    def size(self):
        return math.sqrt(self.x ** 2 + self.y ** 2)


def total{0}(items):
    return sum(item.size for item in items if item.x > 0)


points = [Point{0}(i, y=-i) for i in range(3)]
names = {{str(p.x): f"{{p.size:.2f}} {{p.y!r}}" for p in points}}
for name, text in sorted(names.items()):
    if name == "1" and not text or False:
        break
    names[name] = text[1:2] + "x"
    points.append(Point{0}(0))
    del points[-1]
""".format(i) for i in range(4)) + "\nprint('points:', len(points))\n")

DATA = "value\n" + "".join("%d\n" % (i * i % 97) for i in range(100))

# what a round measures: which interpreter, how, what, times

FLOORS = [
    ("bare", "fork", FIB, 200),
    ("light", "fork", FIB, 200),
    ("full", "fork", FIB, 20),
    ("full", "fork", PLOT, 5),
    ("full", "same", PLOT, 5),
    ("full", "fork", SVD, 10),
    ("full", "same", SVD, 10),
    ("light", "fork", LINES, 100),
    ("light", "walk", LINES, 100),
]

# what, by how many clients, and how many requests or for how many seconds,
# of the module and of the baseline

LOADS = [
    (FIB, 1, {"n": 200}, {"n": 10}),
    (FIB, 4, {"seconds": 0.5}, {"n": 20}),
    (FIB, 16, {"seconds": 0.7}, {"n": 48}),
    (FIB, 64, {"seconds": 1}, {"n": 128}),
    (LINES, 1, {"n": 100}, {"n": 10}),
    (PLOT, 1, {"n": 8}, {"n": 2}),
    (PLOT, 4, {"n": 24}, {"n": 4}),
    (SVD, 1, {"n": 20}, {"n": 3}),
    (SVD, 4, {"n": 40}, {"n": 8}),
]

# what events cost: what, by how many clients, how much

EVENTS = "text/event-stream"

STREAMS = [
    (FIB, 1, {"n": 200}),
    (FIB, 16, {"seconds": 0.7}),
    (Work("10,000 lines", "print", "light", "", "9999",
          "for i in range(10000): print(i)\n"), 1, {"n": 20}),
]

FIRST = Work("first", "first", "light", "", "", """\
import time
time.sleep(0.01)
print(time.time())
time.sleep(0.01)
""")
FIRSTS = 20              # in each round

REST = 0.5               # seconds of each round

PARTS = 1 if QUICK else 10   # seconds

SPARES = {"light child": 2, "full child": 1}    # that wait, of each runner

CLIENTS = max(clients for _, clients, _, _ in LOADS)

CROWD = 1000             # clients, who send so many requests each in a round
CROWD_EACH = 2

LISTS = (10, 50, 100, 1000, 10000)
SESSIONS = (1, 10, 100, 1000) + (() if QUICK else (10000,))
CODE = {10: 50, 1000: 50, 10000: 20, 100000: 5, 1000000: 2}
OUTPUT = {10: 50, 1000: 50, 100000: 20, 1000000: 10, 10000000: 3}
WORKERS = (1, 2, 4, 8)
ZYGOTES = (1, 2, 4)
STARTS = 1 if QUICK else 5
