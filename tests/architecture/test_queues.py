"""Every queue that work is promised to has a worker: in the demo, in the tests, as installed."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"""\bqueue(?:: str)? ?= ?"(\w+)"|^[A-Z_]*QUEUE = "(\w+)\"""", re.MULTILINE)
STARTED = re.compile(r"worker_command\(((?:\"\w+\", )+)")
INSTALLED = re.compile(r"^\| `/etc/.*--queues ([\w,]+) ", re.MULTILINE)


def promised() -> set[str]:
    """Return the queues that the product names."""
    found: set[str] = set()
    for app in ("fleet", "telematics", "dispatch"):
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                found |= {one or two for one, two in NAMED.findall(path.read_text())}
    return found


@pytest.mark.parametrize("starter", ["config/demo.py", "tests/stack.py"])
def test_workers_that_are_started_serve_every_queue(starter: str) -> None:
    started = STARTED.findall((ROOT / starter).read_text())
    assert set(re.findall(r"\w+", " ".join(started))) == promised() >= {"work", "plan", "preview"}


def test_workers_that_are_installed_serve_every_queue() -> None:
    installed = INSTALLED.findall((ROOT / "docs/how-to/install.md").read_text())
    assert {name for one in installed for name in one.split(",")} == promised()
