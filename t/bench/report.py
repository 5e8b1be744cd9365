"""What was measured, as tables; and what is to be said about it."""

import math
import operator
import os
import platform
import re
import statistics
import subprocess
import tempfile
from collections import namedtuple
from pathlib import Path

from measure import percentile, ratio
from plan import (
    CROWD, EVENTS, FIB, FLOORS, LINES, LISTS, LOADS, PLOT, QUICK, ROUNDS,
    SPARES, STREAMS, SVD)
from servers import NGINX, PYTHON, TOP

NOISE = 0.1              # of either kind: more, and there is no verdict

LIBRARIES = ("numpy", "pandas", "matplotlib")
BASELINE_LIBRARIES = ("fastapi", "uvicorn")

Noise = namedtuple("Noise", "spread others")
Condition = namedtuple("Condition", "text value holds limit")
Goal = namedtuple("Goal", "work conditions")

HOLDS = {"<=": operator.le, ">=": operator.ge, "=": operator.eq}


def write(bench):
    """Return the text, and whether all goals are met: None where it is moot."""
    noise = Noise(max(bench.series[floor].spread
                      for floor in references(bench)),
                  statistics.mean(bench.others))
    every = goals(bench)
    met = verdict(every, noise)

    sections = [
        "# Benchmarks",
        "Printed by `make bench%s` after %d s, %d rounds." % (
            " QUICK=1" if QUICK else "", bench.seconds, ROUNDS),
        head(bench),
        "## Goals", goal_table(every, met), noise_text(noise),
        "## Runs", run_table(bench), RUNS_TEXT,
        "## Events", event_table(bench), EVENTS_TEXT % (
            ms(bench.series["first"].p50), ms(bench.series["first"].p99)),
        *before(bench),
        "## Floors", floor_table(bench), FLOORS_TEXT,
        "## Where the time goes", part_table(bench), PARTS_TEXT,
        "## Starts", start_table(bench), STARTS_TEXT,
        "## Zygotes", zygote_table(bench), limit_table(bench), ZYGOTES_TEXT,
        "## What each wall costs", wall_table(bench), WALLS_TEXT,
        "## Memory", memory_table(bench), MEMORY_TEXT,
        "## Scaling", scaling(bench),
    ]
    return "\n\n".join(sections) + "\n", met


RUNS_TEXT = """\
Times are of whole requests over a connection that is kept. p50 and p99 are
of all answers of all rounds; runs/s, and the ratios, are the median of the
rounds' own. CPU is what all processes of a server have used, for a run."""

EVENTS_TEXT = """\
Runs whose clients accept text/event-stream, beside the same runs without, in
turns; the ratios are the medians of the rounds' own. From the code's write of
its first output until its client has read it: p50 %s ms, p99 %s ms."""

FLOORS_TEXT = """\
A bare interpreter has nothing loaded, the others what the zygote of that name
has. Fork: fork, run the compiled code with its output to a pipe, exit, wait.
Same: in one process, again and again. Walk: looking through the tree of the
code, which is what the policy costs."""

PARTS_TEXT = """\
fib(15), 16 clients: of the processors' time what each kind of process has
used for a run.  The rest is the kernel's own threads', what they do for
processes and namespaces that have ended, and the client's."""

BEFORE_TEXT = """\
Both in the same rounds; the ratios are the medians of the rounds' own."""

STARTS_TEXT = """\
Medians. A full run is CSV + plot, sent when the pool has said that all is
loaded; a light one is fib(15). After the death of a zygote: until runners
have children of the next one, and the run is answered."""

ZYGOTES_TEXT = """\
fib(15), 16 clients, in turns; PSS of one zygote. A zygote forks one child at a
time: what it takes of a processor itself for a run says how many runs it can
serve, and what all processes take for a run how many processors that keeps
busy."""

WALLS_TEXT = """\
fib(15), one client, a pool for each line, without preload. Less: than with
all walls, of p50 the median of the rounds' differences."""

MEMORY_TEXT = """\
Of each kind the process that has the most. PSS shares a page among those who
map it; alone is what nobody else maps."""


