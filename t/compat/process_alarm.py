import signal
import time


def handler(number, frame):
    raise TimeoutError("too slow")


signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.02)
try:
    time.sleep(5)
except TimeoutError as e:
    print(e)
