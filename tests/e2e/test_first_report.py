"""The lines of the tutorial and of the README, run in a shell against the running service."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from telematics.models import TruckReport
from telematics.services.keys import make_key
from tests.builders import NOW, make_device
from tests.stack import Stack

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial" / "first-report.md"
README = ROOT / "README.md"


def run(script: str, stack: Stack, **variables: str) -> list[dict[str, Any]]:
    """Run lines in one shell and return the JSON values they printed."""
    python = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env={
            **stack.environment,
            **variables,
            "HOST": stack.base_url,
            "PATH": f"{python}:{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    text, values = done.stdout.strip(), []
    while text:
        value, end = json.JSONDecoder().raw_decode(text)
        values.append(value)
        text = text[end:].strip()
    return values


def verdicts(answer: dict[str, Any]) -> list[str]:
    return [each["verdict"] for each in answer["verdicts"]]


def test_the_tutorials_lines_do_what_they_say(stack: Stack) -> None:
    device = make_device()
    blocks = re.findall(r"(?ms)^```sh\n(.*?)^```", TUTORIAL.read_text())
    assert len(blocks) == 5
    before = re.findall(r"(?m)^now\(\) .*$", TUTORIAL.read_text())
    script = "\n".join(before + blocks)
    first, batch, assignment, refused = run(script, stack, SERIAL=device.serial)
    assert verdicts(first) == ["stored"]
    assert set(verdicts(batch)) == {"stored"}
    assert assignment == {"status": 204}
    assert refused["code"] == "unknown_key"
    assert TruckReport.objects.filter(truck=device.truck).count() == 4


def test_the_readmes_line_reports(stack: Stack) -> None:
    device = make_device()
    (block,) = [part for part in README.read_text().split("```") if "/obu/reports" in part]
    line = block[block.index("curl") :].replace("http://127.0.0.1:8000", stack.base_url)
    (answer,) = run(line, stack, KEY=make_key(device, now=NOW))
    assert verdicts(answer)[0] in {"stored", "odd"}, "its date is past some day"
