"""Numbers: what was measured, and what the processes of a server hold."""

import math
import os
import re
import statistics
import time
from collections import namedtuple
from pathlib import Path

TICK = 1e6 / os.sysconf("SC_CLK_TCK")


class Sample(namedtuple("Sample", "times seconds errors cpu")):
    """One round: microseconds of each answer, and of processor time in all."""

    @property
    def p50(self):
        return statistics.median(self.times)

    @property
    def rate(self):
        return len(self.times) / self.seconds


class Series(list):
    """The samples of all rounds."""

    @property
    def times(self):
        return [time for sample in self for time in sample.times]

    @property
    def p50(self):
        return statistics.median(self.times)

    @property
    def p99(self):
        return percentile(self.times, 99)

    @property
    def rate(self):
        return statistics.median(sample.rate for sample in self)

    @property
    def errors(self):
        return sum(sample.errors for sample in self)

    @property
    def cpu(self):
        return sum(sample.cpu for sample in self) / len(self.times)

    @property
    def spread(self):
        """Of the rounds' medians, the interquartile range to their median."""
        medians = [sample.p50 for sample in self]
        low, middle, high = statistics.quantiles(medians, method="inclusive")
        return (high - low) / middle


def percentile(values, percent):
    """The nearest rank's."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def ratio(one, other, of="p50"):
    """The median of the rounds' ratios: what both had to bear is in neither."""
    return statistics.median(getattr(a, of) / getattr(b, of)
                             for a, b in zip(one, other))


# the machine

def used_by_others(seconds):
    """The part of the processors' time that is used while this one rests."""
    before = _used()
    time.sleep(seconds)
    return part(before, _used())


def part(before, after):
    return (after[0] - before[0]) / (after[1] - before[1])


def used(stat):
    """Of /proc/stat: what was used, or stolen by a hypervisor; and all."""
    ticks = list(map(int, stat.partition("\n")[0].split()[1:9]))
    idle, iowait = ticks[3:5]
    return sum(ticks) - idle - iowait, sum(ticks)


def busy():
    """Microseconds that the processors have been used, and that there were."""
    return [ticks * TICK for ticks in _used()]


def _used():
    return used(Path("/proc/stat").read_text())


# processes

# cpu and dead are microseconds, its own and its dead children's

Process = namedtuple("Process", "pid ppid comm args cpu dead zombie")

_STAT = re.compile(r"\d+ \((.*)\) (\S) (\d+) (.*)", re.DOTALL)


def processes():
    found = {}

    for path in Path("/proc").glob("[0-9]*"):
        try:
            comm, state, ppid, rest = _STAT.match(
                (path / "stat").read_text()).groups()
            args = (path / "cmdline").read_text().replace("\0", " ")
        except (OSError, UnicodeDecodeError):
            continue

        # of user and system: 14 to 17
        times = [int(ticks) * TICK for ticks in rest.split()[9:13]]
        found[int(path.name)] = Process(int(path.name), int(ppid), comm, args,
                                        sum(times[:2]), sum(times[2:]),
                                        state == "Z")
    return found


def family(is_root):
    """The processes that is_root() is true of, and all below them."""
    found = processes()
    mine = {pid for pid, process in found.items() if is_root(process)}
    more = mine

    while more:
        more = {pid for pid, process in found.items()
                if process.ppid in more} - mine
        mine |= more

    return [found[pid] for pid in sorted(mine) if not found[pid].zombie]


def cpu(processes):
    """Microseconds that they have used, and those below them that are dead."""
    return sum(process.cpu + process.dead for process in processes)


def kind(process, parent):
    """What a process of nginx's or the pool's is."""
    match = re.match("nginx: (master|worker|cache manager)", process.args)
    if match:
        return "nginx " + match[1]

    name = process.comm.replace("pyexec-", "")

    if name in ("light", "full"):
        return name + " zygote"

    if name == "child" and parent is not None:
        return parent.comm.replace("pyexec-", "") + " child"

    return name


def memory(pid):
    """KB: its proportional share, and what it has alone.

    Those of a confined process are for root to see: NaN for others.
    """
    try:
        text = Path("/proc/%d/smaps_rollup" % pid).read_text()
    except PermissionError:
        return math.nan, math.nan
    kb = {name: int(n) for name, n in re.findall(r"(\w+): +(\d+) kB", text)}
    return kb["Pss"], kb["Private_Clean"] + kb["Private_Dirty"]
