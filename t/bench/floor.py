"""What a run costs where there is nothing around it.

    python -I t/bench/floor.py bare|light|full directory

is an interpreter with nothing loaded, or as warm as the pool's zygote of that
name.  It takes orders from standard input, a JSON array a line, [how, file,
n, marker], and answers with the microseconds of each of the n times, a JSON
array.  how is

    fork     fork, run the compiled code with standard output to a pipe, exit
    same     run it in this process, compiled
    compile  compile it
    walk     look through its tree, as the policy does
"""

import ast
import gc
import json
import os
import posix
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    kind, directory = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.chdir(directory)

    if kind != "bare":
        # the second has what the pool has in C
        sys.path[:0] = [os.path.join(HERE, directory)
                        for directory in ("../../src/python", "../python")]
        import _pyexec_startup
        _pyexec_startup.preload("" if kind == "light" else None)

    gc.collect()
    gc.freeze()

    for line in sys.stdin:
        how, path, n, marker = json.loads(line)
        with open(path, encoding="utf-8") as file:
            source = file.read()
        run = HOW[how](source, marker.encode())
        answers.write(json.dumps([timed(run) for _ in range(n)]) + "\n")
        answers.flush()


def timed(run):
    start = time.perf_counter_ns()
    run()
    took = (time.perf_counter_ns() - start) // 1000
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")
    return took


def fork(source, marker):
    code = compile(source, "main.py", "exec")

    def run():
        output, stdout = os.pipe()
        pid = posix.fork()    # in os it is replaced
        if pid == 0:
            os.dup2(stdout, 1)
            execute(code)
            os._exit(0)

        os.close(stdout)
        text = b""
        while more := os.read(output, 65536):
            text += more
        os.close(output)

        if os.waitpid(pid, 0)[1] != 0 or marker not in text:
            sys.exit("the floor's run went wrong: %r" % text)

    return run


def same(source, marker):
    code = compile(source, "main.py", "exec")
    return lambda: execute(code)


def execute(code):
    exec(code, {"__name__": "__main__"})
    sys.stdout.flush()


def walk(source, marker):
    import _pyexec_policy
    tree = ast.parse(source)
    return lambda: _pyexec_policy._walk(tree)


HOW = {
    "fork": fork,
    "same": same,
    "walk": walk,
    "compile": lambda source, marker: lambda: compile(source, "m", "exec"),
}


if __name__ == "__main__":
    main()
