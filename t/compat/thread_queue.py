import queue
import threading

q = queue.Queue(maxsize=2)
out = []


def consume():
    while (item := q.get()) is not None:
        out.append(item * 10)
        q.task_done()


t = threading.Thread(target=consume)
t.start()
for i in range(5):
    q.put(i)
q.put(None)
t.join()
print(out)
