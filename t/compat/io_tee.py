import sys


class Tee:
    def __init__(self, *streams):
        self.streams = streams

    def write(self, text):
        for s in self.streams:
            s.write(text)

    def flush(self):
        for s in self.streams:
            s.flush()


with open("run.log", "w") as log:
    old, sys.stdout = sys.stdout, Tee(sys.stdout, log)
    print("to both places")
    sys.stdout = old
print(open("run.log").read(), end="")
