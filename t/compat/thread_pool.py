from concurrent.futures import ThreadPoolExecutor, as_completed

with ThreadPoolExecutor(max_workers=4) as pool:
    print(list(pool.map(lambda x: x ** 2, range(8))))
    futures = {pool.submit(pow, 2, n): n for n in range(4)}
    print(sorted((futures[f], f.result()) for f in as_completed(futures)))
    bad = pool.submit(int, "x")
    print(type(bad.exception()).__name__)
