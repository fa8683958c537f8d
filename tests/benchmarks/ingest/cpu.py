"""Seconds of processor: of trees of processes, and of the whole machine."""

import os
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_USED = slice(11, 15)  # user and system, of itself and of the children it has buried


def tree_s(root: int) -> float:
    """Return what a process and all that descends from it have used."""
    stats = _stats()
    found, fresh = {root}, {root}
    while fresh:
        fresh = {pid for pid, fields in stats.items() if int(fields[1]) in fresh}
        found |= fresh
    return sum(sum(map(int, stats[pid][_USED])) for pid in found if pid in stats) * _TICK_S


def machine_s() -> float:
    """Return what everybody on the machine has used."""
    first = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _wait, irq, softirq = map(int, first[:7])
    return (user + nice + system + irq + softirq) * _TICK_S


def machine() -> str:
    """Return what this machine is, for beside absolute figures."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((x.partition(":")[2].strip() for x in lines if x.startswith("model name")), "?")
    memory_kb = int(Path("/proc/meminfo").read_text().split()[1])
    return f"{len(os.sched_getaffinity(0))} cores of {model}, {memory_kb / 2**20:.0f} GiB"


def _stats() -> dict[int, list[str]]:
    """Return the fields after the name of each process's stat: state, parent, ..."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            found[int(place.name)] = (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
    return found
