"""2,000 drivers with an open page each: from the commit of a promise to the event, and memory.

`python -m tests.benchmarks.screens.streams`; the last line is JSON.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

from tests.private import close_servers, run_directory, serve_tests

serve_tests()
django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction

from dispatch.models import DriverNotice, SwapAssignment
from dispatch.services.news import notice_of
from fleet import clock
from fleet.models import Driver, User
from fleet.services.jobs import wake_relay
from tests.builders import make_assignment
from tests.database import copy_database
from tests.scenes import Scene
from tests.stack import Stack

GOAL_P95_S, GOAL_P99_S = 2.0, 5.0
ROUND = 100  # promises of one plan, in one commit
ROUNDS, ROUND_EVERY_S = 5, 4.0
SINGLES, SINGLE_EVERY_S = 500, 0.05
BACKEND = "django.contrib.auth.backends.ModelBackend"


def make_drivers(scene: Scene, count: int) -> list[Driver]:
    """Make drivers who may sign in."""
    users = [User(username=f"d{n}", role="driver", operator=scene.carrier) for n in range(count)]
    for user in users:
        user.set_unusable_password()
    User.objects.bulk_create(users)
    rows = [Driver(carrier=scene.carrier, user=user, name=user.username) for user in users]
    return Driver.objects.bulk_create(rows)


def sign_in(driver: Driver) -> str:
    """Return the session of a driver's phone."""
    assert driver.user
    session = SessionStore()
    session[SESSION_KEY] = str(driver.user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = driver.user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


class Offers:
    """Makes promises at times that do not meet, each for a driver who has none."""

    def __init__(self, scene: Scene, drivers: list[Driver]) -> None:
        self.station = scene.add_station(packs=0)
        self.truck = scene.add_truck(trips=0)
        self.free = iter(drivers)
        self.committed: dict[str, float] = {}
        self.made = 0

    def make(self, count: int) -> None:
        """Commit `count` promises and their news, as a plan does."""
        now = clock.now()
        with transaction.atomic():
            rows = [self._offer(now) for _ in range(count)]
            news = [notice_of(row, kind="offered", now=now) for row in rows]
            DriverNotice.objects.bulk_create(each for each in news if each)
            wake_relay()
        at_s = time.time()
        self.committed |= {f"{row.pk}.{row.version}": at_s for row in rows}

    def _offer(self, now: Any) -> SwapAssignment:
        self.made += 1
        return make_assignment(
            self.truck,
            self.station,
            next(self.free),
            start=now + timedelta(minutes=10 * self.made),
            offered_at=now,
            offer_expires_at=now + timedelta(minutes=30),
        )


def memory_mib(root: int) -> float:
    """Return the memory a process and its children hold alone or share fairly."""
    pids, found = [root], 0.0
    while pids:
        pid = pids.pop()
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                found += int(line.split()[1]) / 1024
        pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return found


def quantile(values: list[float], part: float) -> float:
    """Return the value below which a part of them lies."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def measure(stack: Stack, place: Path, pages: int) -> dict[str, Any]:
    """Open the pages, commit, and compare."""
    scene = Scene(now=clock.now())
    drivers = make_drivers(scene, pages)
    (place / "sessions").write_text("\n".join(map(sign_in, drivers)))
    offers = Offers(scene, drivers)
    web = stack.processes["web"].pid
    before_mib = memory_mib(web)
    module = "tests.benchmarks.screens.stream_pages"
    url = f"{stack.base_url}/api/v1/driver/stream"
    command = [sys.executable, "-m", module, url, str(place / "sessions"), str(place / "events")]
    began_s = time.monotonic()
    client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert client.stdout
    assert client.stdin
    for _ in range(pages):
        assert client.stdout.readline() == "open\n"
    opened_s = time.monotonic() - began_s
    held_mib = memory_mib(web)
    for _ in range(ROUNDS):
        offers.make(ROUND)
        time.sleep(ROUND_EVERY_S)
    rounds = dict(offers.committed)
    for _ in range(SINGLES):
        offers.make(1)
        time.sleep(SINGLE_EVERY_S)
    time.sleep(6)
    client.stdin.close()
    client.wait(60)
    came: dict[str, float] = {}
    for line in (place / "events").read_text().splitlines():
        key, at_s = line.split()
        came.setdefault(key, float(at_s))
    waits = [came[key] - at_s for key, at_s in offers.committed.items() if key in came]
    of_rounds = [came[key] - at_s for key, at_s in rounds.items() if key in came]
    return {
        "pages": pages,
        "opened_s": round(opened_s, 1),
        "promises": len(offers.committed),
        "lost": len(offers.committed) - len(waits),
        "p50_s": round(quantile(waits, 0.5), 3),
        "p95_s": round(quantile(waits, 0.95), 3),
        "p99_s": round(quantile(waits, 0.99), 3),
        "worst_s": round(max(waits), 3),
        "rounds_p95_s": round(quantile(of_rounds, 0.95), 3),
        "web_mib_before": round(before_mib),
        "web_mib_with_pages": round(held_mib),
        "web_mib_after": round(memory_mib(web)),
    }


def main() -> None:
    """Measure and say how it compares with what is promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2000)
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    place = run_directory() / "streams"
    name = f"streams_{os.getpid()}"
    stack = Stack(
        database_url=copy_database(name), redis_url=os.environ["REDIS_URL"], logs=place / "logs"
    )
    connection.settings_dict["NAME"] = name
    try:
        stack.start("relay")
        stack.environment["DATABASE_POOL_MAX"] = "16"
        stack.start("web")
        result = measure(stack, place, options.pages)
    finally:
        connection.close()
        stack.stop()
        close_servers()
    is_kept = result["p95_s"] <= GOAL_P95_S and result["p99_s"] <= GOAL_P99_S
    print(f"goals p95 <= {GOAL_P95_S} s, p99 <= {GOAL_P99_S} s: {'kept' if is_kept else 'MISSED'}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
