import threading

t = threading.Timer(0.01, print, args=["rang"])
t.start()
t.join()
barrier = threading.Barrier(2)
threading.Thread(target=barrier.wait).start()
print(barrier.wait() in (0, 1))
