"""The curl lines of docs/how-to/add-a-station.md do what the page says."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from dispatch.services.charging.plan import plan_charging
from fleet.clock import now
from telematics.models import SlotState
from telematics.services.keys import make_key
from tests.builders import make_device, make_pack, make_station

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "add-a-station.md"
COMMANDS = re.findall(r"(?ms)^ *```sh\n(.*?)^ *```", PAGE.read_text())


def run(command: str, *, host: str, key: str) -> dict[str, Any]:
    answer = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        env={**os.environ, "HOST": host, "KEY": key},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    body: dict[str, Any] = json.loads(answer.stdout)
    return body


@pytest.mark.django_db(transaction=True)
def test_the_commands_of_the_page_work_on_a_new_station(live_server: LiveServer) -> None:
    station = make_station(slots=2)
    pack = make_pack(slot=station.slots.get(number=1), code="TSTPB01A000000G3A0000123")
    key = make_key(make_device(station=station), now=now())
    reading, charge_plan, arrivals = COMMANDS

    said = run(reading, host=live_server.url, key=key)
    assert [verdict["verdict"] for verdict in said["verdicts"]] == ["stored"] * 3
    assert SlotState.objects.get(pack_code=pack.code).soc_percent == 40

    plan_charging(station.pk, now=now())
    plan = run(charge_plan, host=live_server.url, key=key)
    assert plan["slots"][0]["pack_code"] == pack.code
    assert plan["slots"][0]["windows"]
    assert run(arrivals, host=live_server.url, key=key)["arrivals"] == []
