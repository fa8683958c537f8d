"""How soon the admin's lists and our own pages answer at full size: `make bench-lists`.

``python -m tests.benchmarks.screens.lists [--trucks 10000] [--only outcome]``. Each page is asked
for 20 times, in process, by a superuser, by the manager of the carrier that runs all trucks and by
the operator of all stations; the slowest but one is p95. Goal (UA1, UA5): 300 ms, and of a list the
same queries, 12 at most, for 25 rows and for 200. The last line is JSON.
"""

import argparse
import json
import math
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
GOAL_MS, QUERIES_MOST = 300, 12
PAGES_OF_ROWS = (25, 200)


def main() -> None:
    """Fill a database, ask for every page, print, remove everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trucks", type=int, default=10_000)
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.add_argument("--work-dir", type=Path, default=ROOT / "var" / "bench-screens")
    options = parser.parse_args()
    shutil.rmtree(options.work_dir, ignore_errors=True)
    servers = PrivateServers(options.work_dir, durable=False)
    try:
        servers.start_postgres()
        prepare(servers)
        print(json.dumps(_measure(options.trucks, only=options.only.lower())))
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


def _measure(trucks: int, *, only: str) -> dict[str, dict[str, Any]]:
    from tests.benchmarks.screens import fleet  # noqa: PLC0415  imports models

    began = time.monotonic()
    laid = fleet.lay_down(fleet.Size(trucks=trucks))
    print(f"laid down in {time.monotonic() - began:.0f} s", flush=True)
    viewers = {
        "superuser": laid.superuser,
        "manager": laid.manager,
        "station operator": laid.station_operator,
    }
    figures: dict[str, dict[str, Any]] = {}
    with fleet.at_that_time():
        clients = {name: fleet.client_of(user) for name, user in viewers.items()}
        for page, address in addresses(laid).items():
            if only not in page.lower():
                continue
            asked = {name: _asked(client, address) for name, client in clients.items()}
            figures[page] = {name: told for name, told in asked.items() if told}
            print(_told(page, figures[page]), flush=True)
    return figures


def _told(page: str, asked: dict[str, Any]) -> str:
    """Return a line of a page: p95 of each viewer and the queries, marked if over the goal."""
    over = any(
        one["p95_ms"] > GOAL_MS or len(set(one["queries"])) > 1 or max(one["queries"]) > most
        for one in asked.values()
        for most in [QUERIES_MOST if "." in page else math.inf]
    )
    parts = [f"{name} {one['p95_ms']:.0f} ms {one['queries']}" for name, one in asked.items()]
    return f"{page:28} {', '.join(parts)}{'  OVER THE GOAL' if over else ''}"


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


def _asked(client: Any, address: str) -> dict[str, Any]:
    """Return p95 of a page, and its queries at each of `PAGES_OF_ROWS`; empty: not for them."""
    if client.get(address).status_code != 200:
        return {}
    queries = [_queries(client, address, rows) for rows in PAGES_OF_ROWS]
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.get(address)
        times.append(1000 * (time.perf_counter() - began))
    return {"p95_ms": round(sorted(times)[-2], 1), "queries": queries}


def _queries(client: Any, address: str, rows: int) -> int:
    from django.contrib import admin  # noqa: PLC0415  as above
    from django.db import connection  # noqa: PLC0415  as above
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415  as above

    for page in admin.site._registry.values():
        vars(page)["list_per_page"] = rows
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    for page in admin.site._registry.values():
        del vars(page)["list_per_page"]  # as its class says
    return len(queries)


if __name__ == "__main__":
    main()
