"""The day board of a busy station in real Chromium: how soon it stands, how soon it follows.

``python -m tests.benchmarks.screens.board [--rounds 20]``. 30 slots, three lanes, 200 bars or more,
the service as it is deployed, Chromium without a GPU. `stands_ms`: from asking for the part of the
page that changes until it is laid out and painted, beside `page_ms` from navigation until the first
contentful paint. `follows_s`: from the commit of a change until the page shows it. Goals: 500 ms,
2 s at p95. The last line is JSON.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.ingest.stand import Stand
from tests.chromium import FLAGS, find_chromium

VAR = Path(__file__).parents[3] / "var"
BOARD = "/admin/dispatch/swapassignment/board"
# Ask, put it in, and wait for the frame after the one that paints it.
STANDS = """async () => {
  const board = document.getElementById('board'), from = performance.now();
  board.innerHTML = await (await fetch(board.dataset.url, { cache: 'no-store' })).text();
  board.getBoundingClientRect();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - from;
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


class OneStation(Stand):
    """The service alone, with one busy station."""

    def open(self) -> None:
        """Start it and make the scene."""
        self.open_ours()
        told = str(self.place / "told")
        make = f"from tests.benchmarks.screens.board_scene import make_scene; make_scene({told!r})"
        self._manage("ours", "shell", "--no-imports", "-c", make)
        self.sql("VACUUM ANALYZE", "ours")


def percentile(values: list[float], part: float) -> float:
    """Return the value that this part of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def follow(page: Page, stand: Stand, station: str, rounds: int) -> list[float]:
    """Block and free a slot in the database; return how long the page took to show each, s."""
    took = []
    for k in range(rounds):
        is_blocked = k % 2 == 0
        began = time.monotonic()
        stand.sql(
            f"UPDATE fleet_slot SET is_blocked = {is_blocked}, block_reason = 'bench{k}'"
            f" WHERE station_id = {station} AND number = 7",
            "ours",
        )
        mark = "[data-closed]" if is_blocked else ":not([data-closed])"
        page.wait_for_selector(f"#row-slot-7{mark}", timeout=30_000)
        took.append(time.monotonic() - began)
        page.wait_for_timeout(137 * (k % 7))  # no step with the page's own turn
    return took


def measure(stand: OneStation, rounds: int) -> dict[str, Any]:
    """Drive the page and return the figures."""
    station, session = (stand.place / "told").read_text().split()
    base = f"http://127.0.0.1:{stand.ports['ours']}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en")
        context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
        page = context.new_page()
        paints = []
        for _ in range(5):
            page.goto(f"{base}{BOARD}/{station}/")
            page.wait_for_selector(".board-track .bar")
            paints.append(float(page.wait_for_function(PAINT).json_value()))  # once it is painted
        bars = page.locator(".board-track .bar").count()
        stands = [float(page.evaluate(STANDS)) for _ in range(rounds)]
        follows = follow(page, stand, station, rounds)
        browser.close()
    return {
        "bars": bars,
        "page_ms": round(percentile(paints, 0.5)),
        "stands_p50_ms": round(percentile(stands, 0.5)),
        "stands_p95_ms": round(percentile(stands, 0.95)),
        "follows_p50_s": round(percentile(follows, 0.5), 2),
        "follows_p95_s": round(percentile(follows, 0.95), 2),
    }


def main() -> None:
    """Start everything, measure, print, remove."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    VAR.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=VAR) as place:
        stand = OneStation(Path(place), trucks=1)
        try:
            stand.open()
            print(json.dumps(measure(stand, options.rounds)))
        finally:
            stand.close()


if __name__ == "__main__":
    main()
