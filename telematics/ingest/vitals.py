"""Vital signs of the web processes of one server, a file each: what they count and how they are.

Any of them can so speak for all. Files of processes that ended are added up, so that counts only
grow as long as the server runs; another start of it begins anew, as Prometheus expects.
"""

import fcntl
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from django.conf import settings

from telematics.ingest.meters import Counts, Spread

PAST = "past.json"


class Vital(msgspec.Struct):
    """How a process is, by the machine's monotonic clock (`_s`), and what it has counted."""

    pid: int
    begun: str
    written_s: float
    looped_s: float
    committing_since_s: float | None
    queue_rows: int
    keyring_age_s: float
    counts: Counts

    @property
    def is_alive(self) -> bool:
        """Say whether the process still runs; its number may have gone to a stranger."""
        return begun(self.pid) == self.begun


def begun(pid: int) -> str:
    """Return when a process began, in the kernel's words; empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def folder() -> Path:
    """Return where the processes of this server keep their files."""
    server = os.getppid()
    return Path(settings.METRICS_DIR) / f"{server}-{begun(server)}"


def enter() -> None:
    """Make the folder; add up what ended processes left, and remove what ended servers left."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    with _locked(place, fcntl.LOCK_EX):
        ended = [vital for vital in _files(place) if not vital.is_alive]
        if ended:
            past = sum_counts([_past(place), *(vital.counts for vital in ended)])
            _replace(place / PAST, past)
            for vital in ended:
                (place / f"{vital.pid}.json").unlink()
    for other in place.parent.glob("[0-9]*-*"):
        pid, _, since = other.name.partition("-")
        if begun(int(pid)) != since:
            shutil.rmtree(other, ignore_errors=True)


def write(vital: Vital) -> None:
    """Put a process's file in place of its last one."""
    _replace(folder() / f"{vital.pid}.json", vital)


def living() -> list[Vital]:
    """Return the vital signs of the processes that run; it waits for nobody."""
    return [vital for vital in _files(folder()) if vital.is_alive]


def all_counts() -> Counts:
    """Return the counts of all processes there ever were under this server."""
    place = folder()
    if not place.exists():
        return Counts()
    with _locked(place, fcntl.LOCK_SH):
        return sum_counts([_past(place), *(vital.counts for vital in _files(place))])


def sum_counts(parts: list[Counts]) -> Counts:
    """Add counts up."""
    total = Counts()
    for part in parts:
        for name in ("requests", "reports", "refused_reports"):
            sums, more = getattr(total, name), getattr(part, name)
            for word, count in more.items():
                sums[word] = sums.get(word, 0) + count
        for name in ("commit_rows", "commit_s", "lag_s"):
            spread, other = getattr(total, name), getattr(part, name)
            pairs = zip(spread.counts, other.counts, strict=True)
            setattr(total, name, Spread([a + b for a, b in pairs], spread.total + other.total))
    return total


def _files(place: Path) -> list[Vital]:
    found = []
    for path in place.glob("[0-9]*.json"):
        with suppress(FileNotFoundError):  # added up and removed meanwhile
            found.append(msgspec.json.decode(path.read_bytes(), type=Vital))
    return found


def _past(place: Path) -> Counts:
    path = place / PAST
    return msgspec.json.decode(path.read_bytes(), type=Counts) if path.exists() else Counts()


def _replace(path: Path, what: msgspec.Struct) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(msgspec.json.encode(what))
    new.replace(path)


@contextmanager
def _locked(place: Path, how: int) -> Iterator[None]:
    """Hold the folder's lock; after a second go on without: its holder may have been stopped."""
    with (place / "lock").open("a") as lock:
        for _ in range(20):
            try:
                fcntl.flock(lock, how | fcntl.LOCK_NB)
                break
            except OSError:
                threading.Event().wait(0.05)
        yield