# goals

def goals(bench):
    series, nginx, base = bench.series, bench.nginx, bench.baseline
    fib, fib16 = series[nginx, FIB, 1], series[nginx, FIB, 16]
    plot, plot4 = series[nginx, PLOT, 1], series[nginx, PLOT, 4]
    svd, same = series[nginx, SVD, 1], series["full", "same", SVD]
    few, page, many = (series["list", n] for n in (10, 50, 10000))
    crowd = series["crowd"]

    return [
        Goal("fib(15), 1 client", [
            Condition("p50 / a fork", ratio(fib, series["bare", "fork", FIB]),
                      "<=", 1.3),
            Condition("baseline / p50", ratio(series[base, FIB, 1], fib),
                      ">=", 12),
            Condition("p99 / p50", fib.p99 / fib.p50, "<=", 3)]),
        Goal("fib(15), 16 clients", [
            Condition("runs/s", fib16.rate, ">=", 1000),
            Condition("/ the baseline's",
                      ratio(fib16, series[base, FIB, 16], "rate"),
                      ">=", 10)]),
        Goal("CSV + plot, 1 client", [
            Condition("p50, ms", plot.p50 / 1000, "<=", 75),
            Condition("baseline / p50", ratio(series[base, PLOT, 1], plot),
                      ">=", 7)]),
        Goal("CSV + plot, 4 clients", [
            Condition("runs/s", plot4.rate, ">=", 24)]),
        Goal("svd(200x200), 1 client", [
            Condition("p50, ms", svd.p50 / 1000, "<=",
                      1.3 * same.p50 / 1000 + 4)]),
        Goal("100 lines, the policy's walk", [
            Condition("/ p50 of the run",
                      ratio(series["light", "walk", LINES],
                            series[nginx, LINES, 1]), "<=", 0.05)]),
        Goal("a list of 50, of 10,000 runs", [
            Condition("p50 / that of 10 runs", ratio(many, few),
                      "<=", 1.2),
            Condition("p50 / that of 50 runs", ratio(many, page),
                      "<=", 1.2)]),
        Goal("fib(15), %d clients" % CROWD, [
            Condition("errors", crowd.errors, "=", 0),
            Condition("lost", bench.lost, "=", 0),
            Condition("p99 / (clients / throughput)",
                      crowd.p99 / 1e6 * crowd.rate / CROWD, "<=", 2)]),
        Goal("all that was asked", [
            Condition("errors", sum(series.errors for series
                                    in bench.series.values()), "=", 0)]),
    ]


def is_met(goal):
    return all(HOLDS[c.holds](c.value, c.limit) for c in goal.conditions)


def verdict(every, noise):
    """Whether all are met; None where the machine does not let one say."""
    if max(noise) > NOISE:
        return None
    return all(is_met(goal) for goal in every)


def references(bench):
    """The floors that goals stand on."""
    return [("bare", "fork", FIB), ("full", "same", PLOT),
            ("full", "same", SVD)]


def goal_table(every, met):
    rows = []
    for goal in every:
        word = "-" if met is None else "met" if is_met(goal) else "not met"
        for condition in goal.conditions:
            rows.append((goal.work, condition.text, number(condition.value),
                         "%s %s" % (condition.holds, number(condition.limit)),
                         word))
            goal, word = goal._replace(work=""), ""
    return table("work|measured||goal|", rows)


def noise_text(noise):
    text = ("The rounds of a floor differ by %.1f %% (the interquartile range "
            "of their\nmedians, relative to the median; the largest of the "
            "floors that goals stand on).\nWhile the benchmarks rested, "
            "%.1f %% of the processors' time was used."
            % (noise.spread * 100, noise.others * 100))
    if max(noise) > NOISE:
        return text + ("\n**No verdict**, since more than %.0f %% says that "
                       "something else keeps the machine\nbusy."
                       % (NOISE * 100))
    return text


# tables

