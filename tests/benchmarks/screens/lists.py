"""How soon the admin's lists and our own pages answer at full size: `make bench-lists`.

``python -m tests.benchmarks.screens.lists [--trucks 10000]``. Each page is asked for 20 times by
who sees most of it, in process; the slowest but one is p95. Goal (UA1, UA5): 300 ms, and never more
than 12 queries for a list. The last line is JSON.
"""

import argparse
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from config.commands import manage_command
from config.servers import PrivateServers

ROOT = Path(__file__).resolve().parents[3]
ROUNDS = 20
GOAL_MS = 300


def main() -> None:
    """Fill a database, ask for every page, print, remove everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trucks", type=int, default=10_000)
    parser.add_argument("--work-dir", type=Path, default=ROOT / "var" / "bench-screens")
    options = parser.parse_args()
    shutil.rmtree(options.work_dir, ignore_errors=True)
    servers = PrivateServers(options.work_dir, durable=False)
    try:
        servers.start_postgres()
        prepare(servers)
        print(json.dumps(_measure(options.trucks)))
    finally:
        servers.stop()
        shutil.rmtree(options.work_dir, ignore_errors=True)


def prepare(servers: PrivateServers) -> None:
    """Migrate the servers' database and let this process look at it."""
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


def _measure(trucks: int) -> dict[str, dict[str, float]]:
    from tests.benchmarks.screens import fleet  # noqa: PLC0415  imports models

    began = time.monotonic()
    laid = fleet.lay_down(fleet.Size(trucks=trucks))
    print(f"laid down in {time.monotonic() - began:.0f} s", flush=True)
    figures = {}
    with fleet.at_that_time():
        viewers = {"manager": laid.manager, "station": laid.station_operator}
        clients = {name: fleet.client_of(user) for name, user in viewers.items()}
        for page, address in addresses(laid).items():
            figures[page] = _slowest_viewer(clients, address)
            told = figures[page]
            mark = "" if told["p95_ms"] <= GOAL_MS else f"  over {GOAL_MS} ms"
            print(
                f"{page:32} {told['p95_ms']:6.0f} ms {told['queries']:3} queries{mark}", flush=True
            )
    return figures


def addresses(laid: Any) -> dict[str, str]:
    """Return every list of the admin, and our own pages."""
    from django.contrib import admin  # noqa: PLC0415  as above
    from django.urls import reverse  # noqa: PLC0415  as above

    lists = {
        model._meta.label: reverse(
            f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        )
        for model in sorted(admin.site._registry, key=lambda each: each._meta.label)
    }
    truck = reverse("admin:fleet_truck_change", args=[laid.truck.pk])
    search = lists["fleet.Truck"] + "?q=54321"
    return {
        "start": reverse("admin:index"),
        "map": reverse("admin:dispatch_map"),
        "map, what moves": reverse("admin:dispatch_map_now"),
        "day board": reverse("admin:dispatch_board", args=[laid.station.pk]),
        "a truck": truck,
        "trucks found by number": search,
        **lists,
    }


def _slowest_viewer(clients: dict[str, Any], address: str) -> dict[str, float]:
    return max(
        (_asked(client, address) for client in clients.values()), key=lambda each: each["p95_ms"]
    )


def _asked(client: Any, address: str) -> dict[str, float]:
    from django.db import connection  # noqa: PLC0415  as above
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415  as above

    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    asked = len(queries)
    if answer.status_code != 200:  # not for this viewer
        return {"p95_ms": 0.0, "queries": 0}
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.get(address)
        times.append(1000 * (time.perf_counter() - began))
    return {"p95_ms": round(sorted(times)[-2], 1), "queries": asked}


if __name__ == "__main__":
    main()
