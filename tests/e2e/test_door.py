"""The door for reports beside Django: what it says, and many trucks at once through it."""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from telematics.models import Device
from tests.builders import bearer, make_device, make_station
from tests.stack import Stack

URL = "/api/v1/obu/reports"


def report(seq: int, *, age_s: float = 0.0, **fields: Any) -> dict[str, Any]:
    at = datetime.now(UTC) - timedelta(seconds=age_s)
    return {
        "recorded_at": at.isoformat(),
        "seq": seq,
        "boot_id": "b1",
        "latitude_deg": 39.21,
        "longitude_deg": 119.02,
        "speed_kmh": 61.5,
        "soc_percent": 48.0,
        **fields,
    }


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    return body


def in_pieces(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), 100):
        yield body[at : at + 100]


def test_what_it_refuses_is_a_problem_with_a_way_out(stack: Stack) -> None:
    mine, body = bearer(make_device()), json.dumps(report(1)).encode()
    for method in ("GET", "PUT", "DELETE"):
        answer = stack.http.request(method, URL)
        problem(answer, 405, "method_not_allowed")
        assert answer.headers["Allow"] == "POST"
    stranger = stack.http.post(URL, content=body)
    assert "Bearer <key>" in problem(stranger, 401, "no_key")["hint"]
    assert stranger.headers["WWW-Authenticate"] == "Bearer"
    unknown = {"Authorization": "Bearer yz_obu_nobody"}
    problem(stack.http.post(URL, content=body, headers=unknown), 401, "unknown_key")
    station = bearer(make_device(station=make_station()))
    problem(stack.http.post(URL, content=body, headers=station), 401, "wrong_kind_of_key")
    problem(stack.http.post(URL, content=b"soc=48", headers=mine), 400, "not_json")
    packed = {**mine, "Content-Encoding": "br"}
    problem(stack.http.post(URL, content=body, headers=packed), 415, "bad_encoding")


@pytest.mark.parametrize("way", ["plain", "gzip", "in pieces"])
def test_a_body_is_read_however_it_comes(stack: Stack, way: str) -> None:
    headers, body = bearer(make_device()), json.dumps([report(1, age_s=1), report(2)]).encode()
    if way == "gzip":
        headers, body = {**headers, "Content-Encoding": "gzip"}, gzip.compress(body)
    content: Any = in_pieces(body) if way == "in pieces" else body
    answer = stack.http.post(URL, content=content, headers=headers)
    assert [each["verdict"] for each in answer.json()["verdicts"]] == ["stored", "stored"]


def test_many_trucks_at_once_each_get_their_own_answer(stack: Stack) -> None:
    """Every request is sent twice and at once: one of the two finds the other's reports."""
    devices = [make_device() for _ in range(12)]
    keys = {device.pk: bearer(device) for device in devices}

    def send(device: Device, first: int) -> list[str]:
        reports = [report(first + n, age_s=600 - first - n) for n in range(5)]
        with httpx.Client(base_url=stack.base_url, timeout=60) as http:
            answers = [http.post(URL, json=reports, headers=keys[device.pk]) for _ in range(2)]
        said = [each["verdict"] for answer in answers for each in answer.json()["verdicts"]]
        seqs = [each["seq"] for answer in answers for each in answer.json()["verdicts"]]
        assert seqs == [each["seq"] for each in reports] * 2
        return said

    with ThreadPoolExecutor(16) as pool:
        jobs = [pool.submit(send, device, first) for first in (0, 5, 10) for device in devices]
        said = [verdict for job in jobs for verdict in job.result()]
    stored = [verdict for verdict in said if verdict in {"stored", "late"}]
    assert len(stored) == said.count("duplicate") == 12 * 15
    for device in devices:
        [(count, distinct)] = stack.sql(
            "SELECT count(*), count(DISTINCT seq) FROM telematics_truckreport WHERE truck_id = %s",
            device.truck_id,
        )
        assert (count, distinct) == (15, 15)
        [(newest, seqs)] = stack.sql(
            "SELECT s.seq, b.seqs::text FROM telematics_truckstate s JOIN telematics_boot b"
            " USING (truck_id) WHERE truck_id = %s",
            device.truck_id,
        )
        assert (newest, seqs) == (14, "{[0,15)}")


def test_numbers_that_never_came_are_asked_for(stack: Stack) -> None:
    headers = bearer(make_device())

    def resend(*seqs: int) -> list[dict[str, Any]]:
        reports = [report(seq, age_s=100 - seq) for seq in seqs]
        answer = stack.http.post(URL, json=reports, headers=headers)
        asked: list[dict[str, Any]] = answer.json()["resend"]
        return asked

    hole = {"boot_id": "b1", "from_seq": 4, "to_seq": 6}
    assert resend(1, 2, 3) == []
    assert resend(7, 8) == [hole]
    assert resend(5, 9) == [{**hole, "to_seq": 4}, {**hole, "from_seq": 6}]
    assert resend(6, 4) == []
