"""What the same code costs without nginx, walls or files of a run.

    floor.py fork|warm code-file count

fork: an interpreter that has nothing but this loaded forks, the child runs the
code, its output goes through a pipe, the parent waits: the kernel's price for
a fresh process.  warm: the interpreter runs the code in itself, over and over.
Prints latencies in milliseconds as load.c does.
"""

import gc
import io
import json
import os
import sys
import time


def fork(code, read, write):
    pid = os.fork()
    if pid == 0:
        os.dup2(write, 1)
        exec(code, {"__name__": "__main__"})
        sys.stdout.flush()
        os._exit(0)
    os.read(read, 65536)
    os.waitpid(pid, 0)


def warm(code):
    stdout, sys.stdout = sys.stdout, io.StringIO()
    try:
        exec(code, {"__name__": "__main__"})
    finally:
        sys.stdout = stdout


def main(mode, path, count):
    with open(path) as file:
        code = compile(file.read(), "main.py", "exec")
    if mode == "fork":
        gc.freeze()
        pipe = os.pipe()
        once = lambda: fork(code, *pipe)
    else:
        once = lambda: warm(code)

    for _ in range(3):
        once()
    times = []
    begin = time.perf_counter()
    for _ in range(count):
        start = time.perf_counter()
        once()
        times.append(1e3 * (time.perf_counter() - start))
        if mode == "warm" and "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
    seconds = time.perf_counter() - begin
    times.sort()
    at = lambda share: times[min(int(count * share), count - 1)]
    print(json.dumps({"requests": count, "errors": 0, "seconds": seconds,
                      "min": times[0], "p25": at(.25), "p50": at(.5),
                      "p75": at(.75), "p99": at(.99), "max": times[-1]}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
