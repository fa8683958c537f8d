"""What Lighthouse says of the driver's page on a slow phone: `make lighthouse`."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from config.servers import free_port
from fleet import clock
from tests.cab import Cab, made_cab
from tests.chromium import FLAGS, find_chromium
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.long]
RECIPE = Path(__file__).parents[1] / "lighthouse"
PLACE = Path(__file__).parents[2] / "var" / "lighthouse"
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100}
MOST = {
    "largest-contentful-paint": 1800.0,
    "cumulative-layout-shift": 0.02,
    "total-blocking-time": 100.0,
    "total-byte-weight": 150_000.0,
}
RUNS = 5  # the middle one counts


@pytest.fixture(scope="module")
def lighthouse() -> Path:
    """Install Lighthouse as its lock file says, into var/."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is missing: apt-get install nodejs npm (Node 18.16 or newer)")
    PLACE.mkdir(parents=True, exist_ok=True)
    lock = (RECIPE / "package-lock.json").read_bytes()
    kept = PLACE / "package-lock.json"
    program = PLACE / "node_modules" / ".bin" / "lighthouse"
    if not program.exists() or kept.read_bytes() != lock:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(RECIPE / name, PLACE / name)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=PLACE, check=True, capture_output=True)
    return program


@pytest.fixture
def debugged(stack: Stack, chromium: Browser, tmp_path: Path) -> Iterator[tuple[Cab, int]]:
    """A cab whose browser Lighthouse may drive, by a port of its own."""
    port = free_port()
    context = chromium.browser_type.launch_persistent_context(
        tmp_path / "profile",
        executable_path=find_chromium(),
        args=[*FLAGS, f"--remote-debugging-port={port}"],
        locale="zh-CN",
    )
    with made_cab(stack, context.pages[0]) as cab:
        yield cab, port
        context.close()


@pytest.mark.parametrize("screen", ["offered", "signed-out"])
def test_the_page_is_light_on_a_slow_phone(
    debugged: tuple[Cab, int], lighthouse: Path, tmp_path: Path, screen: str
) -> None:
    cab, port = debugged
    if screen == "offered":
        cab.start_shift()
        cab.offer(offer_expires_at=clock.now() + timedelta(hours=1))  # longer than all runs take
        cab.sees("offered")
    cab.page.goto("about:blank")
    answer = tmp_path / "report.json"
    reports = [measured(lighthouse, f"{cab.address}/driver/", port, answer) for _ in range(RUNS)]
    reports.sort(key=largest_shown_ms)
    report = reports[len(reports) // 2]
    lowest = {
        name: round(min(one["categories"][name]["score"] for one in reports) * 100)
        for name in LEAST
    }
    print(f"{screen}, worst of {RUNS}: {lowest}, {largest_shown_ms(reports[-1]):.0f} ms")
    scores = {name: round(report["categories"][name]["score"] * 100) for name in LEAST}
    figures = {name: report["audits"][name]["numericValue"] for name in MOST}
    print(screen, scores, {name: round(value, 3) for name, value in figures.items()})
    failed = {
        one["id"]: (one["title"], one.get("details", {}).get("items"))
        for each in reports
        for one in each["audits"].values()
        if one["score"] is not None and one["score"] < 1
    }
    for name, least in LEAST.items():
        assert scores[name] >= least, (name, failed)
    assert lowest["best-practices"] == lowest["accessibility"] == 100, failed
    for name, most in MOST.items():
        assert figures[name] <= most, (name, failed)


def largest_shown_ms(report: dict[str, Any]) -> float:
    return float(report["audits"]["largest-contentful-paint"]["numericValue"])


def measured(program: Path, address: str, port: int, answer: Path) -> dict[str, Any]:
    """Run Lighthouse once, as for a mobile phone on a slow line, and return its report."""
    command = [
        str(program),
        address,
        "--quiet",
        f"--port={port}",
        "--output=json",
        f"--output-path={answer}",
        f"--only-categories={','.join(LEAST)}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if "NO_NAVSTART" in done.stderr:  # it lost the trace it recorded; it says to run it again
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    report: dict[str, Any] = json.loads(answer.read_text())
    assert "runtimeError" not in report, report.get("runtimeError")
    return report
