"""How long an action on 1,000 chosen rows takes, from the reason typed to the answer.

``python -m tests.benchmarks.screens.bulk``. Trucks are put out of service, lanes are closed and
opened again, each in one transaction and in process. Goal (UA8): 5 s. The last line is JSON.
"""

import json
import shutil
import time
from typing import Any

from config.servers import PrivateServers
from tests.benchmarks.screens.lists import ROOT, prepare

ROWS = 1_000
GOAL_S = 5
ACTIONS = (
    ("fleet.Truck", "retire", "manager"),
    ("fleet.Lane", "close_many", "station_operator"),
    ("fleet.Lane", "open_many", "station_operator"),
)


def main() -> None:
    """Fill a database, act, print, remove everything."""
    work_dir = ROOT / "var" / "bench-bulk"
    shutil.rmtree(work_dir, ignore_errors=True)
    servers = PrivateServers(work_dir, durable=False)
    try:
        servers.start_postgres()
        prepare(servers)
        print(json.dumps(_measure()))
    finally:
        servers.stop()
        shutil.rmtree(work_dir, ignore_errors=True)


def _measure() -> dict[str, float]:
    from tests.benchmarks.screens import fleet  # noqa: PLC0415  imports models

    size = fleet.Size(
        trucks=2_000, stations=500, past_swaps=500, live_swaps=1_000, alarms=100, plan_runs=50
    )
    laid = fleet.lay_down(size)
    figures = {}
    with fleet.at_that_time():
        for label, action, who in ACTIONS:
            client = fleet.client_of(getattr(laid, who))
            took_s = _acted(client, label, action)
            figures[f"{label} {action}"] = took_s
            mark = "" if took_s <= GOAL_S else f"  over {GOAL_S} s"
            print(f"{label:14} {action:12} {took_s:6.2f} s{mark}", flush=True)
    return figures


def _acted(client: Any, label: str, action: str) -> float:
    from django.apps import apps  # noqa: PLC0415  as above

    model = apps.get_model(label)
    keys = [*model._default_manager.order_by("pk").values_list("pk", flat=True)[:ROWS]]
    form = {
        "action": action,
        "index": 0,
        "select_across": "1",
        "_selected_action": keys[0],
        "rows": ",".join(map(str, keys)),
        "reason": "power cut",
    }
    began = time.perf_counter()
    answer = client.post(f"/admin/{label.lower().replace('.', '/')}/", form)
    took_s = time.perf_counter() - began
    if answer.status_code != 302 or len(keys) != ROWS:  # nothing done is not quick
        raise RuntimeError(f"{label} {action}: {answer.status_code}, {len(keys)} rows")
    return round(took_s, 2)


if __name__ == "__main__":
    main()
