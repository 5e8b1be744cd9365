import threading

data = threading.local()
data.x = "main"
seen = []


def work(n):
    data.x = n
    seen.append(data.x)


for n in range(2):
    t = threading.Thread(target=work, args=(n,))
    t.start()
    t.join()
print(data.x, seen)
