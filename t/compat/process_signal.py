import os
import signal


def handler(number, frame):
    print("got", signal.Signals(number).name)


signal.signal(signal.SIGUSR1, handler)
signal.raise_signal(signal.SIGUSR1)
print(signal.getsignal(signal.SIGUSR1) is handler)
