import numpy as np
from multiprocessing.shared_memory import ShareableList, SharedMemory

memory = SharedMemory(create=True, size=80)
numbers = np.ndarray((10,), dtype=np.int64, buffer=memory.buf)
numbers[:] = np.arange(10)
again = SharedMemory(memory.name)
print(np.ndarray((10,), dtype=np.int64, buffer=again.buf).sum(), again.size)
again.close()
del numbers
memory.close()
memory.unlink()
try:
    SharedMemory(memory.name)
except FileNotFoundError as e:
    print(type(e).__name__)
items = ShareableList([1, 2.5, "three", None])
items[0] = 10
print(list(items), len(items), items.index("three"))
items.shm.close()
items.shm.unlink()
