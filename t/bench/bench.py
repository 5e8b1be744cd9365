"""Measures the module beside what it is to be compared with, in one go.

    bench.py [--quick] [--write FILE]

The environment: SERVER, BUILD, PYTHON, BENCH_PYTHON as "make bench" gives
them.  The contestants take turns, round by round, so that what else the
machine does meets all of them; every figure is a median over the rounds.
Where the floor itself does not hold still, there is no verdict.
"""

import argparse
import glob
import json
import os
import pathlib
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
SERVER, BUILD, PYTHON, BENCH_PYTHON = (
    os.environ[name] for name in ("SERVER", "BUILD", "PYTHON", "BENCH_PYTHON"))
NOISE = 0.25        # of the floor: its interquartile range over its median

FIB = """\
def fib(n):
    a, b = 0, 1
    out = []
    for _ in range(n):
        out.append(a)
        a, b = b, a + b
    return out

print(fib(15))
"""
PLOT = """\
import pandas as pd
import matplotlib.pyplot as plt

df = pd.read_csv("session/uploads/data.csv")
df["value"].plot(kind="line")
plt.tight_layout()
plt.savefig("serie.png")
print(df.describe())
"""
SVD = """\
import numpy
print(numpy.linalg.svd(numpy.random.rand(200, 200))[1][0] > 0)
"""

CONF = """\
load_module {module}/ngx_http_pyexec_module.so;
{user}
worker_processes {workers};
error_log {dir}/error.log notice;
pid {dir}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_max_body_size 8m;
    client_body_buffer_size 2m;
    client_body_temp_path {dir}/body;
    proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi;
    uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    keepalive_requests 1000000;
    pyexec_pool bench{port} workers={runners} max_queue=4000 python={python};
    pyexec_workspace {dir}/workspace;
    pyexec_retain 0;
    pyexec_queue_timeout 60s;
    pyexec_max_output 1000000 flood=32m;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location = /api/execute-code {{ pyexec_execute bench{port}; }}
        location ~ ^/api/code-results/(?<session>[^/]+)$ {{
            pyexec_results bench{port} $session;
        }}
    }}
}}
"""


class Nginx:
    def __init__(self, top, port, module=BUILD, workers=1,
                 runners=max(2, os.cpu_count())):
        self.dir = pathlib.Path(tempfile.mkdtemp(dir=top))
        self.port = port
        os.chmod(self.dir, 0o755)
        (self.dir / "nginx.conf").write_text(CONF.format(
            module=module, dir=self.dir, workers=workers, port=port,
            python=PYTHON, runners=runners, user=user(module)))
        upload(self.dir / "workspace")
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "nobody:nogroup",
                            self.dir / "workspace"], check=True)
        subprocess.run([SERVER, "-p", self.dir, "-c", self.dir / "nginx.conf",
                        "-e", self.dir / "error.log"], check=True)
        wait_for(lambda: " is ready" in (self.dir / "error.log").read_text())
        self.pid = int((self.dir / "nginx.pid").read_text())

    def processes(self):
        """(pid, role) of nginx and of its pool."""
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            pid = int(path.split("/")[2])
            try:
                args = open(path).read().replace("\0", " ").strip()
                comm = open("/proc/%d/comm" % pid).read().strip()
            except OSError:
                continue
            if pid == self.pid or parent(pid) == self.pid:
                yield pid, "nginx"
            elif args.startswith("pyexec-pool bench%d" % self.port):
                yield pid, comm

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        wait_for(lambda: not os.path.exists("/proc/%d" % self.pid))
        wait_for(lambda: not any(role != "nginx"
                                 for _, role in self.processes()))


def user(module):
    """nobody, where it can go where the pool's program is."""
    if os.geteuid() != 0:
        return ""
    reach = subprocess.run(["setpriv", "--reuid=nobody", "--regid=nogroup",
                            "--clear-groups", "test", "-x",
                            module + "/pyexec-pool"]).returncode == 0
    return "user nobody nogroup;" if reach else "user root;"


