from multiprocessing.dummy import Pool
from multiprocessing.pool import ThreadPool

with Pool(3) as p:
    print(p.map(len, ["a", "bb", "ccc"]))
with ThreadPool(2) as p:
    print(p.starmap(pow, [(2, 3), (3, 2)]))
