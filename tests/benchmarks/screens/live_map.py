"""The live map under a fleet that reports (`make bench-map`).

``python -m tests.benchmarks.screens.live_map [--trucks 5000] [--every-s 10] [--seconds 60]``.
The service as it is deployed (2 web processes, durable PostgreSQL), every truck reporting over the
real door, the page in real Chromium without a GPU. A few trucks apart from the others change their
charge in turn, so that their mark changes colour: from the moment before the report is sent until
the frame in which that pixel of the canvas has the other colour. Bytes are those on the wire, heads
included; the first refresh, which tells all trucks, is given apart. The last line is JSON.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.benchmarks.ingest.cpu import machine, tree_s
from tests.benchmarks.ingest.stand import Stand
from tests.benchmarks.screens.driven import Driven, Line, Traffic, place
from tests.chromium import FLAGS, find_chromium

VAR = Path(__file__).parents[3] / "var"
MAP = "/admin/dispatch/swapassignment/map/"
PROBES = 4
PROBE_LAT, PROBE_LON = 40.15, 118.0  # north of all others
LOW, HIGH = 10.0, 90.0
CHANGE_EVERY_S = 0.7
GOALS = {"pixels_p95_s": 2.0, "refresh_p95_bytes": 60_000}

# After each drawing, in the frame that shows it: which colour the probes have on the canvas.
WATCH = """ids => {
  const layer = document.getElementById('map').layer;
  window.changes = []; window.drawMs = [];
  const was = {};
  const look = () => {
    const context = layer.canvas.getContext('2d');
    const scale = window.devicePixelRatio;
    for (const id of ids) {
      const truck = layer.trucks.get(id);
      if (!truck) continue;
      const at = layer.pointOf(truck);
      const [red, green] = context.getImageData(at.x * scale, at.y * scale, 1, 1).data;
      const colour = red > green ? 'low' : 'high';
      if (was[id] !== colour) window.changes.push([id, colour, Date.now()]);
      was[id] = colour;
    }
  };
  const draw = layer.draw.bind(layer);
  layer.draw = () => {
    draw();
    window.drawMs.push(layer.drawn.tookMs);
    requestAnimationFrame(() => setTimeout(look));
  };
}"""


class OnlyOurs(Stand):
    """The service alone, with something to see."""

    def open(self) -> None:
        """Start it and make the scene; the session lies in the file `cookie`."""
        self.open_ours()
        cookie = str(self.place / "cookie")
        make = f"from tests.benchmarks.screens.scene import make_scene; make_scene({cookie!r})"
        self._manage("ours", "shell", "--no-imports", "-c", make)
        self.sql("VACUUM ANALYZE", "ours")


def percentile(values: list[float], part: float) -> float:
    """Return the value that this part of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def watch_wire(session: CDPSession) -> list[int]:
    """Return a list that fills with the bytes of each refresh."""
    mine: set[str] = set()
    found: list[int] = []

    def began(event: dict[str, Any]) -> None:
        if "/map/now/" in event["response"]["url"]:
            mine.add(event["requestId"])

    def ended(event: dict[str, Any]) -> None:
        if event["requestId"] in mine:
            found.append(event["encodedDataLength"])

    session.on("Network.responseReceived", began)
    session.on("Network.loadingFinished", ended)
    session.send("Network.enable")
    return found


def change(probes: list[Driven], page: Page, line: Line, seconds: float) -> list[list[float]]:
    """Let the probes change colour in turn; return when each was sent, as the page counts time."""
    sent = []
    end = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < end:
        probe = probes[turn % len(probes)]
        probe.soc_percent = LOW if probe.soc_percent == HIGH else HIGH
        began_ms = time.time() * 1000
        line.send(probe.request())
        sent.append([turn % len(probes), probe.soc_percent == LOW, began_ms])
        turn += 1
        page.wait_for_timeout(CHANGE_EVERY_S * 1000 * (0.6 + 0.8 * (turn * 0.618 % 1)))
    return sent


