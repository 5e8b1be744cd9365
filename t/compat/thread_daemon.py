import threading

ready = threading.Event()


def work():
    ready.set()
    threading.Event().wait()


threading.Thread(target=work, daemon=True).start()
ready.wait()
print("leaves without it")
