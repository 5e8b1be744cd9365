import multiprocessing as mp

lock = mp.Lock()
with lock:
    print("held")
value = mp.Value("i", 5)
value.value += 1
print(value.value, list(mp.Array("d", [1, 2])), mp.cpu_count() > 0)
