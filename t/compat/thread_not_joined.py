import threading
import time


def work():
    time.sleep(0.05)
    print("finished after main")


threading.Thread(target=work).start()
print("main is done")
