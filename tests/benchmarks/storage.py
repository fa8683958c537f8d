"""The room reports take, and how fast they are read, at fifty million (`make bench-storage`).

``python -m tests.benchmarks.storage [--rows 50000000] [--work-dir DIR] [--sessions 2]``.
A private PostgreSQL (4 GB of shared buffers; without fsync, which changes no reading) is made, the
product's own migrations run, reports laid down in it (`storage_load`), and measured:

bytes a report    heap and indexes of the day partitions over their rows; at rest: key rebuilt
24 h of a truck   the whole rows of a truck on the road, warm; the same as the ORM gives them
latest state      of 10,000 trucks, all columns
drop a day        the product's own upkeep, one partition
lists             pages of the admin: trucks, truck days, a truck's day; without reports and with
roll-up           five minutes of all trucks; settling a truck-day; the picture of a day

Medians of 9 calls by the client's clock; the first one is left out. The last line is JSON.
"""

import argparse
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from config.commands import manage_command
from config.servers import PrivateServers
from tests.benchmarks.storage_load import LAST_DAY, Size, days_of, load_day

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 9
SERVER = (
    "shared_buffers=4GB", "max_wal_size=24GB", "wal_level=minimal", "max_wal_senders=0",
    "autovacuum=off", "checkpoint_timeout=30min", "max_locks_per_transaction=256",
    "maintenance_work_mem=512MB", "work_mem=64MB",
)  # fmt: skip
GOALS = {
    "bytes_at_rest": 170,
    "day_of_a_truck_ms": 50,
    "latest_states_ms": 100,
    "drop_day_ms": 1000,
}


def main() -> None:
    """Load, measure, print; remove everything."""
    options = _parser().parse_args()
    work: Path = options.work_dir
    is_loaded = options.again and work.exists()
    if not is_loaded:
        shutil.rmtree(work, ignore_errors=True)
    servers = PrivateServers(work, durable=False)
    try:
        servers.start_postgres()
        if not is_loaded:
            _tune(servers)
        _settings(servers)
        figures = {} if is_loaded else _load_all(servers, Size(options.rows), options.sessions)
        if not options.keep:
            print(json.dumps(figures | _measure_all(Size(options.rows))))
    finally:
        servers.stop()
        if not options.keep:
            shutil.rmtree(work, ignore_errors=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000_000)
    parser.add_argument("--keep", action="store_true", help="load only, and keep what was loaded")
    parser.add_argument("--again", action="store_true", help="measure what was kept")
    parser.add_argument("--sessions", type=int, default=2)
    parser.add_argument("--work-dir", type=Path, default=ROOT / "var" / "bench-storage")
    return parser


def _tune(servers: PrivateServers) -> None:
    """Give the server its memory: settings that want a restart."""
    with psycopg.connect(servers.database_url, autocommit=True) as line:
        for setting in SERVER:
            name, _, value = setting.partition("=")
            line.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
    servers.stop()
    servers.start_postgres()


def _settings(servers: PrivateServers) -> None:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="config.settings",
        SECRET_KEY="only-for-benchmarks-" + "x" * 40,
        DATABASE_URL=servers.database_url,
        REDIS_URL=servers.redis_url,
        ALLOWED_HOSTS="testserver",
        LOG_LEVEL="ERROR",
    )
    subprocess.run(manage_command("migrate", "--verbosity", "0"), check=True)
    import django  # noqa: PLC0415  only now does the environment hold the settings

    django.setup()


def _load_all(servers: PrivateServers, size: Size, sessions: int) -> dict[str, Any]:
    from tests.benchmarks import storage_read  # noqa: PLC0415  imports models

    first_truck = storage_read.make_fleet(size)
    _say("fleet and live states made")
    figures = {"pages_empty_ms": _timed_all(storage_read.pages(storage_read.fleet_of(size)))}
    began = time.monotonic()
    with ThreadPoolExecutor(sessions) as pool:
        load = partial(load_day, servers.database_url, size=size, first_truck=first_truck)
        list(pool.map(partial(_load, load), days_of(size, last=LAST_DAY)))
    took_s = round(time.monotonic() - began)
    storage_read.vacuum()
    _say(f"loaded in {took_s} s")
    return {**figures, "load_s": took_s}


def _measure_all(size: Size) -> dict[str, Any]:
    from tests.benchmarks import storage_read  # noqa: PLC0415  imports models

    fleet = storage_read.fleet_of(size)
    figures: dict[str, Any] = {"rows_asked": size.rows, **storage_read.sizes()}
    figures |= _timed_all(storage_read.reads(fleet))
    figures["pages_ms"] = _timed_all(storage_read.pages(fleet))
    figures |= storage_read.once(fleet)
    for name, goal in GOALS.items():
        _say(
            f"{name}: {figures[name]} (goal {goal}) {'met' if figures[name] <= goal else 'MISSED'}"
        )
    return figures


def _load(load_day: Any, due: tuple[date, int]) -> None:
    day, ticks = due
    seconds = load_day(day, ticks=ticks)
    _say(f"{day}: {ticks} ticks in {seconds:.0f} s")


def _timed_all(calls: dict[str, Callable[[], Any]]) -> dict[str, float]:
    found = {}
    for name, call in calls.items():
        call()
        times: list[float] = []
        for _ in range(ROUNDS):
            with _stopwatch(times):
                call()
        found[name] = round(median(times), 1)
        _say(f"{name}: {found[name]} ms ({min(times):.1f} to {max(times):.1f})")
    return found


@contextmanager
def _stopwatch(times: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    times.append(1000 * (time.perf_counter() - began))


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
