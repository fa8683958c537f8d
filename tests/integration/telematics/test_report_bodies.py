import gzip
import json
from typing import Any

import pytest
from django.test import Client

from telematics.models import DeviceKey, TruckReport
from telematics.services.keys import make_key, revoke_key
from tests.builders import NOW, bearer, make_device, make_station, make_truck
from tests.obu import URL, post, problem, report, state_of, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "not_json"),
        (b"soc=48", 400, "not_json"),
        (b"[1", 400, "not_json"),
        (b"[" * 100_000, 400, "not_json"),
        (b"[]", 400, "invalid"),
        (b"[" + b"1," * 1000 + b"1]", 413, "too_many"),
        (b" " * (1 << 20) + b"[]", 413, "too_large"),
    ],
)
def test_a_body_that_is_no_use_is_a_problem_and_stores_nothing(
    body: bytes, status: int, code: str
) -> None:
    problem(post(make_device(), body), status, code)
    assert TruckReport.objects.count() == 0


def test_a_thousand_reports_are_taken_at_once_and_one_more_is_not() -> None:
    device = make_device()
    many = [report(i, 2000 - i) for i in range(1001)]
    problem(post(device, gzip.compress(json.dumps(many).encode()), **GZIP), 413, "too_many")
    assert TruckReport.objects.count() == 0
    assert verdicts(post(device, many[:1000])) == ["stored"] * 1000
    assert state_of(device).seq == 999


GZIP = {"Content-Encoding": "gzip"}


def test_gzip_is_accepted_up_to_eight_mebibytes() -> None:
    device = make_device()
    padded = b" " * ((8 << 20) - 400) + json.dumps(report()).encode()
    assert verdicts(post(device, gzip.compress(padded), **GZIP)) == ["stored"]
    problem(post(device, gzip.compress(b" " * (8 << 20) + b"[]"), **GZIP), 413, "too_large")


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"{}", "gzip"),
        (gzip.compress(b"{}", mtime=0)[:-4], "gzip"),
        (gzip.compress(b"{}", mtime=0) * 2, "gzip"),
        (b"{}", "br"),
        (b"{}", "gzip, gzip"),
    ],
)
def test_what_is_not_one_whole_gzip_is_refused(body: bytes, encoding: str) -> None:
    headers = {"Content-Encoding": encoding}
    problem(post(make_device(), body, **headers), 415, "bad_encoding")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head"])
def test_other_methods_are_refused(method: str) -> None:
    answer = getattr(Client(), method)(URL)
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("key", "code"),
    [(None, "no_key"), ("nonsense", "unknown_key"), ("station", "wrong_kind_of_key")],
)
def test_strangers_are_refused_and_store_nothing(key: str | None, code: str) -> None:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    if key == "station":
        headers = bearer(make_device(station=make_station()))
    answer = Client().post(URL, report(), content_type="application/json", headers=headers)
    body = problem(answer, 401, code)
    assert answer["WWW-Authenticate"] == "Bearer"
    assert "Bearer <key>" in body["hint"]
    assert TruckReport.objects.count() == 0


def test_keys_rotate_without_a_gap() -> None:
    device = make_device()
    old, new = (make_key(device, now=NOW) for _ in range(2))

    def said(key: str, seq: int) -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        return Client().post(URL, report(seq), content_type="application/json", headers=headers)

    assert verdicts(said(old, 1)) == verdicts(said(new, 2)) == ["stored"]
    revoke_key(DeviceKey.objects.get(device=device, ordinal=1), now=NOW)
    problem(said(old, 3), 401, "revoked_key")
    assert verdicts(said(new, 3)) == ["stored"]


def test_the_key_decides_the_truck() -> None:
    mine, other = make_device(), make_truck()
    post(mine, report(truck_id=other.pk, truck=other.plate, vin=other.vin))
    assert TruckReport.objects.get().truck_id == mine.truck_id
