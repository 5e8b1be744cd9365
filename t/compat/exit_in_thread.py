import sys
import threading


def work():
    print("in the thread")
    sys.exit(3)


t = threading.Thread(target=work)
t.start()
t.join()
print("still here")
