"""make bench: how fast runs are, beside what they could be and what they were.

Rounds, and in each of them everything once: the floor (a fork and nothing
else), the module, the baseline.  So what else the machine does is spread over
all of them; where it is too much, the floor's own rounds differ, or others
are at work while this rests, and there is no verdict.  QUICK=1 makes fewer
rounds, and BEFORE=directory runs another build beside this one, in turns:
what changed between them is then seen, whatever the machine does.
"""

import contextlib
import http.client
import json
import math
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import measure
import report
from plan import (
    CLIENTS, CODE, CROWD, CROWD_EACH, DATA, EVENTS, FIB, FIRST, FIRSTS,
    FLOORS, LISTS, LOADS, OK, OUTPUT, PARTS, PLOT, REST, ROUNDS, SESSIONS,
    SPARES, STARTS, STREAMS, WORKERS, ZYGOTES)
from servers import (
    BEFORE, BUILD, EXECUTE, Baseline, Before, Floor, Nginx, until)

# whether all goals are met, as report.write() says it

STATUS = {True: 0, False: 1, None: 2}


class Bench:
    def __init__(self, directory, stack):
        self.dir = Path(directory)
        self.stack = stack
        self.series = defaultdict(measure.Series)
        self.others = []

    def measure(self):
        self.machine = report.machine()
        self.start()
        self.warm_up()
        self.make_lists()

        for i in range(ROUNDS):
            say("round %d of %d" % (i + 1, ROUNDS))
            until(lambda: settled(self.nginx.kinds()), "the pool")
            self.others.append(measure.used_by_others(REST))
            self.measure_floors()
            self.measure_loads()
            self.measure_streams()
            self.measure_lists()
            self.measure_crowd()

        self.parts = self.measure_parts(FIB)
        self.plot_parts = self.measure_parts(PLOT)
        self.lost = self.count_lost()
        self.memory = self.measure_memory()
        self.sessions = self.scale_sessions()
        self.code = self.scale_code()
        self.output = self.scale_output()
        self.workers = self.scale_workers()
        self.zygotes = self.scale_zygotes()
        self.starts = self.measure_starts()
        self.walls = self.measure_walls()

    def enter(self, server):
        self.stack.callback(server.stop)
        return server

    def start(self):
        say("starting nginx, the baseline and the floors")
        floor = self.dir / "floor"
        (floor / "session/uploads").mkdir(parents=True)
        (floor / "session/uploads/data.csv").write_text(DATA)

        self.floors = {kind: self.enter(Floor(kind, floor))
                       for kind in ("bare", "light", "full")}
        self.nginx = self.enter(Nginx(self.dir / "nginx"))
        self.baseline = self.enter(Baseline(self.dir / "baseline"))
        self.before = BEFORE and self.enter(Before(
            self.dir / "before",
            module=Path(BEFORE) / "ngx_http_pyexec_module.so"))

        self.ours = [self.nginx, self.before]
        for server in filter(None, (self.nginx, self.baseline, self.before)):
            server.wait()
            for i in range(CLIENTS):
                server.session("%s-%08d" % (PLOT.slug, i), data_csv=DATA)

        self.walls_in_force = self.nginx.walls

    def body(self, code, session):
        """A file with what is POSTed."""
        path = self.dir / ("body-" + session)
        path.write_text(json.dumps({"session_id": session, "code": code}))
        return path

    def run(self, server, work, **amount):
        body = self.body(work.code, work.slug + "-########")
        return server.load(EXECUTE, OK, work.marker, body=body,
                           numbers=amount.get("clients", 1), **amount)

    # rounds

    def warm_up(self):
        """The first time of anything is another matter, for all of them."""
        self.measure_floors()
        self.series.clear()

        for work in {work: None for work, *_ in LOADS}:
            for server in filter(None, (self.nginx, self.baseline,
                                        self.before)):
                self.run(server, work, n=2)

    def measure_floors(self):
        for kind, how, work, n in FLOORS:
            path = self.dir / (work.slug + ".py")
            path.write_text(work.code)
            marker = "" if how == "same" else work.printed
            self.series[kind, how, work].append(
                self.floors[kind].measure(how, path, n, marker))

    def measure_loads(self):
        """Our two builds take turns at being the first."""
        self.ours.reverse()
        for work, clients, ours, others in LOADS:
            for server, amount in (*((server, ours) for server in self.ours),
                                   (self.baseline, others)):
                if server is None:
                    continue
                self.series[server, work, clients].append(
                    self.run(server, work, clients=clients, **amount))

    def measure_streams(self):
        """Runs with events beside the same without, and the first output."""
        for work, clients, amount in STREAMS:
            for accept in (EVENTS, "*/*"):
                self.series[accept, work, clients].append(self.run(
                    self.nginx, work, clients=clients, accept=accept,
                    **amount))

        self.series["first"].append(measure.Sample(
            [first_output(self.nginx) for _ in range(FIRSTS)], 1, 0, 0))

    def make_lists(self):
        """Sessions that have run something."""
        for n in LISTS:
            say("%d runs in a session" % n)
            self.nginx.load(EXECUTE, OK, clients=min(n, 16), n=n,
                            body=self.body("", "list-%d" % n))

    def measure_lists(self):
        for n in LISTS:
            self.series["list", n].append(self.nginx.load(
                "/api/code-results/list-%d?limit=50" % n, '"items":[{',
                n=100))

    def measure_crowd(self):
        self.series["crowd"].append(self.nginx.load(
            EXECUTE, OK, FIB.marker, clients=CROWD, numbers=CROWD,
            n=CROWD * CROWD_EACH,
            body=self.body(FIB.code, "crowd-########")))

    def count_lost(self):
        """The crowd's runs that are not in the history."""
        had = 0
        for path in self.nginx.workspace.glob("crowd-*/code_exec/runs.jsonl"):
            had += path.read_text().count('"status":"ok"')
        return ROUNDS * CROWD * CROWD_EACH - had

    # once

    def measure_parts(self, work):
        """What of the processors' time is whose; what was used, and all."""
        say("whose time it is")
        before, machine = self.nginx.parts(), measure.busy()
        n = len(self.run(self.nginx, work, clients=16, seconds=PARTS).times)
        parts, after = self.nginx.parts(), measure.busy()
        return ([(kind, (parts[kind] - before[kind]) / n) for kind in parts],
                *((b - a) / n for a, b in zip(machine, after)))

    def measure_memory(self):
        """Of each kind, the most that a process has: waiting, and running."""
        nginx = self.nginx
        kinds = until(lambda: settled(nginx.kinds()), "the pool")
        rows = [(kind, len(pids), *most(pids)) for kind, pids in kinds.items()]

        for work, kind in ((FIB, "light child"), (PLOT, "full child")):
            stay = work.code + ("open('here', 'w').close()\n"
                                "import time\ntime.sleep(1000)\n")
            session = nginx.workspace / (work.slug + "-00000000")
            before = set(session.glob("code_exec/*/here"))

            with background(nginx, self.body(stay, session.name)):
                until(lambda: set(session.glob("code_exec/*/here")) - before,
                      "a run")
                rows.append(("%s, in %s" % (kind, work.name), 1,
                             *most(nginx.kinds()[kind])))
        return rows

    def scale_sessions(self):
        rows = []
        for n in SESSIONS:
            say("%d sessions" % n)
            body = self.body(FIB.code, "of-%d-########" % n)
            load = lambda **amount: self.nginx.load(
                EXECUTE, OK, FIB.marker, body=body, numbers=n, **amount)
            load(clients=16, n=n)
            rows.append((n, load(n=200)))
        return rows

    def scale_code(self):
        rows = []
        for size, n in CODE.items():
            code = "x = 12345\n" * (size // 10)
            path = self.dir / "size.py"
            path.write_text(code)
            rows.append((size,
                         self.floors["light"].measure("compile", path, n, ""),
                         self.nginx.load(EXECUTE, OK, n=n,
                                         body=self.body(code, "code"))))
        return rows

    def scale_output(self):
        return [(size, self.nginx.load(
                    EXECUTE, OK, "xxxxxxxx", n=n,
                    body=self.body("print('x' * %d)" % (size - 1), "output")))
                for size, n in OUTPUT.items()]

    def scale_workers(self):
        rows = []
        for workers in WORKERS:
            say("%d workers of nginx" % workers)
            nginx = self.enter(Nginx(self.dir / ("workers-%d" % workers),
                                     workers=workers)).wait()
            sample = self.run(nginx, FIB, clients=16, n=500)
            kinds = until(lambda: settled(nginx.kinds()), "the pool")
            kb = {kind: sum(measure.memory(pid)[0] for pid in pids)
                  for kind, pids in kinds.items()}
            own = sum(kb.pop(kind) for kind in list(kb)
                      if kind.startswith("nginx "))
            rows.append((workers, own, sum(kb.values()), sample))
            nginx.stop()
        return rows

    def scale_zygotes(self):
        """What several zygotes give, and what one does for a run."""
        servers = {n: self.enter(Nginx(self.dir / ("zygotes-%d" % n),
                                       "zygotes=%d" % n)).wait()
                   for n in ZYGOTES}
        series = {n: measure.Series() for n in ZYGOTES}
        for _ in range(ROUNDS):
            for n, nginx in servers.items():
                series[n].append(self.run(nginx, FIB, clients=16, n=500))

        rows = []
        for n, nginx in servers.items():
            kinds = until(lambda: settled(nginx.kinds()), "the pool")
            rows.append((n, len(kinds["full zygote"]), series[n],
                         *(statistics.mean(measure.memory(pid)[0]
                                           for pid in kinds[kind])
                           for kind in ("light zygote", "full zygote"))))
            nginx.stop()
        return rows

    def measure_starts(self):
        """Seconds from the start, or from a zygote's death, to an answer."""
        series = defaultdict(list)
        for i in range(STARTS):
            say("start %d of %d" % (i + 1, STARTS))
            floor = self.dir / "floor"
            with timed(series["one load, in an interpreter alone"]):
                load = Floor("full", floor)
                path = floor / "empty.py"
                path.write_text("")
                load.measure("same", path, 1, "")
            load.stop()

            with timed(series["the first full run, after the start"]):
                with timed(series["all is loaded, after the start"]):
                    with timed(series["the first light run, after the start"]):
                        nginx = self.enter(Nginx(self.dir / ("start-%d" % i)))
                        answer(nginx, FIB)
                    nginx.wait_ready()
                answer(nginx, PLOT)
            nginx.wait()

            for kind, work in (("light", FIB), ("full", PLOT)):
                kinds = until(lambda: settled(nginx.kinds()), "the pool")
                with timed(series["a %s run, after kill -9 of that zygote"
                                  % kind]):
                    dead = kinds["%s zygote" % kind][0]
                    os.kill(dead, signal.SIGKILL)
                    until(lambda: has_another(nginx, kind, dead), "a zygote")
                    answer(nginx, work)
            nginx.stop()
        return series

    def measure_walls(self):
        """Pools that lack a wall each, in rounds of their own."""
        say("the walls")
        servers = {"none": self.enter_without()}
        names = sorted(path.name for path in BUILD.glob("without/*"))
        walls = [name for name in names if "+" not in name]
        for name in walls + [name for name in names
                             if set(name.split("+")) == set(walls)]:
            servers[name] = self.enter_without(
                BUILD / "without" / name / "ngx_http_pyexec_module.so")

        series = {name: measure.Series() for name in servers}
        for _ in range(2 * ROUNDS):
            for name, server in servers.items():
                series[name].append(self.run(server, FIB, n=60))
        return series

    def enter_without(self, module=None):
        directory = Path(tempfile.mkdtemp(prefix="walls-", dir=self.dir))
        directory.chmod(0o755)
        return self.enter(Nginx(directory, "preload=none", 1, module)).wait()


def settled(kinds):
    """The kinds, where each runner has its children waiting."""
    n = len(kinds.get("runner", ()))
    ready = n and all(len(kinds.get(kind, ())) == n * SPARES[kind]
                      for kind in SPARES)
    return kinds if ready else None


def has_another(nginx, kind, dead):
    """Whether there are children of a zygote of that kind but the dead one."""
    kinds = nginx.kinds()
    return (dead not in kinds.get("%s zygote" % kind, [dead])
            and len(kinds.get("%s child" % kind, ()))
            == len(kinds["runner"]) * SPARES["%s child" % kind])


def answer(nginx, work):
    """A run's; those that a zygote's death takes along are asked again."""
    session = work.slug + "-00000000"
    if not (nginx.workspace / session).exists():
        nginx.session(session, data_csv=DATA)
    until(lambda: nginx.execute(work.code, session)["status"] == "ok", nginx)


def first_output(server):
    """Microseconds from a run's write to its client's read."""
    client = http.client.HTTPConnection("127.0.0.1", server.port)
    client.request("POST", EXECUTE, json.dumps({"code": FIRST.code}),
                   {"Accept": EVENTS})
    with client.getresponse() as answer:
        while answer.readline() != b"event: stdout\n":
            pass
        line = answer.readline()
        now = time.time()
        answer.read()
    client.close()
    return (now - float(json.loads(line.partition(b" ")[2])["data"])) * 1e6


@contextlib.contextmanager
def timed(times):
    start = time.monotonic()
    yield
    times.append(time.monotonic() - start)


def most(pids):
    sizes = [measure.memory(pid) for pid in pids]
    unseen = [size for size in sizes if math.isnan(size[0])]
    return unseen[0] if unseen else max(sizes)


@contextlib.contextmanager
def background(server, body):
    """A request that is given up at the end."""
    client = http.client.HTTPConnection("127.0.0.1", server.port)
    client.request("POST", EXECUTE, body.read_bytes())
    try:
        yield
    finally:
        client.close()


def say(what):
    print("bench: %s" % what, file=sys.stderr, flush=True)


def keep(path, text):
    """Writes what was measured here; what stands behind it stays."""
    old = path.read_text() if path.exists() else ""
    _, heading, behind = old.partition("\n## Large files\n")
    path.write_text(text + heading + behind)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: terminated"))
    start = time.monotonic()
    directory = tempfile.mkdtemp(prefix="pyexec-bench.")
    os.chmod(directory, 0o755)

    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        bench = Bench(directory, stack)
        bench.measure()
        bench.seconds = time.monotonic() - start

        text, met = report.write(bench)
        print(text, flush=True)
        if os.environ.get("WRITE"):
            keep(Path(os.environ["WRITE"]), text)

        say("removing what the runs have left")

    sys.exit(STATUS[met])


if __name__ == "__main__":
    main()