def waits(sent: list[list[float]], seen: list[list[Any]], ids: list[int]) -> list[float]:
    """Return seconds from each change to its pixels; one never seen is an error."""
    found = []
    for index, is_low, began_ms in sent:
        colour = "low" if is_low else "high"
        shown = [
            at
            for id_, name, at in seen
            if id_ == ids[int(index)] and name == colour and at > began_ms
        ]
        if not shown:
            raise SystemExit(f"a change was never seen: {index} {colour}")
        found.append((min(shown) - began_ms) / 1000)
    return found


def measure(stand: Stand, options: argparse.Namespace) -> dict[str, Any]:
    """Run the traffic, the page and the probes, and return the figures."""
    port = stand.ports["ours"]
    trucks = place(stand.keys, seed=1)
    probes, fleet = trucks[-PROBES:], trucks[:-PROBES]
    for i, probe in enumerate(probes):
        probe.latitude_deg, probe.longitude_deg = PROBE_LAT, PROBE_LON + 0.3 * i
        probe.soc_percent, probe.heading_deg = HIGH, 0.0
    count = "SELECT id FROM fleet_truck ORDER BY id DESC LIMIT 4"
    ids = [int(str(row[0])) for row in stand.sql(count, "ours")][::-1]
    traffic = Traffic(fleet, port=port, every_s=options.every_s)
    line = Line(port)
    for probe in probes:
        line.send(probe.request())
    traffic.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="en")
        session = (stand.place / "cookie").read_text()
        base = f"http://127.0.0.1:{port}"
        context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
        page = context.new_page()
        wire = watch_wire(context.new_cdp_session(page))
        time.sleep(options.every_s)  # every truck has reported once
        page.goto(base + MAP)
        page.wait_for_function(
            "count => document.getElementById('map')?.layer?.seen?.length >= count",
            arg=len(trucks),
            timeout=60_000,
        )
        page.evaluate(
            "at => document.getElementById('map').layer._map.fitBounds(at)",
            [[38.95, 117.7], [PROBE_LAT + 0.05, 119.7]],
        )
        page.evaluate(WATCH, ids)
        print("all of it is on the map", flush=True)
        page.wait_for_timeout(3000)
        begins, begun_s, used_s, sent_before = (
            len(wire),
            time.time(),
            tree_s(stand.processes["ours"].pid),
            traffic.sent,
        )
        sent = change(probes, page, line, options.seconds)
        took_s = time.time() - begun_s
        page.wait_for_timeout(8000)
        pixels = waits(sent, page.evaluate("window.changes"), ids)
        draw_ms: list[float] = page.evaluate("window.drawMs")
        if options.picture:
            page.screenshot(path=options.picture)
        browser.close()
    web_s = tree_s(stand.processes["ours"].pid) - used_s
    traffic.stop()
    refreshes = [float(x) for x in wire[begins:]]
    return {
        "trucks": len(trucks),
        "reports_s": round((traffic.sent - sent_before) / (took_s + 8)),
        "changes": len(pixels),
        "pixels_p50_s": round(percentile(pixels, 0.5), 2),
        "pixels_p95_s": round(percentile(pixels, 0.95), 2),
        "pixels_max_s": round(max(pixels), 2),
        "first_bytes": wire[0],
        "refreshes": len(refreshes),
        "refresh_p50_bytes": round(percentile(refreshes, 0.5)),
        "refresh_p95_bytes": round(percentile(refreshes, 0.95)),
        "draw_p50_ms": round(percentile(draw_ms, 0.5), 1),
        "draw_p95_ms": round(percentile(draw_ms, 0.95), 1),
        "web_cores": round(web_s / (took_s + 8), 2),
    }


def main() -> None:
    """Measure, and say which goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trucks", type=int, default=5000)
    parser.add_argument("--every-s", type=float, default=10)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--picture", help="where to put a picture of the page")
    options = parser.parse_args()
    VAR.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=VAR, prefix="bench-map-") as where:
        Path(where).chmod(0o755)
        stand = OnlyOurs(Path(where), trucks=options.trucks)
        try:
            stand.open()
            print("the fleet is there", flush=True)
            figures = {"machine": machine(), **measure(stand, options)}
        finally:
            stand.close()
    for name, value in figures.items():
        goal = f"  goal {GOALS[name]:,}" if name in GOALS else ""
        print(f"{name:20} {value}{goal}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
