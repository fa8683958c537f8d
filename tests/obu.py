"""An onboard unit in tests: one report, posted as it would be."""

import json
from datetime import timedelta
from typing import Any

from django.test import Client

from telematics.models import Device, DeviceKey, TruckState
from tests.builders import NOW, bearer

URL = "/api/v1/obu/reports"


def report(seq: int = 1, age_s: float = 0, **fields: Any) -> dict[str, Any]:
    return {
        "recorded_at": (NOW - timedelta(seconds=age_s)).isoformat(),
        "seq": seq,
        "latitude_deg": 39.21,
        "longitude_deg": 119.02,
        "speed_kmh": 61.5,
        "soc_percent": 48.0,
        **fields,
    }


def post(device: Device, body: Any, *, url: str = URL, **headers: str) -> Any:
    if not DeviceKey.objects.filter(device=device).exists():
        device.key_shown = bearer(device)  # type: ignore[attr-defined]  # for tests
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(
        url,
        data,
        content_type="application/json",
        headers={**device.key_shown, **headers},  # type: ignore[attr-defined]  # for tests
    )


def verdicts(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["verdict"] for each in answer.json()["verdicts"]]


def state_of(device: Device) -> TruckState:
    return TruckState.objects.get(pk=device.truck_id)


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"].endswith(f"/problems/{code}")
    assert body["detail"].endswith(".")
    return body