class Baseline:
    def __init__(self, top, port):
        self.dir = pathlib.Path(tempfile.mkdtemp(dir=top))
        self.port = port
        upload(self.dir / "workspace")
        self.process = subprocess.Popen(
            [BENCH_PYTHON, "-m", "uvicorn", "--app-dir", HERE, "baseline:app",
             "--port", str(port), "--log-level", "error"],
            env=dict(os.environ, WORKSPACE=str(self.dir / "workspace"),
                     RUN_PYTHON=PYTHON + "/bin/python3"))

        def answers():
            try:
                urllib.request.urlopen("http://127.0.0.1:%d/docs" % port)
                return True
            except OSError:
                return False
        wait_for(answers)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("waited for a minute in vain")
        time.sleep(0.02)


def parent(pid):
    try:
        stat = open("/proc/%d/stat" % pid).read()
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])


def upload(workspace):
    uploads = workspace / "bench" / "uploads"
    uploads.mkdir(parents=True)
    rows = "".join("%d,%d\n" % (i, i * i % 17) for i in range(30))
    (uploads / "data.csv").write_text("day,value\n" + rows)


def load(where, code, clients, requests, marker='"status":"ok"',
         method="POST", path="/api/execute-code", session="bench"):
    """Latencies in milliseconds, requests a second; any error ends it all."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as body:
        if code is not None:
            json.dump({"session_id": session, "code": code}, body)
        body.flush()
        answer = json.loads(subprocess.run(
            [BUILD + "/bench/load", str(where.port), method, path, body.name,
             str(clients), str(requests), marker],
            stdout=subprocess.PIPE, check=True).stdout)
    if answer["errors"]:
        raise SystemExit("%d of %d requests failed" % (answer["errors"],
                                                       requests))
    answer["rate"] = requests / answer["seconds"]
    return answer


def floor(mode, code, count, python, cwd):
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(code)
        file.flush()
        return json.loads(subprocess.run(
            [python, "-I", HERE / "floor.py", mode, file.name, str(count)],
            stdout=subprocess.PIPE, check=True, cwd=cwd,
            env={"MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1",
                 "HOME": str(cwd)}).stdout)


def median(results, key="p50"):
    return statistics.median(result[key] for result in results)


class Report:
    def __init__(self):
        self.lines = []

    def say(self, line=""):
        print(line, flush=True)
        self.lines.append(line)

    def table(self, *rows):
        for i, row in enumerate(rows):
            self.say("| " + " | ".join(str(cell) for cell in row) + " |")
            if i == 0:
                self.say("|" + "---|" * len(row))
        self.say()


def ms(value):
    return "%.2f" % value if value < 100 else "%.0f" % value


def goal(fine):
    return "met" if fine else "**not met**"


def compare(report, top, rounds, scale):
    ours, baseline = Nginx(top, 18080), Baseline(top, 18090)
    spaces = '"status":"ok"'
    bare, cwd = "/usr/bin/python3", top / "floor"
    cwd.mkdir()
    upload(cwd / "w")
    (cwd / "session").symlink_to("w/bench")
    seen = {}

    def note(name, result):
        seen.setdefault(name, []).append(result)

    load(ours, FIB, 4, 200)
    load(baseline, FIB, 1, 2)
    for _ in range(rounds):
        note("floor", floor("fork", FIB, 200 * scale, bare, cwd))
        note("fib 1", load(ours, FIB, 1, 200 * scale))
        note("fib 1 b", load(baseline, FIB, 1, 10 * scale, spaces))
        for clients in (4, 16, 64):
            note("fib %d" % clients, load(ours, FIB, clients, 500 * scale))
            note("fib %d b" % clients, load(baseline, FIB, clients,
                                            max(clients, 20 * scale), spaces))
        note("plot warm", floor("warm", PLOT, 5 * scale,
                                PYTHON + "/bin/python3", cwd))
        note("plot 1", load(ours, PLOT, 1, 5 * scale))
        note("plot 1 b", load(baseline, PLOT, 1, 2, spaces))
        note("plot 4", load(ours, PLOT, 4, 10 * scale))
        note("plot 4 b", load(baseline, PLOT, 4, 4, spaces))
        note("svd warm", floor("warm", SVD, 20 * scale,
                               PYTHON + "/bin/python3", cwd))
        note("svd 1", load(ours, SVD, 1, 10 * scale))
    baseline.stop()

    p50 = {name: median(results) for name, results in seen.items()}
    p99 = {name: median(results, "p99") for name, results in seen.items()}
    rate = {name: median(results, "rate") for name, results in seen.items()
            if "rate" in results[0]}
    low, high = (statistics.quantiles([r["p50"] for r in seen["floor"]])[i]
                 for i in (0, 2))
    inner = statistics.median((r["p75"] - r["p25"]) / r["p50"]
                              for r in seen["floor"])
    noise = max((high - low) / p50["floor"], inner)

    report.say("## Beside a process per run")
    report.say()
    report.table(
        ("work", "FastAPI + subprocess", "floor", "over HTTP", "p99",
         "to the floor", "to FastAPI"),
        ("`fib(15)`, 1 client", ms(p50["fib 1 b"]) + " ms",
         ms(p50["floor"]) + " ms", ms(p50["fib 1"]) + " ms",
         ms(p99["fib 1"]) + " ms",
         "%.2f" % (p50["fib 1"] / p50["floor"]),
         "1/%.1f" % (p50["fib 1 b"] / p50["fib 1"])),
        *(("`fib(15)`, %d clients" % n, "%.0f runs/s" % rate["fib %d b" % n],
           "", "%.0f runs/s" % rate["fib %d" % n],
           ms(p99["fib %d" % n]) + " ms", "",
           "%.1f" % (rate["fib %d" % n] / rate["fib %d b" % n]))
          for n in (4, 16, 64)),
        ("CSV and plot, 1 client", ms(p50["plot 1 b"]) + " ms",
         ms(p50["plot warm"]) + " ms", ms(p50["plot 1"]) + " ms",
         ms(p99["plot 1"]) + " ms",
         "%.2f" % (p50["plot 1"] / p50["plot warm"]),
         "1/%.1f" % (p50["plot 1 b"] / p50["plot 1"])),
        ("CSV and plot, 4 clients", "%.1f runs/s" % rate["plot 4 b"], "",
         "%.1f runs/s" % rate["plot 4"], ms(p99["plot 4"]) + " ms", "",
         "%.1f" % (rate["plot 4"] / rate["plot 4 b"])),
        ("svd of 200×200", "", ms(p50["svd warm"]) + " ms",
         ms(p50["svd 1"]) + " ms", ms(p99["svd 1"]) + " ms",
         "%.2f" % (p50["svd 1"] / p50["svd warm"]), ""))
    report.say("The floor of `fib` is a fork of an interpreter with nothing "
               "loaded, which runs the code and exits; of the others, the "
               "same code in a process that is warm, without a fork.")
    report.say()

    lists = history(ours, scale)
    crowd = crowded(top, scale)

    report.say("## Goals")
    report.say()
    if noise > NOISE:
        report.say("No verdict: the floor's own spread is %.0f %%, and over "
                   "%.0f %% the machine is too noisy." % (100 * noise,
                                                          100 * NOISE))
        report.say()
    else:
        report.table(
            ("goal", "measured", ""),
            ("`fib(15)`, 1 client: p50 ≤ 1.3 × floor",
             "%.2f" % (p50["fib 1"] / p50["floor"]),
             goal(p50["fib 1"] <= 1.3 * p50["floor"])),
            ("... and ≤ 1/12 of FastAPI",
             "1/%.1f" % (p50["fib 1 b"] / p50["fib 1"]),
             goal(12 * p50["fib 1"] <= p50["fib 1 b"])),
            ("... and p99 ≤ 3 × p50",
             "%.2f" % (p99["fib 1"] / p50["fib 1"]),
             goal(p99["fib 1"] <= 3 * p50["fib 1"])),
            ("`fib(15)`, 16 clients: ≥ 1,000 runs/s",
             "%.0f" % rate["fib 16"], goal(rate["fib 16"] >= 1000)),
            ("... and ≥ 10 × FastAPI",
             "%.1f" % (rate["fib 16"] / rate["fib 16 b"]),
             goal(rate["fib 16"] >= 10 * rate["fib 16 b"])),
            ("plot, 1 client: ≤ 75 ms", ms(p50["plot 1"]) + " ms",
             goal(p50["plot 1"] <= 75)),
            ("... and ≤ 1/7 of FastAPI",
             "1/%.1f" % (p50["plot 1 b"] / p50["plot 1"]),
             goal(7 * p50["plot 1"] <= p50["plot 1 b"])),
            ("plot, 4 clients: ≥ 24 runs/s", "%.1f" % rate["plot 4"],
             goal(rate["plot 4"] >= 24)),
            ("svd: ≤ 1.3 × warm + 4 ms", ms(p50["svd 1"]) + " ms, warm "
             + ms(p50["svd warm"]) + " ms",
             goal(p50["svd 1"] <= 1.3 * p50["svd warm"] + 4)),
            ("a list of 50, with %d runs as with 10: within 20 %%"
             % lists[-1][0], "%+.0f %%" % (100 * (lists[-1][1] / lists[0][1]
                                                  - 1)),
             goal(lists[-1][1] <= 1.2 * lists[0][1])),
            ("1,000 clients, 2 workers: no error", "0", goal(True)),
            ("... and p99 ≤ 2 × clients / throughput",
             "%.2f" % (crowd["p99"] / 1e3 * crowd["rate"] / 1000),
             goal(crowd["p99"] / 1e3 <= 2000 / crowd["rate"])))

    report.say("## Memory and processor time")
    report.say()
    report.table(("process", "PSS"), *memory(ours))
    report.say("A run of `fib(15)` takes %s ms of processor time in all, "
               "nginx included." % ms(cpu(ours, 500 * scale)))
    report.say()
    ours.stop()
    return lists


def history(ours, scale):
    """Time of a list of 50 runs by the number of runs in the session."""
    done, answer = 0, []
    for size in (10, 100, 1000, 10000)[:2 + scale // 2]:
        load(ours, "pass", 8, size - done, session="history")
        done = size
        times = load(ours, None, 1, 200, '"items"', "GET",
                     "/api/code-results/history?limit=50")
        run = load(ours, FIB, 1, 50, session="history")
        done += 50
        answer.append((size, times["p50"], run["p50"]))
    return answer


def crowded(top, scale):
    nginx = Nginx(top, 18081, workers=2)
    answer = load(nginx, FIB, 1000, 1000 * (1 + scale))
    nginx.stop()
    return answer


def memory(nginx):
    def pss(pid):
        text = open("/proc/%d/smaps_rollup" % pid).read()
        return int(text.split("Pss:")[1].split()[0]) / 1024

    names = {"pyexec-light": "light", "pyexec-full": "full"}
    rows = {}
    for pid, role in nginx.processes():
        if role in names:
            zygote = names.get(open("/proc/%d/comm" % parent(pid))
                               .read().strip()) is None
            role = names[role] + (" zygote" if zygote else " child, waiting")
        rows.setdefault(role, []).append(pss(pid))
    for role, sizes in sorted(rows.items()):
        yield role, "%.1f MB" % statistics.median(sizes)


def cpu(nginx, runs):
    def ticks():
        total = 0
        for pid, _ in nginx.processes():
            stat = open("/proc/%d/stat" % pid).read().rpartition(")")[2]
            total += sum(int(n) for n in stat.split()[11:15])
        return total
    before = ticks()
    load(nginx, FIB, 8, runs)
    return 1e3 * (ticks() - before) / os.sysconf("SC_CLK_TCK") / runs


def scaling(report, top, scale, lists):
    nginx = Nginx(top, 18082)
    report.say("## Scaling")
    report.say()
    load(nginx, FIB, 4, 100)

    rows = [("sessions", "p50")]
    sessions = nginx.dir / "workspace"
    for size in (1, 100, 10000)[:2 + scale // 4]:
        for i in range(size):
            (sessions / ("s%d" % i)).mkdir(exist_ok=True)
        rows.append((size, ms(load(nginx, FIB, 1, 50 * scale)["p50"]) + " ms"))
    report.table(*rows)

    report.table(("runs in the session", "list of 50", "`fib(15)`"),
                 *((size, ms(one) + " ms", ms(run) + " ms")
                   for size, one, run in lists))

    rows = [("size of the code", "p50")]
    for size in (10, 1000, 100000, 1000000):
        code = "x = 1\n" + "# comment\n" * (size // 10)
        rows.append(("%d B" % size,
                     ms(load(nginx, code, 1, 20 * scale)["p50"]) + " ms"))
    report.table(*rows)

    rows = [("output", "p50")]
    for size in (10, 1000, 100000, 10000000):
        rows.append(("%d B" % size, ms(load(
            nginx, "print('x' * %d)" % size, 1, 5 * scale)["p50"]) + " ms"))
    report.table(*rows)
    nginx.stop()

    rows = [("workers of nginx", "PSS of the pool", "16 clients")]
    for workers in (1, 2, 4, 8):
        nginx = Nginx(top, 18083, workers=workers)
        result = load(nginx, FIB, 16, 300 * scale)
        total = sum(int(open("/proc/%d/smaps_rollup" % pid).read()
                        .split("Pss:")[1].split()[0])
                    for pid, role in nginx.processes() if role != "nginx")
        rows.append((workers, "%.0f MB" % (total / 1024),
                     "%.0f runs/s" % result["rate"]))
        nginx.stop()
    report.table(*rows)


def walls(report, top, rounds, scale):
    builds = {"all": BUILD}
    builds.update((path.name, str(path))
                  for path in sorted(pathlib.Path(BUILD, "without").iterdir())
                  if "+" not in path.name)
    seen = {}
    for _ in range(rounds):
        for name, module in builds.items():
            nginx = Nginx(top, 18084, module=module)
            load(nginx, FIB, 4, 50)
            seen.setdefault(name, []).append(
                (load(nginx, FIB, 1, 100 * scale)["p50"],
                 load(nginx, FIB, 16, 200 * scale)["rate"],
                 cpu(nginx, 200 * scale)))
            nginx.stop()
    report.say("## What each wall costs")
    report.say()
    report.table(("without", "p50, 1 client", "16 clients",
                  "processor time of a run"),
                 *(("nothing: all walls up" if name == "all" else name,
                    ms(statistics.median(r[0] for r in results)) + " ms",
                    "%.0f runs/s" % statistics.median(r[1] for r in results),
                    ms(statistics.median(r[2] for r in results)) + " ms")
                   for name, results in seen.items()))


def machine(report, arguments):
    cpu_model = next((line.split(":")[1].strip()
                      for line in open("/proc/cpuinfo")
                      if line.startswith("model name")), platform.machine())
    version = subprocess.run([SERVER, "-v"], stderr=subprocess.PIPE,
                             text=True).stderr.split()[-1]
    packages = subprocess.run(
        [PYTHON + "/bin/python3", "-c",
         "import numpy, pandas, matplotlib as m\n"
         "print('numpy', numpy.__version__ + ', pandas', pandas.__version__"
         " + ', matplotlib', m.__version__)"],
        stdout=subprocess.PIPE, text=True).stdout.strip()
    report.say("# Benchmarks")
    report.say()
    report.say("Printed by `make bench%s` on %s: %s, %d processors, Linux %s, "
               "%s, Python %s, %s." % (arguments, time.strftime("%Y-%m-%d"),
                                       cpu_model, os.cpu_count(),
                                       platform.release(), version,
                                       platform.python_version(), packages))
    report.say()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write")
    options = parser.parse_args()
    scale, rounds = (1, 3) if options.quick else (4, 5)

    report = Report()
    top = pathlib.Path(tempfile.mkdtemp(prefix="pyexec-bench."))
    os.chmod(top, 0o755)
    try:
        machine(report, " QUICK=1" if options.quick else "")
        lists = compare(report, top, rounds, scale)
        scaling(report, top, scale, lists)
        walls(report, top, rounds, scale)
    finally:
        shutil.rmtree(top, ignore_errors=True)

    if options.write:
        pathlib.Path(options.write).write_text("\n".join(report.lines))


if __name__ == "__main__":
    sys.exit(main())
