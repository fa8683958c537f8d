"""Say what this machine has and lacks for the demo, the tests and a service: green and red lines.

Runs with the standard library alone, so that it can say what is missing before anything is there.
"""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from config.binaries import MissingBinaryError, find_postgres, find_redis, postgres_version

ROOT = Path(__file__).resolve().parent.parent
PYTHON_MIN = (3, 12)
DISK_MIN_GB, MEMORY_MIN_GB = 2.0, 1.5
DEMO_PORT = 8000


class Verdict(Enum):
    """What a finding means, with its mark and colour."""

    GOOD = ("+", "32")
    MISSING = ("-", "31")
    TOLD = (".", "33")


@dataclass(frozen=True)
class Finding:
    """One line of the list."""

    name: str
    verdict: Verdict
    detail: str


def _judged(*, is_good: bool) -> Verdict:
    return Verdict.GOOD if is_good else Verdict.MISSING


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    is_good = sys.version_info >= PYTHON_MIN
    return Finding("Python", _judged(is_good=is_good), f"{version}, 3.12 or newer is needed")


def _libraries() -> Finding:
    missing = [m for m in ("django", "celery", "ortools") if not importlib.util.find_spec(m)]
    if missing:
        return Finding("libraries", Verdict.MISSING, f"{', '.join(missing)} missing: make venv")
    return Finding("libraries", Verdict.GOOD, sys.prefix)


def _postgres() -> Finding:
    try:
        place = find_postgres()
    except MissingBinaryError as error:
        return Finding("PostgreSQL", Verdict.MISSING, str(error))
    return Finding("PostgreSQL", Verdict.GOOD, f"{postgres_version(place)} at {place}")


def _redis() -> Finding:
    try:
        place = find_redis()
        said = subprocess.run([place, "--version"], capture_output=True, text=True).stdout
    except (MissingBinaryError, OSError) as error:
        return Finding("Valkey or Redis", Verdict.MISSING, str(error))
    return Finding("Valkey or Redis", Verdict.GOOD, f"{' '.join(said.split()[:3])} at {place}")


def _chromium() -> Finding:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM_BIN") or next(filter(None, map(shutil.which, names)), None)
    if found:
        return Finding("Chromium", Verdict.GOOD, found)
    return Finding(
        "Chromium", Verdict.TOLD, "missing; only tests need it: apt-get install chromium"
    )


def _compiler() -> Finding:
    found = shutil.which(os.environ.get("CC", "cc"))
    if found:
        return Finding("C compiler", Verdict.GOOD, found)
    return Finding("C compiler", Verdict.TOLD, "missing; only a test of docs/clients needs it: gcc")


def _micropython() -> Finding:
    found = os.environ.get("MICROPYTHON_BIN") or shutil.which("micropython")
    said = found or "missing; without it the MicroPython client is tested on CPython alone"
    return Finding("MicroPython", Verdict.GOOD if found else Verdict.TOLD, said)


def _disk() -> Finding:
    free_gb = shutil.disk_usage(ROOT).free / 1e9
    return Finding(
        "disk",
        _judged(is_good=free_gb >= DISK_MIN_GB),
        f"{free_gb:.1f} GB free, {DISK_MIN_GB:g} needed",
    )


def _memory() -> Finding:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return Finding("memory", Verdict.TOLD, "not known on this system")
    free_gb = next(int(x.split()[1]) for x in lines if x.startswith("MemAvailable")) / 1e6
    verdict = _judged(is_good=free_gb >= MEMORY_MIN_GB)
    return Finding("memory", verdict, f"{free_gb:.1f} GB free, {MEMORY_MIN_GB:g} needed")


def _port() -> Finding:
    with socket.socket() as probe:
        probe.settimeout(1)
        is_taken = probe.connect_ex(("127.0.0.1", DEMO_PORT)) == 0
    said = "in use; the demo will take another" if is_taken else "free"
    return Finding(f"port {DEMO_PORT}", Verdict.TOLD if is_taken else Verdict.GOOD, said)


def _named_server(variable: str, standard_port: int) -> Finding:
    address = os.environ.get(variable, "")
    if not address:
        return Finding(variable, Verdict.TOLD, "not set; the demo and the tests bring their own")
    parts = urlsplit(address)
    where = f"{parts.hostname}:{parts.port or standard_port}"
    try:
        socket.create_connection((parts.hostname or "", parts.port or standard_port), 3).close()
    except OSError as error:
        return Finding(variable, Verdict.MISSING, f"{where} does not answer: {error}")
    return Finding(variable, Verdict.GOOD, f"{where} answers")


def _database() -> Finding:
    return _named_server("DATABASE_URL", 5432)


def _broker() -> Finding:
    return _named_server("REDIS_URL", 6379)


def _service() -> Iterator[Finding]:
    """Ask the service itself, when all its settings are there."""
    if not all(os.environ.get(name) for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")):
        return
    ask = [sys.executable, "manage.py", "say_health"]
    done = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        yield Finding("service", Verdict.MISSING, last)
    for line in done.stdout.splitlines():
        name, _, said = line.partition(" ")
        if name == ".":
            name, _, said = said.partition(" ")
            yield Finding(f"service: {name}", Verdict.TOLD, said)
            continue
        yield Finding(f"service: {name}", _judged(is_good=said == "ok"), said)


CHECKS: tuple[Callable[[], Finding], ...] = (
    *(_python, _libraries, _postgres, _redis, _chromium, _compiler, _micropython),
    *(_disk, _memory, _port, _database, _broker),
)


def examine() -> Iterator[Finding]:
    """Yield every finding, in the order a person would mend them."""
    for check in CHECKS:
        yield check()
    yield from _service()


def line(finding: Finding, *, is_coloured: bool) -> str:
    """Return the finding as one line: + good, - missing, . told."""
    mark, colour = finding.verdict.value
    text = f"{mark} {finding.name:<22}{finding.detail}"
    return f"\033[{colour}m{text}\033[0m" if is_coloured else text


if __name__ == "__main__":
    findings = []
    for each in examine():
        findings.append(each)
        print(line(each, is_coloured=sys.stdout.isatty()), flush=True)
    sys.exit(any(each.verdict is Verdict.MISSING for each in findings))
