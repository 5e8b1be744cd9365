import threading

results = {}
lock = threading.Lock()


def work(n):
    total = sum(range(n))
    with lock:
        results[n] = total


threads = [threading.Thread(target=work, args=(n,)) for n in (10, 100, 1000)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(sorted(results.items()), threading.current_thread().name)