def run_table(bench):
    rows = []

    for work, clients, _, _ in LOADS:
        ours = bench.series[bench.nginx, work, clients]
        base = bench.series[bench.baseline, work, clients]
        floor = bench.series[work.floor, "fork", work]
        rows.append((
            work.name, clients, ms(ours.p50), ms(ours.p99), number(ours.rate),
            ms(ours.cpu), number(ratio(ours, floor)) if clients == 1 else "",
            ms(base.p50), ms(base.p99), number(base.rate), ms(base.cpu),
            number(ratio(base, ours)),
            number(ratio(ours, base, "rate")),
            ours.errors + base.errors))

    return table("work|clients|p50, ms|p99, ms|runs/s|CPU, ms|p50 / fork|"
                 "baseline: p50|p99|runs/s|CPU|its p50 / ours|"
                 "our runs/s / its|errors", rows)


def event_table(bench):
    rows = []
    for work, clients, _ in STREAMS:
        events = bench.series[EVENTS, work, clients]
        plain = bench.series["*/*", work, clients]
        rows.append((work.name, clients, ms(events.p50), ms(plain.p50),
                     "%.3f" % ratio(events, plain), number(events.rate),
                     "%.3f" % ratio(events, plain, "rate")))
    return table("work|clients|p50, ms|without|/ without|runs/s|/ without",
                 rows)


def floor_table(bench):
    rows = []
    for kind, how, work, _ in FLOORS:
        series = bench.series[kind, how, work]
        rows.append((work.name, kind, how, ms(series.p50), ms(series.p99),
                     ms(series.cpu), "%.1f %%" % (series.spread * 100)))
    return table("work|interpreter||p50, ms|p99, ms|CPU, ms|"
                 "spread of the rounds", rows)


def part_table(bench):
    parts, used, there = bench.parts
    rows = [(kind, cpu) for kind, cpu in parts if cpu >= 1]
    rows += [
        ("the rest", used - sum(cpu for _, cpu in parts)),
        ("idle", there - used),
        ("all processors", there),
        ("beside it: a fork, light", bench.series["light", "fork", FIB].cpu)]
    return table("process|CPU, ms", [(kind, ms(cpu)) for kind, cpu in rows])


def before(bench):
    if not bench.before:
        return []
    rows = []
    for work, clients, _, _ in LOADS:
        ours = bench.series[bench.nginx, work, clients]
        other = bench.series[bench.before, work, clients]
        rows.append((work.name, clients, ms(ours.p50), ms(other.p50),
                     "%.3f" % ratio(ours, other),
                     "%.3f" % ratio(ours, other, "rate"),
                     "%.3f" % (ours.cpu / other.cpu)))
    return ["## Beside another build",
            table("work|clients|p50, ms|its|p50 / its|runs/s / its|CPU / its",
                  rows), BEFORE_TEXT]


def start_table(bench):
    times = {what: statistics.median(series)
             for what, series in bench.starts.items()}
    load = times["one load, in an interpreter alone"]
    return table("|s|/ one load", [(what, number(time), number(time / load))
                                   for what, time in times.items()])


def zygote_table(bench):
    one = bench.zygotes[0][2]
    return table("light|full|runs/s|/ with one|PSS of a light one, MB|"
                 "of a full one",
                 [(n, full, number(series.rate),
                   "%.3f" % ratio(series, one, "rate"),
                   number(light_kb / 1024), number(full_kb / 1024))
                  for n, full, series, light_kb, full_kb in bench.zygotes])


def limit_table(bench):
    rows = []
    for work, kind, parts in ((FIB, "light zygote", bench.parts),
                              (PLOT, "full zygote", bench.plot_parts)):
        own = dict(parts[0])[kind]
        every = sum(cpu for _, cpu in parts[0])
        rows.append((work.name, kind, ms(own), number(1e6 / own), ms(every),
                     number(every / own)))
    return table("work|zygote|its own CPU, ms|runs/s at most|CPU of all, ms|"
                 "processors it suffices for", rows)


