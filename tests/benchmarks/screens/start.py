"""How soon the start page and the why page answer at full size.

``python -m tests.benchmarks.screens.start [--trucks 10000] [--swaps-a-day 10000]``. The start page,
the part of it asked for every ten seconds, and a why page, each 40 times in process, by
a manager of all trucks, an operator of all stations and the service's staff, who see both. Goal
(UA1): p95 within 300 ms, and as many queries however much there is. The last line is JSON.
"""

import argparse
import json
import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from config.servers import PrivateServers
from tests.benchmarks.screens.lists import GOAL_MS, prepare

ROOT = Path(__file__).resolve().parents[3]
ROUNDS = 40


def main() -> None:
    """Fill a database, ask, print, remove everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trucks", type=int, default=10_000)
    parser.add_argument("--swaps-a-day", type=int, default=10_000)
    parser.add_argument("--work-dir", type=Path, default=ROOT / "var" / "bench-start")
    options = parser.parse_args()
    shutil.rmtree(options.work_dir, ignore_errors=True)
    servers = PrivateServers(options.work_dir, durable=False)
    try:
        servers.start_postgres()
        prepare(servers)
        print(json.dumps(_measure(options.trucks, options.swaps_a_day)))
    finally:
        servers.stop()
        shutil.rmtree(options.work_dir, ignore_errors=True)


def _measure(trucks: int, swaps_a_day: int) -> dict[str, Any]:
    from tests.benchmarks.screens import fleet  # noqa: PLC0415  imports models
    from tests.builders import make_user  # noqa: PLC0415  as above

    began = time.monotonic()
    laid = fleet.lay_down(fleet.Size(trucks=trucks, past_swaps=30 * swaps_a_day))
    _days_of_stations()
    print(f"laid down in {time.monotonic() - began:.0f} s", flush=True)
    viewers = {
        "manager": laid.manager,
        "station operator": laid.station_operator,
        "staff": make_user(is_superuser=True),
    }
    figures: dict[str, Any] = {}
    with fleet.at_that_time():
        for name, user in viewers.items():
            client = fleet.client_of(user)
            for page, address in _addresses().items():
                told = figures[f"{page}, {name}"] = _asked(client, address)
                mark = "" if told["p95_ms"] <= GOAL_MS else f"  over {GOAL_MS} ms"
                print(f"{page}, {name}: {told}{mark}", flush=True)
    return figures


def _addresses() -> dict[str, str]:
    from django.urls import reverse  # noqa: PLC0415  as above

    from dispatch.models import SwapAssignment  # noqa: PLC0415  as above

    promise = SwapAssignment.objects.filter(state="accepted").order_by("pk")[0]
    return {
        "start": reverse("admin:index"),
        "start, what changes": reverse("admin:dispatch_start_body"),
        "why": reverse("admin:dispatch_why", args=[promise.pk]),
    }


def _days_of_stations() -> None:
    """Lay down two days of energy by quarters, and stock-outs, of every station."""
    from django.db import connection  # noqa: PLC0415  as above

    from dispatch.models import StationQuarter, StockOut  # noqa: PLC0415  as above
    from fleet.models import PackType, SwapStation  # noqa: PLC0415  as above
    from tests.benchmarks.screens.fleet import clone  # noqa: PLC0415  as above
    from tests.builders import NOW, since  # noqa: PLC0415  as above

    station, kind = SwapStation.objects.earliest("pk"), PackType.objects.earliest("pk")
    first = StationQuarter.objects.create(
        station=station, starts_at=NOW + timedelta(hours=1), energy_wh=250_000, cost_cny=150
    )
    back = "fleet_swapstation s, generate_series(0, 191) n"
    clone(first, back, station_id="s.id", starts_at="t.starts_at - (n + 4) * interval '15 min'")
    out = StockOut.objects.create(station=station, pack_type=kind, during=since(NOW))
    during = "tstzrange(lower(t.during) - n * interval '5 h', lower(t.during) - n * interval '4 h')"
    over = "fleet_swapstation s, generate_series(1, 9) n"
    clone(out, over, station_id="s.id", during=during)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _asked(client: Any, address: str) -> dict[str, float]:
    from django.db import connection  # noqa: PLC0415  as above
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415  as above

    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    asked = len(queries)  # the next request clears their log
    assert answer.status_code == 200, address
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.get(address)
        times.append(1000 * (time.perf_counter() - began))
    times.sort()
    return {
        "p50_ms": round(times[ROUNDS // 2], 1),
        "p95_ms": round(times[ROUNDS * 95 // 100], 1),
        "queries": asked,
    }


if __name__ == "__main__":
    main()
