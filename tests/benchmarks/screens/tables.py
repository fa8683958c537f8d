"""How long a table of 10,000 rows takes to come in: `make bench-tables`.

``python -m tests.benchmarks.screens.tables [--rows 10000]``. Trucks, packs and trips through the
admin's pages, in process: the dry run of new rows, writing them, the dry run of one changed column
in all of them, writing that, and the way out. Goal (UA9): 30 s each. The last line is JSON.
"""

import argparse
import io
import json
import re
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from config.servers import PrivateServers
from tests.benchmarks.screens.lists import ROOT, prepare

GOAL_S = 30


def main() -> None:
    """Fill a database, send the tables, print, remove everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    options = parser.parse_args()
    work_dir = ROOT / "var" / "bench-tables"
    shutil.rmtree(work_dir, ignore_errors=True)
    servers = PrivateServers(work_dir, durable=False)
    try:
        servers.start_postgres()
        prepare(servers)
        print(json.dumps(_measure(options.rows)))
    finally:
        servers.stop()
        shutil.rmtree(work_dir, ignore_errors=True)


def _measure(rows: int) -> dict[str, float]:
    from tests.benchmarks.screens import fleet  # noqa: PLC0415  imports models
    from tests.builders import make_operator, make_user  # noqa: PLC0415  as above

    manager = make_user(make_operator())
    figures: dict[str, float] = {}
    with fleet.at_that_time():
        client = fleet.client_of(manager)
        for page, table in _tables(manager, rows):
            for what, took_s in _came_in(client, page, table).items():
                figures[f"{page} {what}"] = took_s
                mark = "" if took_s <= GOAL_S else f"  over {GOAL_S} s"
                print(f"{page:16} {what:16} {took_s:6.2f} s{mark}", flush=True)
    return figures


def _tables(manager: Any, rows: int) -> Iterator[tuple[str, list[list[Any]]]]:
    """Give each page and its table, headings first; the last column is one that may change."""
    from fleet.identity import make_pack_code, with_check_digit  # noqa: PLC0415  as above
    from tests import builders  # noqa: PLC0415  as above

    model, region = builders.make_truck_model(), builders.make_region()
    plates = [f"冀G{n:05d}D" for n in range(rows)]
    yield (
        "truck",
        [
            ["vin", "plate", "model", "region", "is_active", "reserve_percent"],
            *(
                [with_check_digit(f"LZ9FLEET0RA{n:06d}"), plate, str(model), region.code, 1, 15]
                for n, plate in enumerate(plates)
            ),
        ],
    )
    made_on, kind = builders.NOW.date(), model.pack_type.code
    codes = [make_pack_code(maker="ZQ9", made_on=made_on, serial=n + 1) for n in range(rows)]
    yield "pack", [["code", "type", "soh_percent"], *([code, kind, 15] for code in codes)]
    mine, mill = (builders.make_place(region, operator=manager.operator) for _ in range(2))
    at = [f"{builders.NOW + timedelta(minutes=n):%Y-%m-%d %H:%M}" for n in range(rows)]
    yield (
        "trip",
        [
            ["external_id", "truck", "origin", "destination", "ready_at", "load_kg"],
            *([f"order-{n}", plates[n], mine.code, mill.code, at[n], 15] for n in range(rows)),
        ],
    )


def _came_in(client: Any, page: str, table: list[list[Any]]) -> dict[str, float]:
    app = "dispatch" if page == "trip" else "fleet"
    address = f"/admin/{app}/{page}"
    figures = {}
    for name, last in (("new", None), ("changed", 16)):
        rows = [row if last is None else [*row[:-1], last] for row in table[1:]]
        figures[f"{name}, dry run"], form = _looked_at(client, address, [table[0], *rows])
        figures[f"{name}, written"] = _written(client, address, form, len(rows))
    began = time.perf_counter()
    answer = client.post(f"{address}/export/", {"format": "1", "resource": "0"})
    figures["out as xlsx"] = round(time.perf_counter() - began, 2)
    if answer["Content-Type"].startswith("text/html"):
        raise RuntimeError(f"{page} did not go out")
    return figures


def _looked_at(client: Any, address: str, table: list[list[Any]]) -> tuple[float, dict[str, str]]:
    text = "\r\n".join(",".join(map(str, row)) for row in table)
    file = io.BytesIO(text.encode())
    file.name = "table.csv"
    began = time.perf_counter()
    page = client.post(f"{address}/import/", {"import_file": file, "resource": "0"})
    took_s = round(time.perf_counter() - began, 2)
    body = page.content.decode()
    form = body[body.find('process_import/"') :]
    named = r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"'
    return took_s, dict(re.findall(named, form[: form.find("</form>")]))


def _written(client: Any, address: str, form: dict[str, str], rows: int) -> float:
    began = time.perf_counter()
    answer = client.post(f"{address}/process_import/", form, follow=True)
    took_s = round(time.perf_counter() - began, 2)
    told = answer.content.decode()
    if f"{rows}" not in told or answer.redirect_chain == []:  # nothing done is not quick
        raise RuntimeError(f"{address}: not written")
    return took_s


if __name__ == "__main__":
    main()