def wall_table(bench):
    whole = bench.walls["none"]
    rows = [("all" if "+" in name else name, ms(series.p50), ms(series.p99),
             ms(statistics.median(a.p50 - b.p50
                                  for a, b in zip(whole, series))),
             ms(series.cpu), ms(whole.cpu - series.cpu))
            for name, series in bench.walls.items()]
    return table("without|p50, ms|p99, ms|less|CPU, ms|less", rows)


def memory_table(bench):
    one = {kind: kb for kind, _, *kb in bench.memory}
    idle = [sum(kb) for kb in zip(one["runner"],
                                  *[one[kind] for kind in SPARES
                                    for _ in range(SPARES[kind])])]
    return table("process|number|PSS, MB|alone, MB",
                 [(kind, n, number(pss / 1024), number(alone / 1024))
                  for kind, n, pss, alone
                  in bench.memory + [("an idle runner and its children", "",
                                      *idle)]])


def scaling(bench):
    lists = [bench.series["list", n] for n in LISTS]

    return "\n\n".join([
        "fib(15), one client, and the sessions that there are:",
        table("sessions|p50, ms|p99, ms",
              [(n, ms(s.p50), ms(p99(s))) for n, s in bench.sessions]),
        "A list of 50, and the runs that its session has:",
        table("runs|p50, ms|p99, ms",
              [(n, ms(s.p50), ms(s.p99)) for n, s in zip(LISTS, lists)]),
        "The size of the code (lines of \"x = 12345\"), one client; beside "
        "it what\ncompiling it takes alone:",
        table("bytes|p50, ms|compiling, ms",
              [(n, ms(ours.p50), ms(alone.p50))
               for n, alone, ours in bench.code]),
        "The size of the output, one client; 200,000 characters are kept:",
        table("bytes|p50, ms",
              [(n, ms(s.p50)) for n, s in bench.output]),
        "Workers of nginx, and fib(15), 16 clients:",
        table("workers|nginx: PSS, MB|the pool: PSS, MB|runs/s",
              [(n, number(own / 1024), number(pool / 1024), number(s.rate))
               for n, own, pool, s in bench.workers]),
    ])


def p99(sample):
    return percentile(sample.times, 99)


def table(titles, rows):
    cells = [titles.split("|")] + [list(map(str, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    lines = ["| %s |" % " | ".join(cell.ljust(width) for cell, width
                                   in zip(row, widths)) for row in cells]
    lines.insert(1, "|%s|" % "|".join("-" * (width + 2) for width in widths))
    return "\n".join(lines)


def ms(us):
    return number(us / 1000)


def number(value):
    """Three digits that say something."""
    if math.isnan(value):
        return "-"
    if isinstance(value, int) or abs(value) >= 100:
        return "{:,.0f}".format(value)
    return "%.*f" % (1 if abs(value) >= 10 else 2, value)


# the machine

def machine():
    """Known before the load begins, which is of interest."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal: +(\d+)", Path("/proc/meminfo").read_text())
    return [
        ("processor", "%s, %d cores" % (cpu[1] if cpu else platform.machine(),
                                        os.cpu_count())),
        ("memory", "%.0f GB" % (int(memory[1]) / 1024 ** 2)),
        ("kernel", platform.release()),
        ("load before", "%.2f" % os.getloadavg()[0]),
        ("workspaces on", output("findmnt", "-no", "FSTYPE", "-T",
                                 tempfile.gettempdir())),
        ("nginx", output(NGINX, "-v").rpartition("/")[2]),
        ("Python", versions(PYTHON + "/bin/python3", LIBRARIES)),
        ("baseline", versions(TOP / "build/bench-venv/bin/python",
                              BASELINE_LIBRARIES)),
        ("revision", output("git", "-C", TOP, "describe", "--always",
                            "--dirty")),
    ]


def head(bench):
    return table("|", bench.machine + [("walls", bench.walls_in_force)])


def versions(python, libraries):
    code = ("import platform, importlib.metadata as m; print(', '.join(["
            "platform.python_version()] + [n + ' ' + m.version(n) for n in %r"
            "]))" % (libraries,))
    return output(python, "-c", code)


def output(*command):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.stdout.strip() if done.returncode == 0 else "unknown"
