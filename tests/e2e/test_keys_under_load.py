"""Keys of units at the real door: rotated under load, and signed with instead of shown."""

import gzip
import json
import os
import random
import re
import subprocess
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest

from fleet.clock import now
from telematics.models import Device, DeviceKey
from telematics.services.keys import key_sha256, make_key, revoke_key
from telematics.services.signatures import Asked, signature_of
from tests.builders import make_device
from tests.web_pair import WebPair, raised_web_pair

URL = "/api/v1/obu/reports"
PROMISED_S = 5.0
PATIENCE_S = 3 * PROMISED_S
PROBES = 2
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "sign-reports.md"


@pytest.fixture(scope="module")
def web(django_db_blocker: Any) -> Iterator[WebPair]:
    with raised_web_pair("rotation", django_db_blocker, DEVICE_REQUESTS_S="0") as web:
        yield web


def report(seq: int) -> bytes:
    fields = {"latitude_deg": 39.2, "longitude_deg": 119.0, "speed_kmh": 60, "soc_percent": 50}
    return json.dumps({"recorded_at": now().isoformat(), "seq": seq, **fields}).encode()


@dataclass
class Unit:
    """An onboard unit that sends without a pause; `key` is changed under it."""

    device: Device
    key: str
    sent_with: str = ""
    answers: Counter[int] = field(default_factory=Counter)

    def send(self, base_url: str, stop: threading.Event) -> None:
        with httpx.Client(base_url=base_url, timeout=60) as http:
            for seq in range(10**9):
                if stop.is_set():
                    return
                key = self.key
                headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
                answer = http.post(URL, content=report(seq), headers=headers)
                self.answers[answer.status_code] += 1
                self.sent_with = key
                time.sleep(0.02)


@dataclass
class Probe:
    """Tries revoked keys on new connections, which reach either process."""

    port: int
    revoked: deque[tuple[str, float]] = field(default_factory=lambda: deque(maxlen=200))
    accepted_after_s: list[float] = field(default_factory=list)
    refused_after_s: list[float] = field(default_factory=list)

    def run(self, stop: threading.Event, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311  picks a key to try
        while not stop.is_set():
            time.sleep(0.01)
            if self.revoked:
                self._try(*chance.choice([*self.revoked]))

    def _try(self, key: str, revoked_s: float) -> None:
        after_s = time.monotonic() - revoked_s
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", URL, report(0), {"Authorization": f"Bearer {key}"})
            status = connection.getresponse().status
        finally:
            connection.close()
        if status == 200:
            self.accepted_after_s.append(after_s)
        elif status == 401:
            self.refused_after_s.append(after_s)


def rotate(units: list[Unit], probe: Probe) -> None:
    """Give each unit its second key, wait until it uses that, and revoke the first."""
    old = {unit.device.pk: unit.key for unit in units}
    for unit in units:
        unit.key = make_key(unit.device, now=now())
    end_s = time.monotonic() + 60
    while any(unit.sent_with != unit.key for unit in units):
        assert time.monotonic() < end_s, "a unit does not get through with its new key"
        time.sleep(0.005)
    for unit in units:
        first = DeviceKey.objects.filter(device=unit.device, revoked_at=None).earliest("pk")
        assert revoke_key(first, now=now())
        probe.revoked.append((old[unit.device.pk], time.monotonic()))


@pytest.mark.parametrize(
    ("devices", "rounds"),
    [(8, 8), pytest.param(20, 50, marks=pytest.mark.long)],
)
def test_rotation_under_load_refuses_nothing_good_and_ends_old_keys(
    web: WebPair, devices: int, rounds: int
) -> None:
    made = [make_device() for _ in range(devices)]
    units = [Unit(device, make_key(device, now=now())) for device in made]
    probe, stop = Probe(web.port), threading.Event()
    threads = [threading.Thread(target=unit.send, args=(web.base_url, stop)) for unit in units]
    threads += [threading.Thread(target=probe.run, args=(stop, n)) for n in range(PROBES)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(rounds):
            rotate(units, probe)
        last_s = time.monotonic()
        while time.monotonic() - last_s < PATIENCE_S:
            time.sleep(0.1)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    answers = sum((unit.answers for unit in units), Counter())
    longest_s = max(probe.accepted_after_s, default=0.0)
    print(
        f"{devices * rounds} rotations, answers {dict(answers)}, "
        f"{len(probe.accepted_after_s) + len(probe.refused_after_s)} tries of old keys, "
        f"the last accepted {longest_s:.2f} s after its revocation"
    )
    assert set(answers) == {200}
    assert answers[200] > devices * rounds
    assert longest_s < PATIENCE_S
    assert sum(after_s > PROMISED_S for after_s in probe.refused_after_s) > devices


def signed(unit: Device, key: str, seq: int, body: bytes) -> dict[str, str]:
    asked = Asked("POST", URL, body)
    signature = signature_of(key_sha256(key), asked, serial=unit.serial, seq=seq)
    header = f"YZ-HMAC-SHA256 device={unit.serial}, seq={seq}, signature={signature}"
    return {"Authorization": header, "Content-Type": "application/json"}


def test_the_door_takes_each_signed_request_once_whichever_process_gets_it(web: WebPair) -> None:
    key = make_key(unit := make_device(requires_signature=True), now=now())
    web.wait_until(
        lambda: (
            web.http.post(
                URL, content=report(0), headers={"Authorization": f"Bearer {key}"}
            ).json()["code"]
            == "signature_required"
        ),
        within_s=PATIENCE_S,
        what="the key alone is refused",
    )
    for seq in range(1, 11):
        body = report(seq)
        headers = signed(unit, key, seq, body)
        answers: Counter[int | str] = Counter()
        for _ in range(4):  # new connections: they reach either process
            answer = httpx.post(web.base_url + URL, content=body, headers=headers, timeout=60)
            answers[answer.json().get("code", answer.status_code)] += 1
        assert answers == {200: 1, "stale_sequence": 3}
        tampered = httpx.post(
            web.base_url + URL,
            content=body.replace(b"60", b"61"),
            headers=signed(unit, key, seq + 1, body),
        )
        assert tampered.json()["code"] == "bad_signature"
    packed = gzip.compress(report(50))
    headers = signed(unit, key, 50, packed) | {"Content-Encoding": "gzip"}
    assert web.http.post(URL, content=packed, headers=headers).status_code == 200
    revoke_key(DeviceKey.objects.get(device=unit), now=now())
    assert web.http.post(URL, content=packed, headers=signed(unit, key, 51, packed)).json()[
        "code"
    ] in {"revoked_key", "unknown_key"}


def test_the_commands_of_the_page_sign_a_report(web: WebPair) -> None:
    key = make_key(unit := make_device(requires_signature=True), now=now())
    [command] = re.findall(r"(?ms)^```sh\n(.*?)^```", PAGE.read_text())
    environment = os.environ | {"HOST": web.base_url, "KEY": key, "SERIAL": unit.serial}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert [each["verdict"] for each in json.loads(done.stdout)["verdicts"]] == ["stored"]
